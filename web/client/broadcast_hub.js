// The JavaScript client of broadcast_hub, for browsers and Node.js. MIT license.
// What it promises is written in broadcast_hub.d.ts.

import { Calls } from "./calls.js";
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
  publication,
  report,
  stringify,
  tell,
  toJSON,
} from "./values.js";

const TOPICS_PER_FRAME = 20; // less than 8 KiB, which servers take with a small limit, too

const ALREADY_SUBSCRIBED = 105;
const TOO_LARGE = 109;

/** Whether it is right to ask again, later, after this code. */
const passes = (code) => /^(1[01]0|108|25..)$/.test(code);

export function connect(url, options = {}) {
  return new Client(url, options);
}

class Client {
  #connection;
  #listeners = new Set(); // objects that have a handler each
  #topics = new Map();
  #calls;
  #lastId = 0;
  #isClosing = false;
  #keys; // how the keys of this client's publications begin

  constructor(url, options) {
    const start = options.setTimeout ?? setTimeout;
    const complete = {
      WebSocket: globalThis.WebSocket,
      now: Date.now,
      random: Math.random,
      clearTimeout,
      ...options,
      // A browser's own is no method, and a longer time would go off at once.
      setTimeout: (run, delay) => start(run, Math.min(delay, 2 ** 31 - 1)),
    };
    if (!complete.WebSocket) {
      throw new TypeError("no options.WebSocket");
    }
    // Pages without TLS have this, too.
    this.#keys = crypto.getRandomValues(new Uint32Array(4)) + ".";
    for (const name of ["onstate", "onmessage", "onerror"]) this[name] = options[name];
    this.#connection = new Connection(url, complete, {
      onstate: (event) => this.#changed(event),
      onframe: (frame, text) => this.#handle(frame, text),
      onraw: (data) => this.#tell("onmessage", decodeRaw(data), data),
    });
    this.#calls = new Calls(
      complete,
      this.#connection,
      (topic) => this.#refusal(topic),
      (id, frame) => this.#send(id, frame),
    );
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

  on(event, handler) {
    const listener = { [`on${event}`]: handler };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  subscribe(name, handlers = {}) {
    const options = typeof handlers === "function" ? { onpublication: handlers } : handlers;
    name = JSON.parse(toJSON(name, "subscribe")); // as the server will say it
    const known = this.#topics.get(name);
    const topic = known ?? new Topic(name, options.since);
    const { last, since } = options;
    if (topic.pattern && (since || options.presence || (last && last !== 1))) {
      throw new TypeError(`${name}: a pattern takes last 1 only: ${stringify(options)}`);
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
    topic.members.set(subscription, { late: !!known });
    const refusal = this.#refusal(name);
    if (refusal) {
      queueMicrotask(() => this.#drop(topic, refusal));
    } else if (this.state === "open" && !topic.asked) {
      if (topic.presence !== topic.watched) this.#ask([topic]);
      else queueMicrotask(() => topic.asked || this.#tellSubscribed(topic, subscription));
    }
    return subscription;
  }

  async publish(topic, data, { key = this.#keys + ++this.#lastId, ...limits } = {}) {
    const id = ++this.#lastId;
    const frame = encode({ id, pub: topic, key }, "d", data, topic);
    const { e, o } = await this.#calls.ask(id, topic, frame, limits, true);
    return { epoch: e, offset: o };
  }

  async presence(topic, limits = {}) {
    const id = ++this.#lastId;
    const { clients, n } = await this.#calls.ask(id, topic, stringify({ id, presence: topic }), limits);
    return { clients, count: n };
  }

  async history(topic, { since, limit, last, ...limits } = {}) {
    const id = ++this.#lastId;
    const from = since && { e: since.epoch, o: since.offset };
    const frame = stringify({ id, history: topic, since: from, limit, last });
    const { e, o, items, more, text } = await this.#calls.ask(id, topic, frame, limits);
    return {
      epoch: e,
      offset: o,
      more,
      items: listOf(items)
        .filter(isObject)
        .map((item) => publication(topic, item, 0, text)),
    };
  }

  send(data) {
    let what = data;
    if (!this.raw) what = encode({}, "msg", data, "send");
    else if (!isBytes(data)) what = toJSON(data, "send");
    return this.state === "open" && !this.#connection.send(what);
  }

  reconnect() {
    this.#connection.reconnect();
  }

  close() {
    this.#isClosing = true;
    this.#connection.close();
  }

  /** Returns how many handlers there were. */
  #tell(name, ...details) {
    const targets = [this, ...this.#listeners].filter((target) => target[name] != null);
    for (const target of targets) tell(target, name, ...details);
    return targets.length;
  }

  #changed(event) {
    if (event.state !== "open") this.#calls.lose(event.code);
    if (this.#refusal()) this.#dropAll();
    else if (event.state === "open") this.#resume();
    // A handler that was told of this may have closed the client.
    for (const target of [this, ...this.#listeners]) {
      if (event.state === this.state) tell(target, "onstate", event);
    }
  }

  #resume() {
    for (const topic of this.#topics.values()) topic.begin();
    this.#ask([...this.#topics.values()]);
    this.#calls.send();
  }

  /** Why no command can be accepted, if so. */
  #refusal(topic) {
    if (this.state === "closed") {
      return failure({ code: "closed", reason: "closed" }, topic);
    }
    const reason = "no bhub.v1";
    return this.raw ? failure({ code: "raw", reason }, topic) : undefined;
  }

  #send(id, frame) {
    const error = { code: TOO_LARGE, reason: "too large" };
    if (this.#connection.send(frame)) queueMicrotask(() => this.#replied({ id, error }));
  }

  #ask(topics) {
    if (this.state !== "open") return; // a handler may have ended it
    for (let first = 0; first < topics.length; first += TOPICS_PER_FRAME) {
      const id = ++this.#lastId;
      const some = topics.slice(first, first + TOPICS_PER_FRAME);
      const sub = Object.fromEntries(some.map((topic) => [topic.name, topic.ask(id)]));
      this.#send(id, stringify({ id, sub }));
    }
  }

  #askLater(topic, after) {
    const delay = (isCount(after) ? after : 0) + this.#connection.backOff(topic.tries++);
    topic.asked = -1;
    this.#connection.later(delay, () => {
      if (topic.members.size) this.#ask([topic]);
    });
  }

  #unsubscribe(topic, subscription) {
    if (!subscription.active) return;
    subscription.active = false;
    topic.members.delete(subscription);
    if (topic.members.size) {
      if (topic.watched && !topic.presence && !topic.asked) this.#ask([topic]);
      return;
    }
    this.#topics.delete(topic.name);
    this.#connection.write({ unsub: [topic.name] });
  }

  /** Ends subscriptions to a topic for good. `isKnown`: the application has other ways to see it. */
  #drop(topic, error, isKnown, ended = [...topic.members.keys()]) {
    for (const subscription of ended) {
      subscription.active = false;
      topic.members.delete(subscription);
    }
    if (ended.length && !topic.members.size) this.#topics.delete(topic.name);
    for (const subscription of this.#isClosing && isKnown ? [] : ended) {
      if (subscription.onerror) tell(subscription, "onerror", error);
      else if (!isKnown) report(error);
    }
  }

  #dropAll() {
    this.#calls.close();
    for (const topic of [...this.#topics.values()]) {
      this.#drop(topic, this.#refusal(topic.name), !this.raw);
    }
  }

  #handle(frame, text) {
    const { id, sub, unsub, t, error } = frame;
    if (typeof t === "string") {
      if (isCount(frame.o)) this.#published(frame, text);
      else if (isCount(frame.n)) this.#presenceChanged(frame);
    } else if (id > 0) {
      if (sub === undefined) this.#replied(frame, text);
      else this.#subscribed(frame);
    } else if (typeof unsub === "string") {
      this.#unsubscribed(frame);
    } else if ((id ?? sub) === undefined && isObject(error)) {
      const problem = failure(error);
      if (!this.#tell("onerror", problem)) report(problem);
    } else if ("msg" in frame || "s" in frame || "b" in frame) {
      this.#tell("onmessage", decode(frame, "msg"), text);
    }
  }

  #published(frame, text) {
    const { t: topic, o: offset } = frame;
    const named = this.#topics.get(topic);
    const skipped = named?.accept(offset);
    if (skipped < 0) this.#ask([named]);
    // What comes through patterns only says nothing of what was skipped.
    const others = named?.again(offset) ? [] : this.#throughPatterns(topic, offset);
    const receivers = [...(skipped >= 0 ? named.members : []), ...others];
    const event = publication(topic, frame, skipped > 0 ? skipped : 0, text);
    for (const [subscription, { held, had, late }] of receivers) {
      if (held) held.push(event);
      else if (!late && !(offset <= had)) this.#tellOne(subscription, "onpublication", event);
    }
  }

  #presenceChanged({ t: topic, join, leave, n: count }) {
    const receivers = this.#topics.get(topic)?.members.keys() ?? [];
    const event = { topic, join: listOf(join), leave: listOf(leave), count };
    for (const one of [...receivers]) this.#tellOne(one, "onpresence", event);
  }

  #throughPatterns(name, offset) {
    return [...this.#topics.values()]
      .filter((topic) => topic.takes(name, offset))
      .flatMap(({ members }) => [...members]);
  }

  /** A handler may have ended other subscriptions, and the client. */
  #tellOne(subscription, handler, event) {
    if (subscription.active) tell(subscription, handler, event);
  }

  #replied(frame, text) {
    this.#calls.answer(frame, text);
    const { id, error } = frame;
    if (!isObject(error)) return;
    // A frame that is refused as a whole may have many topics, and the fault be with one.
    const topics = [...this.#topics.values()].filter((topic) => topic.asked === id);
    if (topics.length === 1) this.#refused(topics[0], error);
    else topics.forEach((topic) => this.#ask([topic]));
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
    for (const subscription of [...topic.members.keys()]) {
      this.#tellSubscribed(topic, subscription, verdict);
    }
    // While it waited, somebody may have joined; and the handlers may have ended it.
    if (topic.members.size && topic.presence !== topic.watched) this.#ask([topic]);
  }

  /** Who joined a topic late has to load its state like anybody who is new. */
  #tellSubscribed(topic, subscription, verdict) {
    const member = topic.members.get(subscription);
    if (!member) return;
    const { late, held } = member;
    const isBehind = verdict && !verdict.recovered; // nothing is left of what was
    if (isBehind) member.had = undefined;
    if (held) {
      if (isBehind) held.length = 0;
      return;
    }
    const said = late ? { replayed: 0, ...verdict, recovered: false, why: "first" } : verdict;
    if (!said) return;
    member.late = false;
    const { last } = subscription;
    if (late && last > 0 && !topic.pattern && !(isBehind && last <= topic.past)) {
      this.#fetchPast(topic, subscription, member);
    } else {
      tell(subscription, "onsubscribed", { topic: topic.name, ...said, ...subscription.position });
    }
  }

  /** The past of one who joined a topic that is live; what comes meanwhile waits behind it. */
  #fetchPast(topic, subscription, member) {
    const held = (member.held = []);
    const begin = ({ items, epoch, offset }) => {
      member.held = undefined;
      member.had = offset; // the connection may be behind the log
      this.#tellOne(subscription, "onsubscribed", {
        topic: topic.name,
        recovered: false,
        why: "first",
        replayed: items.length,
        epoch,
        offset: (items[0]?.offset ?? offset + 1) - 1,
      });
      for (const one of [...items, ...held.filter((one) => one.offset > offset)]) {
        this.#tellOne(subscription, "onpublication", one);
      }
    };
    // A history has no more at once.
    const last = Math.min(subscription.last, 1000);
    const without = () => begin({ items: held.splice(0), ...subscription.position });
    this.history(topic.name, { last }).then(begin, without);
  }

  /** Who wants presence may be to blame: the others are asked for without it. */
  #refused(topic, error) {
    if (passes(error.code)) return this.#askLater(topic, error.retry_after);
    const all = [...topic.members.keys()];
    const toBlame = topic.watched ? all.filter(({ presence }) => presence) : all;
    this.#drop(topic, failure(error, topic.name), false, toBlame);
    if (topic.members.size) this.#ask([topic]);
    else if (topic.watched) this.#connection.write({ unsub: [topic.name] }); // may be live
  }

  #unsubscribed(frame) {
    const topic = this.#topics.get(frame.unsub);
    if (topic) this.#refused(Object.assign(topic, { watched: false }), frame);
  }
}
