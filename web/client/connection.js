// A WebSocket that is made anew whenever it is lost, and the frames that are about it alone: hello,
// bye and pings.

import { isCount, isObject, isRange, report } from "./values.js";

const PROTOCOL = "bhub.v1";
const PING_BEFORE_HELLO = 25000; // ms, as all times
const SILENCE_AFTER_PING = 10000;
const SILENCE_AFTER_WAKING = 5000;
const LONGEST_TIMER = 2 ** 31 - 1; // a longer one would go off at once

/** Whether a connection that ended with this code may be made anew. */
const comesBack = (code) => /^(100[16]|101[1-3]|4[0-4]..)$/.test(code);

export class Connection {
  state = "connecting";
  raw = false; // the server does not speak our protocol
  id;

  #url;
  #options;
  #owner;
  #socket;
  #timers = new Set();
  #silence; // the timer that ends a connection on which nothing comes
  #doubt; // the same, sooner, once we have asked for a sign of life
  #ping;
  #most; // bytes of a message that the server takes
  #retry = [500, 20000];
  #attempts = 0;
  #greeted = false; // by any server, ever
  #bye; // bounds of the wait that the server asked for
  #ending = new AbortController();

  /**
   * `owner` has `onstate`, `onopen` and `onend` (both before anybody is told), `onframe`, and `onraw`
   * for what comes without the protocol.
   */
  constructor(url, options, owner) {
    this.#url = url;
    this.#options = options;
    this.#owner = owner;
    this.#dial(true);
    queueMicrotask(() => {
      if (this.state === "connecting") this.#become("connecting");
    });

    const { signal } = this.#ending;
    const page = globalThis.document;
    const look = () => page.hidden || this.#wake();
    globalThis.addEventListener?.("online", () => this.#wake(), { signal });
    page?.addEventListener("visibilitychange", look, { signal });
  }

  /** Returns whether it is not sent: what is larger than the server takes would end us for good. */
  send(data) {
    return new Blob([data]).size > this.#most || void this.#socket.send(data);
  }

  write(frame) {
    this.send(JSON.stringify(frame));
  }

  close() {
    if (this.state !== "closed") this.#end(1000, "closed by the application");
  }

  /** A timer that ends with the connection. */
  later(delay, run) {
    const { setTimeout } = this.#options; // a browser's own is no method
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        run();
      },
      Math.min(delay, LONGEST_TIMER),
    );
    this.#timers.add(timer);
    return timer;
  }

  /** Full jitter, so that those who lost their connections together do not come back together. */
  backOff(attempt) {
    const [base, most] = this.#retry;
    return this.#options.random() * Math.min(most, base * 2 ** attempt);
  }

  #cancel(timer) {
    const { clearTimeout } = this.#options;
    if (this.#timers.delete(timer)) clearTimeout(timer);
  }

  #stopTimers() {
    for (const timer of this.#timers) this.#cancel(timer);
  }

  #become(state, details) {
    this.state = state;
    this.#owner.onstate({ state, ...details });
  }

  #dial(offer) {
    const { WebSocket, raw } = this.#options;
    const url = typeof this.#url === "function" ? this.#url() : this.#url;
    const socket = new WebSocket(url, offer ? [PROTOCOL] : []);
    // A browser does not tell a server that is down from one that does not know the protocol. Trying
    // the second at once leaves a server little time to come up in between.
    let mayDoWithout = offer && raw && !this.#greeted;
    const whileOurs = (run) => (event) => {
      if (socket === this.#socket) run(event);
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = whileOurs(() => {
      mayDoWithout = false;
      if (socket.protocol !== PROTOCOL) this.#openRaw();
    });
    socket.onmessage = whileOurs(({ data }) => this.#receive(data));
    socket.onerror = () => {}; // a close event follows; npm's ws throws if nobody listens
    socket.onclose = whileOurs(({ code, reason }) => {
      if (mayDoWithout) this.#redial(false);
      else this.#lose(code, reason);
    });
    this.#socket = socket;
    this.#ping = PING_BEFORE_HELLO;
    this.#listen();
  }

  /** Like the first time, but there is nobody to throw to. */
  #redial(offer) {
    try {
      this.#dial(offer);
    } catch (error) {
      report(error);
      this.#lose(1006, "no socket");
    }
  }

  #reconnect() {
    this.#stopTimers();
    this.#bye = undefined;
    this.state = "connecting";
    this.#redial(true);
    if (this.state === "connecting") this.#become("connecting");
  }

  /** After a sleep, or in another network, an open connection may be dead and not know it. */
  #wake() {
    if (this.state === "waiting" && !this.#bye) this.#reconnect();
    if (this.state === "open" && !this.raw && !this.#timers.has(this.#doubt)) {
      this.write({ unsub: ["."] }); // is answered at once: there is no such topic
      this.#doubt = this.#loseIn(SILENCE_AFTER_WAKING);
    }
  }

  #loseIn(delay) {
    return this.later(delay, () => this.#lose(1006, "silence"));
  }

  /** From now on something has to arrive within the time of a ping. */
  #listen() {
    this.#cancel(this.#doubt);
    this.#cancel(this.#silence);
    // Without a time the server does not ping.
    if (this.#ping) this.#silence = this.#loseIn(this.#ping + SILENCE_AFTER_PING);
  }

  #openRaw() {
    this.raw = true;
    this.#most = undefined;
    this.#stopTimers(); // such a server has no pings for us
    this.#open();
  }

  #greet({ cid, ping, retry, max }) {
    this.id = cid;
    this.#most = max;
    this.#greeted = true;
    if (isCount(ping)) this.#ping = ping;
    if (isRange(retry) && retry[0] > 0) this.#retry = retry;
    this.#listen();
    this.#open();
  }

  #open() {
    this.#attempts = 0;
    this.#become("open", { raw: this.raw });
  }

  #lose(code, reason) {
    if (!comesBack(code)) return this.#end(code, reason);
    this.#leaveSocket();
    const asked = this.#bye;
    const delay = asked
      ? asked[0] + this.#options.random() * (asked[1] - asked[0])
      : this.backOff(this.#attempts++);
    this.later(delay, () => this.#reconnect());
    this.#become("waiting", { code, reason, delay });
  }

  #end(code, reason) {
    this.#leaveSocket();
    this.#ending.abort();
    this.#become("closed", { code, reason });
  }

  #leaveSocket() {
    const socket = this.#socket;
    this.#socket = undefined;
    this.raw = false;
    this.#stopTimers();
    socket?.close(1000);
  }

  #receive(data) {
    if (this.raw) return this.#owner.onraw(data);
    this.#listen();
    try {
      const frame = JSON.parse(data);
      if (isObject(frame)) this.#handle(frame);
    } catch (error) {
      report(error); // the server's fault; the next frame may be better
    }
  }

  #handle(frame) {
    const { hello, bye } = frame;
    if (isObject(hello)) {
      if (this.state !== "open") this.#greet(hello);
    } else if (isObject(bye)) {
      if (isRange(bye.after)) this.#bye = bye.after;
    } else if (Object.keys(frame).length > 0) {
      this.#owner.onframe(frame);
    } else {
      this.write(frame); // a ping, and its answer
    }
  }
}
