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

/** A position that no server has: the answer to it says where a live subscription stands. */
export const NOWHERE = { epoch: "0", offset: 0 };

export class Topic {
  // Who is interested in it here, and whether they joined late and have not been told so. Without
  // any it is over, and its name may by now be that of another topic.
  subscriptions = new Map();

  asked = 0; // the id of the question that waits for its reply; -1: it will be asked later
  refusals = 0; // in a row

  // What the client has seen last. Without an epoch there is nothing to go by.
  epoch;
  offset;

  presence = false; // whether anybody wants it
  presenceAsked; // undefined: nothing was asked yet

  #last;
  #latest = false; // then gaps are to be expected
  #unsaid = "first"; // why nothing was recovered, when the server does not say
  #seenThroughPatterns = NaN;

  constructor(name, { since, last }) {
    this.name = name;
    this.pattern = compilePattern(name);
    this.#last = last;
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
      last: this.epoch ? undefined : this.#last,
      presence: this.presence || undefined,
    };
  }

  /** The server's answer: whether all that was missed comes now, and if not, why. */
  answer({ e, o, n, rec, why, m }) {
    const recovered = rec === true;
    // Of the question from nowhere only we know.
    if (!why || this.epoch === NOWHERE.epoch) why = this.#unsaid;
    this.#unsaid = "pattern";
    this.asked = this.refusals = 0;
    this.#latest = m === "latest";
    const replayed = isCount(n) ? n : 0;
    if (typeof e === "string" && isCount(o)) {
      const start = o - replayed;
      this.offset = recovered && e === this.epoch ? Math.max(start, this.offset) : start;
      this.epoch = e;
      this.#seenThroughPatterns = o;
    }
    if (recovered) return { recovered, replayed };
    return { recovered, why, replayed };
  }

  /** Whether a publication is the next one; null: there is a gap in front of it. */
  accept(offset) {
    if (this.asked || offset <= this.offset) return false;
    if (!this.epoch) return true;
    if (offset > this.offset + 1 && !this.#latest) return null;
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
