// Attempts, sessions, commands and errors when something is unusual.
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "../../../web/client/broadcast_hub.js";
import { payloadText } from "../../../web/client/payload_text.js";
import { Rig, collectReports, settle } from "./support/rig.mjs";

test("an error before open is a lost attempt, also without close, and its text is told", () => {
  const rig = new Rig();
  rig.socket.onerror({ message: "Unexpected server response: 401" });
  const { state, code, reason, attempts } = rig.states.at(-1);
  assert.deepEqual([state, code, reason, attempts], ["waiting", 1006, "Unexpected server response: 401", 1]);
});

test("a function for the address that throws at first, or rejects, is a lost attempt", async (t) => {
  const reports = collectReports(t);
  for (const url of [() => { throw new Error("no token"); }, async () => { throw new Error("no token"); }]) {
    const rig = new Rig({ url });
    await settle();
    assert.deepEqual(rig.states.map(({ state }) => state), ["connecting", "waiting"]);
    assert.match(rig.states[1].reason, /no token/);
    rig.client.close();
  }
  assert.equal(reports.length, 2);
});

test("an address may come later, and is not used when it comes too late", async () => {
  let give;
  const rig = new Rig({ url: () => new Promise((resolve) => (give = resolve)), connectTimeout: 100 });
  give("ws://hub/1");
  await settle();
  assert.equal(rig.socket.url, "ws://hub/1");
  rig.socket.end();
  rig.clock.advance(500);
  const late = give;
  rig.clock.advance(100);
  assert.equal(rig.client.state, "waiting");
  late("ws://hub/2");
  await settle();
  assert.equal(rig.sockets.length, 1);
});

test("a greeting is no success: who is thrown out after it comes more and more rarely", () => {
  const rig = new Rig();
  rig.chance = 1;
  for (const bound of [500, 1000, 2000, 4000]) {
    rig.greet();
    rig.socket.end(4001);
    assert.deepEqual(rig.clock.waits, [bound]);
    rig.clock.advance(bound);
  }
  rig.greet();
  rig.clock.advance(9999);
  rig.socket.end(4001);
  assert.deepEqual(rig.clock.waits, [8000]);
  rig.clock.advance(8000);
  rig.greet();
  rig.clock.advance(10000);
  rig.socket.end(4001);
  assert.deepEqual(rig.clock.waits, [500]);
});

test("after 1011 publications go one at a time, and one that alone met it three times is rejected", async () => {
  const rig = Rig.open();
  const good = [rig.client.publish("a", 1), rig.client.publish("a", 3)];
  const bad = rig.client.publish("b", "bad");
  good.push(rig.client.publish("a", 4));
  const results = [];
  bad.catch(({ code, topic }) => results.push(code, topic));
  assert.equal(rig.take().length, 4);
  rig.comeBack(1011);
  const order = [];
  for (let round = 0; round < 20 && rig.socket.sent.length > 0; ++round) {
    const { id, d } = rig.takeOne();
    order.push(d);
    if (d === "bad") {
      rig.socket.end(1011);
      await settle();
      rig.clock.advance(20000);
      rig.greet();
    } else rig.say({ id, ok: { e: "e1", o: 1 } });
    await settle();
  }
  assert.deepEqual(order, [1, 3, "bad", "bad", "bad", 4]);
  await Promise.all(good);
  assert.deepEqual(results, [1011, "b"]);
  rig.client.publish("a", 5);
  rig.client.publish("a", 6);
  assert.equal(rig.take().length, 2, "together again");
});

test("other ends of a session are not the publication's fault", async () => {
  const rig = Rig.open();
  rig.client.publish("a", 1);
  for (let round = 0; round < 5; ++round) rig.comeBack(1006);
  assert.equal(rig.takeOne().d, 1);
});

test("what is no JSON is refused with the topic and the reason", async () => {
  const { client } = Rig.open();
  const circle = {};
  circle.circle = circle;
  let deep = [];
  for (let depth = 0; depth < 100000; ++depth) deep = [deep];
  for (const data of [undefined, () => {}, Symbol("s"), circle, 1n, deep]) {
    await assert.rejects(client.publish("chat", data), { name: "TypeError", message: /^chat: ./ });
    assert.throws(() => client.send(data), { name: "TypeError", message: /^send: ./ });
  }
});

