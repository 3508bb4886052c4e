// Commands that wait for an answer, over all connections.

import { failure, isObject } from "./values.js";

const MOST = 10000; // commands without an answer, and topics whose windows are known

const INTERNAL_ERROR = 1011; // a close code

export class Calls {
  #all = new Map(); // what waits for a reply, or for a connection to be sent on
  #suspects = new Set(); // ids of publications that were on their way when the server failed
  #windows = new Map(); // how long the server knows keys, by topic
  #session = 0;
  #options;
  #connection;
  #refusal;
  #write;

  /** `refusal(topic)`: why no command can be accepted, if so. `write(id, frame)` sends one. */
  constructor(options, connection, refusal, write) {
    this.#options = options;
    this.#connection = connection;
    this.#refusal = refusal;
    this.#write = write;
  }

  /** `keyed`: it is a publication, which the server knows again by its key for a while. */
  async ask(id, topic, frame, { signal, timeout }, keyed) {
    const refusal = this.#refusal(topic);
    if (refusal) throw refusal;
    signal?.throwIfAborted();
    const { maxBuffered = 1000, clearTimeout } = this.#options;
    // A connection that is dead seems open for a while.
    const most = Math.max(maxBuffered, this.#connection.state === "open" && MOST);
    const reason = `${most} wait`;
    if (this.#all.size >= most) throw failure({ code: "buffer_full", reason }, topic);
    const call = { topic, frame, keyed, kills: 0 };
    const answer = new Promise((...both) => ([call.resolve, call.reject] = both));
    const expire = () => this.#reject(call, "timeout", "no answer");
    const timer = timeout >= 0 && this.#options.setTimeout(expire, timeout);
    const abort = () => this.#all.delete(id) && call.reject(signal.reason);
    signal?.addEventListener("abort", abort);
    this.#all.set(id, call);
    try {
      this.send(id);
      return await answer;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#all.delete(id);
      const wasCareful = this.#suspects.size;
      this.#suspects.delete(id);
      if (wasCareful) this.send();
    }
  }

  /**
   * Sends what has not been sent, or only the call that is new; of publications one at a time while
   * one of them may end the session.
   */
  send(only) {
    const isCareful = this.#suspects.size;
    let isBusy = false;
    for (const [id, call] of only && !isCareful ? [[only, this.#all.get(only)]] : this.#all) {
      const waits = call.session === this.#session || (isBusy && call.keyed);
      if (this.#connection.state === "open" && !waits) this.#sendOne(id, call);
      isBusy ||= isCareful && call.keyed;
    }
  }

  #sendOne(id, call) {
    const now = this.#options.now();
    // Frames are on their way for a while.
    const isLate = (window) => call.keyed && now - call.first >= 0.9 * window;
    // What it said to an earlier session may be too much by now, and the other way round.
    if (isLate(this.#windows.get(call.topic)) || isLate(this.#connection.window)) {
      return this.#reject(call, "outcome_unknown", "too late");
    }
    call.first ??= now;
    call.session = this.#session;
    this.#write(id, call.frame);
  }

  #reject(call, code, reason) {
    call.reject(failure({ code, reason }, call.topic));
  }

  /** What was on its way will be sent again; but not for ever what ends each session. */
  lose(code) {
    const session = this.#session++;
    const published = [...this.#all].filter(([, call]) => call.keyed && call.session === session);
    for (const [id, call] of code === INTERNAL_ERROR ? published : []) {
      this.#suspects.add(id);
      if (published.length < 2 && ++call.kills > 2) this.#reject(call, code, "fatal");
    }
  }

  answer({ id, ok, error }, text) {
    const call = this.#all.get(id);
    if (!call) return;
    if (isObject(error)) return call.reject(failure(error, call.topic));
    if (!isObject(ok)) return;
    if (ok.window >= 0) this.#windows.set(call.topic, ok.window);
    if (this.#windows.size > MOST) this.#windows.delete([...this.#windows.keys()][0]);
    call.resolve({ ...ok, text });
  }

  close() {
    for (const { reject, topic } of this.#all.values()) reject(this.#refusal(topic));
  }
}
