/** Numbers that look random and are always the same for one seed: 0 up to 1. */
export function chanceFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The least that a hub does for one client, with frames on their way in both directions. The data of
 * each publication says where it belongs: `epoch/offset/what was published`.
 */
export class ModelHub {
  topics = new Map();
  subscribed = new Map(); // by name: whether live publications pass (false: the hub skips some)
  toClient = [];
  publishedByClient = []; // `topic/epoch/what was published`
  already = 0; // times that it was asked for what it had handed out

  constructor(names, kept) {
    this.kept = kept; // publications of a topic
    for (const name of names) this.begin(name);
  }

  begin(name) {
    const epoch = `e${(this.topics.get(name)?.number ?? 0) + 1}`;
    const number = Number(epoch.slice(1));
    this.topics.set(name, { epoch, number, log: [], head: 0, keys: new Map() });
  }

  /** What one node does that lost its memory: everybody has to subscribe again. */
  beginAnew(name) {
    this.begin(name);
    if (this.subscribed.delete(name)) this.say({ unsub: name, code: 2500, reason: "begun anew" });
  }

  say(frame) {
    this.toClient.push(frame);
  }

  meet() {
    this.toClient = [{ hello: { cid: "c", ping: 0, retry: [10, 100], v: "1" } }];
    this.subscribed.clear();
  }

  /** What an application does that chooses topics for its clients. */
  handOut(name) {
    if (this.subscribed.has(name)) return;
    this.subscribed.set(name, true);
    const { epoch, head } = this.topics.get(name);
    this.say({ sub: name, e: epoch, o: head, n: 0 });
  }

  publish(name, what, key, skipped = false) {
    const topic = this.topics.get(name);
    const known = key && topic.keys.get(key);
    if (known) return known;
    const offset = ++topic.head;
    const frame = { t: name, o: offset, d: `${topic.epoch}/${offset}/${what}` };
    topic.log.push(frame);
    if (topic.log.length > this.kept) topic.log.shift();
    const fits = [...this.subscribed.keys()].some((one) => one === name || one === "*");
    if (fits && !skipped) this.say(frame);
    const place = { e: topic.epoch, o: offset };
    if (key) {
      topic.keys.set(key, place);
      this.publishedByClient.push(`${name}/${topic.epoch}/${what}`);
    }
    return place;
  }

  subscribe(id, name, { e, o, last = 0 }) {
    if (this.subscribed.has(name) && e === undefined && name !== "*") {
      this.say({ id, sub: name, error: { code: 105, reason: "already subscribed" } });
      ++this.already;
      return;
    }
    this.subscribed.set(name, true);
    if (name === "*") {
      this.say({ id, sub: name });
      return;
    }
    const topic = this.topics.get(name);
    const reply = { id, sub: name, e: topic.epoch, o: topic.head };
    let replay = last > 0 ? topic.log.slice(-last) : [];
    if (e !== undefined) {
      replay = topic.log.filter((frame) => frame.o > o);
      const why = e !== topic.epoch ? "epoch" : replay.length < topic.head - o ? "gap" : undefined;
      if (why) replay = [];
      Object.assign(reply, { rec: !why, why });
    }
    this.say({ ...reply, n: replay.length });
    replay.forEach((frame) => this.say(frame));
  }

  take({ id, sub, unsub, pub, d, key }) {
    for (const [name, wish] of Object.entries(sub ?? {})) this.subscribe(id, name, wish);
    for (const name of unsub ?? []) this.subscribed.delete(name);
    if (pub) this.say({ id, ok: this.publish(pub, d, key) });
  }
}
