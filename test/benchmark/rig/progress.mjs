// How far a run is, and how long it still takes.

function inWords(seconds) {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

export class Progress {
  #kinds;
  #now;
  #last;
  #done = 0;
  #known = new Map();

  /** A step takes about as long as the last of its kind; a kind not seen yet, as all on average. */
  constructor(kinds, now = () => performance.now() / 1000) {
    this.#kinds = kinds;
    this.#now = now;
    this.#last = now();
  }

  stepDone() {
    const now = this.#now();
    this.#known.set(this.#kinds[this.#done], now - this.#last);
    this.#last = now;
    ++this.#done;
  }

  secondsLeft() {
    const times = [...this.#known.values()];
    const average = times.reduce((sum, time) => sum + time, 0) / Math.max(times.length, 1);
    return this.#kinds
      .slice(this.#done)
      .reduce((sum, kind) => sum + (this.#known.get(kind) ?? average), 0);
  }

  text() {
    return `${this.#done} of ${this.#kinds.length}, ${inWords(this.secondsLeft())} left`;
  }
}
