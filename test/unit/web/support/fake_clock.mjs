import assert from "node:assert/strict";

/** Time that passes only when a test says so. */
export class FakeClock {
  now = 0;
  timers = new Set();

  setTimeout = (run, delay) => {
    const timer = { run, at: this.now + delay };
    this.timers.add(timer);
    return timer;
  };

  clearTimeout = (timer) => {
    assert.ok(this.timers.delete(timer), "a timer is ended that is over");
  };

  /** Milliseconds until each timer, the next one first. */
  get waits() {
    return [...this.timers].map(({ at }) => at - this.now).sort((a, b) => a - b);
  }

  advance(time) {
    const end = this.now + time;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.timers.delete(next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }
}