test("half surrogates become U+FFFD, and what looks like one stays", () => {
  const rig = Rig.open();
  rig.client.publish("chat", ["\ud83d", "\ude00x", "\ud83d\ude00", "\\ud83d", "\\"]);
  assert.deepEqual(rig.takeOne().d, ["\ufffd", "\ufffdx", "\ud83d\ude00", "\\ud83d", "\\"]);
  rig.client.subscribe("a\ud83d");
  assert.deepEqual(Object.keys(rig.takeOne().sub), ["a\ufffd"]);
});

test("errors without an id reach a handler, or are reported", (t) => {
  const reports = collectReports(t);
  const errors = [];
  const error = { code: 101, reason: "not JSON" };
  const rig = Rig.open({ onerror: ({ code }) => errors.push(code) });
  rig.say({ error });
  assert.deepEqual([errors, reports], [[101], []]);
  Rig.open().say({ error });
  const other = Rig.open();
  other.say({ error });
  assert.deepEqual(reports.map(({ code }) => code), [101, 101]);
});

test("keys are from the system's chance, or the application's", () => {
  const rig = Rig.open({ random: () => 0 });
  const other = Rig.open({ random: () => 0 });
  for (const { client } of [rig, other]) client.publish("a", 1);
  const [mine, theirs] = [rig, other].map((one) => one.takeOne().key);
  assert.notEqual(mine, theirs);
  assert.match(mine, /^\d+,\d+,\d+,\d+\.\d+$/);
  assert.ok(mine.length <= 128);
  rig.client.publish("a", 1, { key: "order 7" });
  assert.equal(rig.takeOne().key, "order 7");
});

test("commands can be given up, and none of them is sent again", async () => {
  const rig = Rig.open();
  const reason = new Error("not needed");
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const calls = [
    rig.client.publish("a", 1, { signal }),
    rig.client.presence("a", { signal }),
    rig.client.history("a", { signal }),
  ];
  giveUp.abort(reason);
  for (const call of calls) await assert.rejects(call, reason);
  await assert.rejects(rig.client.publish("a", 1, { signal }), reason);
  const late = rig.client.publish("a", 1, { timeout: 50 });
  rig.clock.advance(50);
  await assert.rejects(late, { code: "timeout", topic: "a" });
  rig.take();
  rig.comeBack();
  assert.deepEqual(rig.take(), []);
  const timely = rig.client.presence("a", { timeout: 50 });
  rig.say({ id: rig.takeOne().id, ok: { n: 1 } });
  await timely;
  assert.deepEqual(rig.clock.waits, [35000], "no timer is left");
});

test("a time that is too long for a timer is not over at once", () => {
  for (const timeout of [2 ** 31, 1e12, Infinity]) {
    const rig = Rig.open();
    rig.client.publish("a", 1, { timeout });
    assert.equal(Math.max(...rig.clock.waits), 2 ** 31 - 1);
  }
});

test("of how long keys are known only so many topics are remembered", async () => {
  const rig = Rig.open();
  const publish = async (topic) => {
    const answer = rig.client.publish(topic, 1);
    rig.say({ id: rig.takeOne().id, ok: { e: "e1", o: 1, window: 1000 } });
    await answer;
  };
  for (let i = 0; i <= 10000; ++i) await publish(`t${i}`);
  const known = rig.client.publish("t10000", 2);
  const forgotten = rig.client.publish("t0", 2);
  rig.take();
  rig.socket.end();
  rig.clock.advance(2000);
  rig.greet();
  assert.deepEqual(rig.take().map(({ pub }) => pub), ["t0"], "the first one is forgotten");
  await assert.rejects(known, { code: "outcome_unknown" });
  rig.client.close();
  await assert.rejects(forgotten, { code: "closed" });
});

test("what is given up in the moment in which a session begins is not sent", async () => {
  const rig = new Rig();
  const giveUp = new AbortController();
  const call = rig.client.publish("a", 1, { signal: giveUp.signal });
  giveUp.abort();
  rig.greet();
  assert.deepEqual(rig.take(), []);
  await assert.rejects(call, { name: "AbortError" });
});

