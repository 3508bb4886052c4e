// How long anything may take. Generous, because sanitizers are slow; nothing waits this long unless
// it has failed.
export const DEADLINE_MS = 20_000;

/** `promise`, or an error that says what was waited for. */
export function within(what, promise, ms = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Things that arrive one by one (lines, messages), to be waited for. */
export class Feed {
  #waiting = [];
  #ended = null;

  constructor(name) {
    this.name = name;
    this.items = [];
  }

  push(item) {
    this.items.push(item);
    this.#waiting = this.#waiting.filter((check) => !check());
  }

  /** Nothing more will come: whoever waits is told so. */
  end(why) {
    this.#ended = why;
    this.#waiting = this.#waiting.filter((check) => !check());
  }

  /** The first item from number `from` on for which `matches` is true, now or when it comes. */
  find(what, matches, from = 0) {
    let next = from;
    const found = new Promise((resolve, reject) => {
      const check = () => {
        for (; next < this.items.length; ++next) {
          if (matches(this.items[next])) {
            resolve(this.items[next]);
            return true;
          }
        }
        if (this.#ended === null) return false;
        reject(new Error(`${this.name} ended (${this.#ended})`));
        return true;
      };
      if (!check()) this.#waiting.push(check);
    });
    return within(what, found).catch((error) => {
      throw new Error(`${this.name}: ${error.message}; there was:\n${this.#tail()}`);
    });
  }

  /** Item number `index`, now or when it comes. */
  at(index) {
    return this.find(`item ${index}`, () => true, index);
  }

  #tail() {
    const show = (item) => (typeof item === "string" ? item : JSON.stringify(item));
    return this.items
      .slice(-40)
      .map((item) => `  ${show(item)}`)
      .join("\n");
  }
}
