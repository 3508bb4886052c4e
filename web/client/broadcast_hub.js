// The JavaScript client of broadcast_hub, for browsers and Node.js. MIT license.
// What it promises is written in broadcast_hub.d.ts.

import { Connection } from "./connection.js";
import { NOWHERE, Topic } from "./topic.js";
import {
  decode,
  decodeRaw,
  encode,
  failure,
  isBytes,
  isCount,
  isObject,
  listOf,
  report,
  tell,
} from "./values.js";

const TOPICS_PER_FRAME = 20; // less than 8 KiB, which servers take with a small limit, too

const MOST_UNANSWERED = 10000;

const ALREADY_SUBSCRIBED = 105;
const TOO_LARGE = 109;

/** Whether it is right to ask again, later, after this code. */
const passes = (code) => /^(1[01]0|108|25..)$/.test(code);

export function connect(url, options = {}) {
  return new Client(url, options);
}

class Client {
  onstate;
  onmessage;

  #connection;
  #topics = new Map();
  #calls = new Map(); // what waits for a reply, or for a connection to be sent on
  #lastId = 0;
  #maxBuffered;
  #keys; // how the keys of this client's publications begin

  constructor(url, options) {
    const complete = {
      WebSocket: globalThis.WebSocket,
      random: Math.random,
      setTimeout,
      clearTimeout,
      ...options,
    };
    if (!complete.WebSocket) {
      throw new TypeError("there is no WebSocket here: pass one as options.WebSocket");
    }
    const digits = () => complete.random().toString(36);
    this.#keys = digits() + digits() + ".";
    this.#maxBuffered = options.maxBuffered ?? 1000;
    this.onstate = options.onstate;
    this.onmessage = options.onmessage;
    this.#connection = new Connection(url, complete, {
      onstate: (event) => this.#changed(event),
      onframe: (frame) => this.#handle(frame),
      onraw: (data) => tell(this, "onmessage", decodeRaw(data)),
    });
  }

  get state() {
    return this.#connection.state;
  }

  get raw() {
    return this.#connection.raw;
  }

  get id() {
    return this.#connection.id;
  }

  subscribe(name, handlers = {}) {
    const options = typeof handlers === "function" ? { onpublication: handlers } : handlers;
    const known = this.#topics.get(name);
    const topic = known ?? new Topic(name, options);
    if (topic.pattern && (options.since || options.last || options.presence)) {
      throw new TypeError("a pattern has no since, last or presence");
    }
    const subscription = {
      ...options,
      topic: name,
      active: true,
      get position() {
        const { epoch, offset } = topic;
        return epoch && { epoch, offset };
      },
      unsubscribe: () => this.#unsubscribe(topic, subscription),
    };
    this.#topics.set(name, topic);
    topic.subscriptions.set(subscription, !!known);
    topic.presence ||= !!options.presence;
    const refusal = this.#refusal();
    if (refusal) {
      queueMicrotask(() => this.#drop(topic, refusal));
    } else if (this.state === "open" && !topic.asked) {
      if (topic.presence !== topic.presenceAsked) this.#ask([topic]);
      else queueMicrotask(() => topic.asked || this.#tellSubscribed(topic, subscription));
    }
    return subscription;
  }

  publish(topic, data) {
    const key = this.#keys + ++this.#lastId;
    const command = { pub: topic, ...encode("d", data), key };
    return this.#call(command, ({ e, o }) => ({ epoch: e, offset: o }));
  }

  presence(topic) {
    return this.#call({ presence: topic }, ({ clients, n }) => ({ clients, count: n }));
  }

  history(topic, { since, limit } = {}) {
    const from = since && { e: since.epoch, o: since.offset };
    return this.#call({ history: topic, since: from, limit }, ({ e, o, items }) => ({
      epoch: e,
      offset: o,
      items: listOf(items)
        .filter(isObject)
        .map((item) => ({ topic, data: decode(item, "d"), offset: item.o })),
    }));
  }

  send(data) {
    if (this.state !== "open") return false;
    const frame = this.raw ? data : encode("msg", data);
    return !this.#connection.send(isBytes(frame) ? frame : JSON.stringify(frame));
  }

  close() {
    this.#connection.close();
  }

  #changed(event) {
    if (this.#refusal()) this.#dropAll();
    else if (event.state === "open") this.#resume();
    // A handler that was told of this may have closed the client.
    if (event.state === this.state) tell(this, "onstate", event);
  }

  #resume() {
    this.#ask([...this.#topics.values()]);
    for (const [id, { frame }] of this.#calls) this.#send(id, frame);
  }

  /** Why no command can be accepted, if so. */
  #refusal() {
    if (this.state === "closed") return failure({ code: "closed", reason: "the client is closed" });
    const reason = "the server does not speak bhub.v1, so it has no topics";
    return this.raw ? failure({ code: "raw", reason }) : undefined;
  }

  #call(command, read) {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal) throw refusal;
      // A connection that is dead seems open for a while.
      const most = Math.max(this.#maxBuffered, this.state === "open" ? MOST_UNANSWERED : 0);
      const reason = `${most} commands wait already`;
      if (this.#calls.size >= most) throw failure({ code: "buffer_full", reason });
      const id = ++this.#lastId;
      const frame = JSON.stringify({ id, ...command });
      this.#calls.set(id, { frame, resolve, reject });
      if (this.state === "open") this.#send(id, frame);
    }).then(read);
  }

  #send(id, frame) {
    const error = { code: TOO_LARGE, reason: "too large for the server" };
    if (this.#connection.send(frame)) queueMicrotask(() => this.#replied({ id, error }));
  }

  #ask(topics) {
    for (let first = 0; first < topics.length; first += TOPICS_PER_FRAME) {
      const id = ++this.#lastId;
      const some = topics.slice(first, first + TOPICS_PER_FRAME);
      const sub = Object.fromEntries(some.map((topic) => [topic.name, topic.ask(id)]));
      this.#send(id, JSON.stringify({ id, sub }));
    }
  }

  #askLater(topic, after) {
    const delay = (isCount(after) ? after : 0) + this.#connection.backOff(topic.refusals++);
    topic.asked = -1;
    this.#connection.later(delay, () => {
      if (topic.subscriptions.size > 0) this.#ask([topic]);
    });
  }

  #unsubscribe(topic, subscription) {
    if (!subscription.active) return;
    subscription.active = false;
    topic.subscriptions.delete(subscription);
    if (topic.subscriptions.size > 0) return;
    this.#topics.delete(topic.name);
    if (this.state === "open") this.#connection.write({ unsub: [topic.name] });
  }

  /** Ends a topic's subscriptions for good. `isKnown`: the application has other ways to see it. */
  #drop(topic, error, isKnown) {
    if (topic.subscriptions.size > 0) this.#topics.delete(topic.name);
    const ended = [...topic.subscriptions.keys()];
    topic.subscriptions.clear();
    for (const subscription of ended) subscription.active = false;
    for (const subscription of ended) {
      if (subscription.onerror) tell(subscription, "onerror", error);
      else if (!isKnown) report(error);
    }
  }

  #dropAll() {
    const refusal = this.#refusal();
    for (const { reject } of this.#calls.values()) reject(refusal);
    this.#calls.clear();
    for (const topic of [...this.#topics.values()]) this.#drop(topic, refusal, !this.raw);
  }

  #handle(frame) {
    const { id, sub, unsub, t } = frame;
    if (typeof t === "string") {
      if (isCount(frame.o)) this.#published(frame);
      else if (isCount(frame.n)) this.#presenceChanged(frame);
    } else if (id > 0) {
      if (sub === undefined) this.#replied(frame);
      else this.#subscribed(frame);
    } else if (typeof unsub === "string") {
      this.#unsubscribed(frame);
    } else if ("msg" in frame || "s" in frame || "b" in frame) {
      tell(this, "onmessage", decode(frame, "msg"));
    }
  }

  #published(frame) {
    const { t: topic, o: offset } = frame;
    const named = this.#topics.get(topic);
    const accepted = named?.accept(offset);
    if (accepted === null) this.#ask([named]);
    const receivers = accepted ? [...named.subscriptions.keys()] : [];
    if (!named || named.acceptForPatterns(offset)) receivers.push(...this.#throughPatterns(topic));
    this.#tellEach(receivers, "onpublication", { topic, data: decode(frame, "d"), offset });
  }

  #presenceChanged({ t: topic, join, leave, n: count }) {
    const receivers = this.#topics.get(topic)?.subscriptions.keys() ?? [];
    const event = { topic, join: listOf(join), leave: listOf(leave), count };
    this.#tellEach([...receivers], "onpresence", event);
  }

  #throughPatterns(name) {
    return [...this.#topics.values()]
      .filter(({ pattern }) => pattern?.test(name))
      .flatMap(({ subscriptions }) => [...subscriptions.keys()]);
  }

  /** A handler may end other subscriptions, and the client. */
  #tellEach(subscriptions, handler, event) {
    for (const subscription of subscriptions) {
      if (subscription.active) tell(subscription, handler, event);
    }
  }

  #replied({ id, ok, error }) {
    const call = this.#calls.get(id);
    if (isObject(error)) {
      this.#calls.delete(id);
      call?.reject(failure(error));
      // A frame that is refused as a whole may have many topics, and the fault be with one.
      const topics = [...this.#topics.values()].filter(({ asked }) => asked === id);
      if (topics.length === 1) this.#refused(topics[0], error);
      else topics.forEach((topic) => this.#ask([topic]));
    } else if (isObject(ok)) {
      this.#calls.delete(id);
      call?.resolve(ok);
    }
  }

  #subscribed(frame) {
    const topic = this.#topics.get(frame.sub);
    if (topic?.asked !== frame.id) return; // the answer to an older question
    const { error } = frame;
    // The server's application has subscribed us. Then a pattern is live, and of a name we ask where
    // it stands: once, as it has an epoch from then on.
    if (error?.code === ALREADY_SUBSCRIBED && !topic.epoch) {
      if (!topic.pattern) return this.#ask([Object.assign(topic, NOWHERE)]);
    } else if (isObject(error)) {
      return this.#refused(topic, error);
    }
    const verdict = topic.answer(frame);
    for (const subscription of [...topic.subscriptions.keys()]) {
      this.#tellSubscribed(topic, subscription, verdict);
    }
    // While it waited, somebody may have joined; and the handlers may have ended it.
    if (topic.subscriptions.size > 0 && topic.presence !== topic.presenceAsked) this.#ask([topic]);
  }

  /** Who joined a topic late has to load its state like anybody who is new. */
  #tellSubscribed(topic, subscription, verdict) {
    const late = topic.subscriptions.get(subscription);
    const said = late ? { replayed: 0, ...verdict, recovered: false, why: "first" } : verdict;
    if (!subscription.active || !said) return;
    topic.subscriptions.set(subscription, false);
    tell(subscription, "onsubscribed", { topic: topic.name, ...said, ...subscription.position });
  }

  #refused(topic, error) {
    if (passes(error.code)) this.#askLater(topic, error.retry_after);
    else this.#drop(topic, failure(error));
  }

  #unsubscribed(frame) {
    const topic = this.#topics.get(frame.unsub);
    if (topic) this.#refused(topic, frame);
  }
}
