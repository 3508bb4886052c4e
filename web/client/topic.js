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

const MOST_SEEN = 10000; // topics; servers answer a pattern with at most 1,000

export class Topic {
  // Who is interested in it here, each with `late`: joined later and has not been told so, and
  // `held`: what came while its past is on the way. Without any it is over, and its name may by now
  // be that of another topic.
  members = new Map();

  asked = 0; // the id of the question that waits for its reply; -1: it will be asked later
  tries = 0; // in a row

  // What the client has seen last. Without an epoch there is nothing to go by.
  epoch;
  offset;

  watched; // undefined: nothing was asked yet
  past = 0;

  #skips = false; // then gaps are to be expected
  #unsaid = "first"; // why nothing was recovered, when the server does not say
  #replayed = 0; // what is behind this, up to the next, comes for those who know the name
  #replayedTo = 0;
  #seen = new Map(); // of a pattern: the highest offset by topic

  constructor(name, since) {
    this.name = name;
    this.pattern = compilePattern(name);
    if (since) ({ epoch: this.epoch, offset: this.offset } = since);
  }

  get presence() {
    return [...this.members.keys()].some(({ presence }) => presence);
  }

  /** A new session begins. */
  begin() {
    this.#replayedTo = 0;
    this.#seen.clear();
  }

  /** What to ask the server. */
  ask(id) {
    this.asked = id;
    this.watched = this.presence;
    this.past = Math.min(MOST_SEEN, Math.max(...[...this.members.keys()].map(({ last }) => last ?? 0)));
    return {
      e: this.epoch,
      o: this.offset,
      last: this.past || undefined,
      presence: this.watched || undefined,
    };
  }

  /** The server's answer: whether all that was missed comes now, and if not, why. */
  answer({ e, o, n, rec, why, m, more }) {
    const recovered = rec === true;
    // Of the question from nowhere only we know.
    if (!why || this.epoch === NOWHERE.epoch) why = this.#unsaid;
    this.#unsaid = "pattern";
    this.asked = this.tries = 0;
    this.#skips = /^(latest|drop_oldest)$/.test(m);
    const replayed = isCount(n) ? n : 0;
    if (typeof e === "string" && isCount(o)) {
      const start = o - replayed;
      this.offset = e === this.epoch && this.offset <= o ? Math.max(start, this.offset) : start;
      this.epoch = e;
      // With none nothing may be taken for seen: what is on its way is new to patterns.
      this.#replayed = start;
      this.#replayedTo = o;
    }
    return { recovered, ...(!recovered && { why }), replayed, ...(more && { more }) };
  }

  /** How many were skipped in front of a publication that is the next one; -1: it has to be asked. */
  accept(offset) {
    if (this.asked || offset <= this.offset) return undefined;
    if (!this.epoch) return 0;
    const skipped = offset - this.offset - 1;
    if (skipped && !this.#skips) return -1;
    this.offset = offset;
    return skipped;
  }

  /** Whether it is sent again for those who know the name, and not for patterns. */
  again(offset) {
    if (offset <= this.#replayed || offset > this.#replayedTo) return false;
    this.#replayed = offset;
    return true;
  }

  /** Whether a pattern's handlers get it: they do not before the answer, and nothing twice. */
  takes(name, offset) {
    if (this.asked || !this.pattern?.test(name)) return false;
    const highest = this.#seen.get(name);
    if (offset === highest) return false;
    // With 1 the topic has begun anew. What is lower was on its way when a newer one was asked for.
    this.#seen.set(name, offset < highest && offset > 1 ? highest : offset);
    if (this.#seen.size > MOST_SEEN) this.#seen.clear();
    return true;
  }
}