test("a long session begins the back-off anew, whatever ended it", () => {
  const rig = new Rig();
  for (let attempt = 0; attempt < 6; ++attempt) {
    rig.socket.end();
    rig.clock.advance(20000);
  }
  rig.greet();
  rig.clock.advance(10000);
  rig.client.reconnect();
  rig.socket.end();
  assert.equal(rig.states.at(-1).delay, 250);
});

test("several listen to one event, until they do not", () => {
  const seen = [];
  const rig = new Rig({ onstate: undefined, onmessage: () => seen.push("property") });
  const off = rig.client.on("message", (data) => seen.push(`first ${data}`));
  rig.client.on("message", () => seen.push("second"));
  rig.greet();
  rig.say({ msg: 1 });
  off();
  rig.say({ msg: 2 });
  assert.deepEqual(seen, ["property", "first 1", "second", "property", "second"]);
});

test("connects anew at once when it is asked to, and keeps n", () => {
  const rig = Rig.open();
  rig.chance = 1;
  const { socket } = rig;
  rig.client.reconnect();
  assert.deepEqual(socket.closes, [[1000, undefined]]);
  assert.equal(rig.client.state, "connecting");
  rig.socket.end();
  assert.deepEqual(rig.clock.waits, [500]);
  rig.client.reconnect();
  rig.socket.end();
  assert.deepEqual(rig.clock.waits, [1000]);
  rig.client.close();
  rig.client.reconnect();
  assert.equal(rig.client.state, "closed");
});

test("the exact text of payloads can be had", async () => {
  const rig = Rig.open();
  const texts = [];
  rig.client.subscribe("a", { onpublication: (event) => texts.push(payloadText(event)) });
  rig.say({ id: rig.takeOne().id, sub: "a", e: "e1", o: 0, n: 0 });
  const frames = ['"o":1,"d":9007199254740993', '"o":2, "d" : {"d":[1,"}\\"",{}],"o":5 } ', '"d":"123","o":3',
    '"o":4,"s":"a\\u0062"', '"o":5,"b":""'];
  for (const frame of frames) rig.socket.deliver(`{"t":"a",${frame}}`);
  assert.deepEqual(texts, ["9007199254740993", '{"d":[1,"}\\"",{}],"o":5 }', '"123"', "ab", undefined]);
  const history = rig.client.history("a");
  const { id } = rig.takeOne();
  rig.socket.deliver(`{"id":${id},"ok":{"e":"e1","o":3,"items":[{"o":1,"d":1.0},{"o":3,"d":[2e1]}]}}`);
  assert.deepEqual((await history).items.map(payloadText), ["1.0", "[2e1]"]);
  const raw = [];
  rig.client.on("message", (_, text) => raw.push(payloadText({ raw: text })));
  rig.socket.deliver('{"msg":1.00}');
  assert.deepEqual(raw, ["1.00"]);
  assert.equal(payloadText({ raw: new ArrayBuffer(1) }), undefined);
});

test("all texts of a history are found in two passes over its frame", (t) => {
  const items = Array.from({ length: 500 }, (_, o) => ({ o, d: { text: "x".repeat(50), o } }));
  const raw = JSON.stringify({ id: 1, ok: { e: "e1", o: 500, items } });
  let looked = 0;
  const original = String.prototype.matchAll;
  t.mock.method(String.prototype, "matchAll", function (pattern) {
    looked += this.length;
    return original.call(this, pattern);
  });
  for (const { o, d } of items) assert.equal(payloadText({ raw, offset: o }), JSON.stringify(d));
  assert.ok(looked < 6 * raw.length, `${looked} characters of ${raw.length}`);
  assert.equal(payloadText({ raw, offset: 501 }), undefined);
});

test("an address that is none leaves no timer", (t) => {
  class Strict {
    constructor() {
      throw new SyntaxError("no address");
    }
  }
  const timers = t.mock.fn();
  assert.throws(() => connect("x", { WebSocket: Strict, setTimeout: timers }), SyntaxError);
  assert.equal(timers.mock.callCount(), 0);
});
