// A WebSocket that is made anew whenever it is lost, and the frames that are about it alone: hello,
// bye and pings.

import { isCount, isObject, isRange, report, stringify } from "./values.js";

const PROTOCOL = "bhub.v1";
const LONG = 10000; // ms, as all times: for silence after a ping, for an attempt, and for a session to count
const SILENCE_AFTER_WAKING = 5000;
const TOO_OLD_AT_WAKING = 2000; // an attempt that began before it slept, or in another network

/** Whether coming back after this code is wrong. What is not listed may be the path's fault. */
const isFinal = (code) => /^(100[023789]|1010|300[03]|4[5-9]..)$/.test(code);

export class Connection {
  state = "connecting";
  raw = false; // the server does not speak our protocol
  id;
  window; // how long the server knows keys, if it says so

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
  #attempts = 0; // n of the back-off
  #began; // the attempt, and then the session
  #greeted = false; // by any server, ever
  #bye; // bounds of the wait that the server asked for
  #ending = new AbortController();

  /**
   * `owner` has `onstate`, `onframe`, and `onraw` for what comes without the protocol.
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

  /** What is about this session only. */
  write(frame) {
    if (this.state === "open") this.send(stringify(frame));
  }

  close() {
    if (this.state !== "closed") this.#end(1000, "closed");
  }

  /** A timer that ends with the connection. */
  later(delay, run) {
    const timer = this.#options.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delay);
    this.#timers.add(timer);
    return timer;
  }

  /** Full jitter, so that those who lost their connections together do not come back together. */
  backOff(attempt) {
    const [base, most] = this.#retry;
    return this.#draw(0, Math.min(most, base * 2 ** attempt));
  }

  /** No server makes its clients come back at once, again and again. */
  #draw(least, most) {
    const { random, retryFloor = 100 } = this.#options;
    return least + random() * (Math.max(most, retryFloor) - least);
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
    this.#began = this.#options.now();
    const url = this.#url;
    if (typeof url === "function") {
      const pending = (this.#socket = {});
      const isOurs = () => pending === this.#socket;
      new Promise((resolve) => resolve(url()))
        .then((address) => isOurs() && this.#connect(address, offer))
        .then(null, (error) => isOurs() && this.#failed(error));
    } else {
      this.#connect(url, offer);
    }
    this.#listen(this.#options.connectTimeout ?? LONG);
  }

  #connect(url, offer) {
    const { WebSocket, raw } = this.#options;
    const socket = new WebSocket(url, offer ? [PROTOCOL] : []);
    // A browser does not tell a server that is down from one that does not know the protocol. Trying
    // the second at once leaves a server little time to come up in between.
    let mayDoWithout = offer && raw && !this.#greeted;
    let isOpen = false;
    let said; // in Node.js errors say what is wrong
    const ended = ({ code, reason }) => {
      if (!mayDoWithout) return this.#lose(code, reason || said || "");
      this.#leaveSocket();
      this.#redial(false);
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      mayDoWithout = false;
      isOpen = true;
      if (socket.protocol !== PROTOCOL) this.#openRaw();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    // After an attempt that failed Node's own socket sends no close event.
    socket.onerror = ({ message }) => {
      said = message;
      if (!isOpen) ended({ code: 1006 });
    };
    socket.onclose = ended;
    this.#socket = socket;
  }

  /** Like the first time, but there is nobody to throw to. */
  #redial(offer) {
    try {
      this.#dial(offer);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    report(error);
    this.#lose(1006, `${error}`);
  }

  /** Makes the connection anew, at once. */
  reconnect() {
    if (this.state === "closed") return;
    this.#leaveSocket();
    this.#bye = undefined;
    if (this.state !== "connecting") this.#become("connecting");
    if (this.state === "connecting" && !this.#socket) this.#redial(true);
  }

  /** After a sleep, or in another network, an open connection may be dead and not know it. */
  #wake() {
    const isOld = this.#options.now() - this.#began >= TOO_OLD_AT_WAKING;
    if (this.state === "connecting" ? isOld : this.state === "waiting" && !this.#bye) this.reconnect();
    if (this.state === "open" && !this.raw && !this.#timers.has(this.#doubt)) {
      this.write({ unsub: ["."] }); // is answered at once: there is no such topic
      this.#doubt = this.#loseIn(SILENCE_AFTER_WAKING);
    }
  }

  /** Not before what has arrived is read: the page, or a handler, may have held everything up. */
  #loseIn(delay, isLast) {
    return this.later(delay, () => {
      if (isLast) this.#lose(1006, "silence");
      else this.#listen(1, true);
    });
  }

  /** From now on something has to happen within this time. */
  #listen(time = this.#ping && this.#ping + LONG, isLast) {
    this.#cancel(this.#doubt);
    this.#cancel(this.#silence);
    // Without a time the server does not ping.
    if (time) this.#silence = this.#loseIn(time, isLast);
  }

  #openRaw() {
    this.raw = true;
    this.#most = undefined;
    this.#stopTimers(); // such a server has no pings for us
    this.#open();
  }

  #greet({ cid, ping, retry, max, window }) {
    this.id = cid;
    this.window = window;
    this.#most = max;
    this.#greeted = true;
    if (isCount(ping)) this.#ping = ping;
    if (isRange(retry) && retry[0]) this.#retry = retry;
    this.#listen();
    this.#open();
  }

  #open() {
    this.#began = this.#options.now();
    this.#become("open", { raw: this.raw });
  }

  #lose(code, reason) {
    if (isFinal(code)) return this.#end(code, reason);
    this.#leaveSocket();
    const asked = this.#bye;
    const delay = asked ? this.#draw(...asked) : this.backOff(this.#attempts++);
    this.later(delay, () => this.reconnect());
    this.#become("waiting", { code, reason, delay, attempts: this.#attempts });
  }

  #end(code, reason) {
    this.#leaveSocket();
    this.#ending.abort();
    this.#become("closed", { code, reason });
  }

  #leaveSocket() {
    // A greeting is no success yet: who is thrown out behind it must come more and more rarely.
    const lasted = this.state === "open" && this.#options.now() - this.#began;
    if (lasted >= Math.min(LONG, this.#retry[1])) this.#attempts = 0;
    const socket = this.#socket ?? {};
    this.#socket = undefined;
    this.raw = false;
    this.#stopTimers();
    // Its late events are nobody's; npm's ws throws if nobody listens to errors.
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = () => {};
    socket.close?.(1000);
  }

  #receive(data) {
    if (this.raw) return this.#owner.onraw(data);
    if (this.state === "open") this.#listen();
    try {
      const frame = JSON.parse(data);
      if (isObject(frame)) this.#handle(frame, data);
    } catch (error) {
      report(error); // the server's fault; the next frame may be better
    }
  }

  #handle(frame, text) {
    const { hello, bye } = frame;
    if (isObject(hello)) {
      if (this.state !== "open") this.#greet(hello);
    } else if (isObject(bye)) {
      if (isRange(bye.after)) this.#bye = bye.after;
    } else if (Object.keys(frame).length) {
      this.#owner.onframe(frame, text);
    } else {
      this.write(frame); // a ping, and its answer
    }
  }
}
