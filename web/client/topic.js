// What a client knows of one topic, or pattern, of the server.

import { isCount } from "./values.js";

/** A pattern has "*" for one token, or ">" at its end for one or more. */
function compilePattern(name) {
  if (!/(^|\.)(\*(\.|$)|>$)/.test(name)) return undefined;
  const tokens = name.split(".").map((token) => {
    if (token === "*") return "[^.]+";
    return token === ">" ? ".+" : token.replace(/\W/g, "\\$&");
  });
  return new RegExp(`^${tokens.join("\\.")}$`);
}

export class Topic {
  // Who is interested in it here, and whether they joined late and have not been told so.
  subscriptions = new Map();

  asked = 0; // the id of the question that waits for its reply; -1: it will be asked later
  refusals = 0; // in a row
  wasSubscribed = false;

  // What the client has seen last. Without an epoch there is nothing to go by.
  epoch;
  offset;

  latest = false; // then gaps are to be expected
  presence = false; // whether anybody wants it
  presenceAsked = false;
  #seenThroughPatterns = NaN;

  constructor(name, { since, last }) {
    this.name = name;
    this.pattern = compilePattern(name);
    this.last = last;
    if (since) ({ epoch: this.epoch, offset: this.offset } = since);
  }

  /** What to ask the server. */
  ask(id) {
    this.asked = id;
    this.presenceAsked = this.presence;
    this.#seenThroughPatterns = NaN;
    return {
      e: this.epoch,
      o: this.offset,
      last: this.epoch ? undefined : this.last,
      presence: this.presence || undefined,
    };
  }

  /** The server's answer: whether all that was missed comes now, and if not, why. */
  answer({ e, o, n, rec, why, m }) {
    const first = !this.wasSubscribed;
    this.asked = this.refusals = 0;
    this.wasSubscribed = true;
    this.latest = m === "latest";
    const replayed = isCount(n) ? n : 0;
    if (typeof e === "string" && isCount(o)) {
      const start = o - replayed;
      this.offset = rec === true && e === this.epoch ? Math.max(start, this.offset) : start;
      this.epoch = e;
      this.#seenThroughPatterns = o;
    }
    if (rec === true) return { recovered: true, replayed };
    return { recovered: false, why: why ?? (first ? "first" : "pattern"), replayed };
  }

  /** Whether a publication is the next one; null: there is a gap in front of it. */
  accept(offset) {
    if (this.asked || offset <= this.offset) return false;
    if (!this.epoch) return true;
    if (offset > this.offset + 1 && !this.latest) return null;
    this.offset = offset;
    return true;
  }

  /** The same for those who see it through a pattern: they get what is live, and that at once. */
  acceptForPatterns(offset) {
    if (offset <= this.#seenThroughPatterns) return false;
    this.#seenThroughPatterns = offset;
    return true;
  }
}
