/** Time that passes only when a test says so. */
export class FakeClock {
  now = 0;
  timers = new Set();

  setTimeout = (run, delay) => {
    const timer = { run, at: this.now + delay };
    this.timers.add(timer);
    return timer;
  };

  clearTimeout = (timer) => void this.timers.delete(timer);

  /** Milliseconds until each timer, the next one first. */
  get waits() {
    return [...this.timers].map(({ at }) => at - this.now).sort((a, b) => a - b);
  }

  /** A handler blocks for so long; behind it what is due runs once. */
  block(time) {
    this.now += time;
    const due = [...this.timers].filter(({ at }) => at <= this.now);
    for (const timer of due) {
      this.timers.delete(timer);
      timer.run();
    }
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
