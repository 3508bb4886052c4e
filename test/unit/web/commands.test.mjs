// What a client asks of the server and sends to it, with and without a connection.
import assert from "node:assert/strict";
import { test } from "node:test";

import { HELLO, Rig, plain, settle } from "./support/rig.mjs";

const bytes = Uint8Array.of(0, 255, 128, 10);
const BASE64 = "AP+ACg==";

test("publishes JSON and tells where it stands", async () => {
  const rig = Rig.open();
  for (const data of [{ a: [1, null] }, "text", "", 0, false, null, [], "\u2028 \ud83d\ude00"]) {
    const published = rig.client.publish("chat", data);
    const { id, pub, d, key, ...others } = rig.takeOne();
    assert.equal(pub, "chat");
    assert.deepEqual(d, data);
    assert.match(key, /^.{1,128}$/);
    assert.deepEqual(others, {});
    rig.say({ id, ok: { e: "k9f2", o: 45 } });
    assert.deepEqual(await published, { epoch: "k9f2", offset: 45 });
  }
});

test("publishes bytes, of whatever kind they are", () => {
  const rig = Rig.open();
  const inside = new Uint8Array([7, ...bytes, 7]).subarray(1, 5);
  for (const data of [bytes, Buffer.from(bytes), bytes.buffer, inside, new DataView(bytes.buffer)]) {
    rig.client.publish("chat", data);
    const frame = rig.takeOne();
    assert.equal(frame.b, BASE64);
    assert.equal("d" in frame, false);
  }
  rig.client.publish("chat", new Uint8Array(300000));
  assert.equal(rig.takeOne().b.length, 400000);
});

test("gives each publication a key of its own", () => {
  const rig = new Rig({ random: Math.random });
  const other = new Rig({ random: Math.random });
  for (const { client } of [rig, other]) {
    for (let i = 0; i < 10; ++i) client.publish("chat", i);
  }
  rig.greet();
  other.greet();
  const keys = [...rig.take(), ...other.take()].map(({ key }) => key);
  assert.equal(new Set(keys).size, 20);
});

test("rejects with what the server says", async () => {
  const rig = Rig.open();
  const published = rig.client.publish("chat", 1);
  const error = { code: 108, reason: "too many requests", retry_after: 250 };
  rig.say({ id: rig.takeOne().id, error });
  await assert.rejects(published, (rejected) => {
    assert.ok(rejected instanceof Error);
    assert.equal(rejected.code, 108);
    assert.equal(rejected.reason, "too many requests");
    assert.equal(rejected.retryAfter, 250);
    assert.equal(rejected.message, "chat: too many requests (108)");
    return true;
  });
  rig.comeBack();
  assert.deepEqual(rig.take(), [], "it has been answered");
});

test("rejects what is no JSON, and keeps nothing of it", async () => {
  const rig = new Rig();
  const circle = {};
  circle.circle = circle;
  await assert.rejects(rig.client.publish("chat", circle), TypeError);
  await assert.rejects(rig.client.publish("chat", 1n), TypeError);
  rig.greet();
  assert.deepEqual(rig.take(), []);
});

test("keeps commands until there is a session, in their order, behind subscriptions", async () => {
  const rig = new Rig();
  const first = rig.client.publish("a", 1);
  rig.client.presence("a");
  rig.client.subscribe("a");
  rig.client.publish("a", 2);
  rig.socket.open();
  assert.deepEqual(rig.take(), []);
  rig.say({ hello: {} });
  const frames = rig.take();
  assert.deepEqual(frames.map(({ sub, pub, presence, d }) => [sub, pub, presence, d]), [
    [{ a: {} }, undefined, undefined, undefined],
    [undefined, "a", undefined, 1],
    [undefined, undefined, "a", undefined],
    [undefined, "a", undefined, 2],
  ]);
  rig.say({ id: frames[1].id, ok: { e: "e1", o: 1 } });
  assert.deepEqual(await first, { epoch: "e1", offset: 1 });
});

test("publishes again, with the same key, what had no reply when the connection was lost", async () => {
  const rig = Rig.open();
  const answered = rig.client.publish("chat", "answered");
  const unanswered = rig.client.publish("chat", "unanswered");
  const [first, second] = rig.take();
  rig.say({ id: first.id, ok: { e: "e1", o: 1 } });
  await answered;
  rig.socket.end();
  rig.client.publish("chat", "offline");
  rig.clock.advance(20000);
  rig.socket.end(); // before any hello
  rig.clock.advance(20000);
  rig.greet();
  const frames = rig.take();
  assert.deepEqual(frames.map(({ d }) => d), ["unanswered", "offline"]);
  assert.deepEqual(frames[0], second);
  assert.notEqual(frames[1].key, second.key);
  rig.say({ id: second.id, ok: { e: "e1", o: 2 } });
  assert.deepEqual(await unanswered, { epoch: "e1", offset: 2 });
  rig.say({ id: second.id, ok: { e: "e1", o: 99 } }, { id: 12345, ok: {} });
  rig.comeBack();
  assert.deepEqual(rig.take().map(({ d }) => d), ["offline"]);
});

test("keeps no more than its bound while there is no connection", async () => {
  for (const maxBuffered of [undefined, 3, 0]) {
    const bound = maxBuffered ?? 1000;
    const rig = new Rig({ maxBuffered });
    for (let i = 0; i < bound; ++i) rig.client.publish("chat", i);
    const refused = { code: "buffer_full", reason: `${bound} wait` };
    await assert.rejects(rig.client.publish("chat", "more"), refused);
    await assert.rejects(rig.client.history("chat"), refused);
    rig.greet();
    rig.client.publish("chat", "connected");
    assert.equal(rig.take().length, bound + 1);
  }
});

test("keeps no more than a bound without answers while a connection seems open", async () => {
  const rig = Rig.open();
  for (let i = 0; i < 10000; ++i) rig.client.publish("chat", i);
  const refused = { code: "buffer_full", reason: "10000 wait" };
  await assert.rejects(rig.client.publish("chat", "more"), refused);
});

test("rejects everything when it is closed, and from then on", async () => {
  for (const end of [(rig) => rig.client.close(), (rig) => rig.socket.end(4501, "unauthorised")]) {
    const rig = Rig.open();
    const waiting = [rig.client.publish("a", 1), rig.client.presence("a"), rig.client.history("a")];
    end(rig);
    waiting.push(rig.client.publish("a", 2));
    for (const promise of waiting) {
      await assert.rejects(promise, { code: "closed", reason: "closed" });
    }
    assert.equal(rig.client.send(1), false);
  }
});

test("asks who is there", async () => {
  const rig = Rig.open();
  const few = rig.client.presence("chat");
  const { id, ...command } = rig.takeOne();
  assert.deepEqual(command, { presence: "chat" });
  const clients = { c1: { user: "u1", info: { name: "Ann" } } };
  rig.say({ id, ok: { clients, n: 1 } });
  assert.deepEqual(await few, { clients, count: 1 });

  const many = rig.client.presence("chat");
  rig.say({ id: rig.takeOne().id, ok: { n: 5000 } });
  assert.deepEqual(await many, { clients: undefined, count: 5000 });
});

test("asks for the past", async () => {
  const rig = Rig.open();
  const all = rig.client.history("news");
  const { id, ...command } = rig.takeOne();
  assert.deepEqual(command, { history: "news" });
  const items = [{ o: 11, d: { a: 1 } }, { o: 12, s: "text" }, { o: 13, b: BASE64 }];
  rig.say({ id, ok: { e: "e1", o: 13, items } });
  const { items: past, ...place } = await all;
  assert.deepEqual({ ...place, items: past.map(plain) }, {
    epoch: "e1",
    offset: 13,
    more: undefined,
    items: [
      { topic: "news", data: { a: 1 }, offset: 11 },
      { topic: "news", data: "text", offset: 12 },
      { topic: "news", data: bytes, offset: 13 },
    ],
  });

  rig.client.history("news", { since: { epoch: "e1", offset: 10 }, limit: 5 });
  const { id: second, ...rest } = rig.takeOne();
  assert.ok(second > id);
  assert.deepEqual(rest, { history: "news", since: { e: "e1", o: 10 }, limit: 5 });

  const cut = rig.client.history("news", { last: 5 });
  rig.say({ id: rig.takeOne().id, ok: { e: "e1", o: 13, items: [], more: true } });
  assert.equal((await cut).more, true);
});

test("sends to the application behind the server, or says that it did not", () => {
  const rig = new Rig();
  assert.equal(rig.client.send("lost"), false);
  rig.greet();
  for (const data of [{ a: 1 }, "text", null]) {
    assert.equal(rig.client.send(data), true);
    assert.deepEqual(rig.takeOne(), { msg: data });
  }
  assert.equal(rig.client.send(bytes), true);
  assert.deepEqual(rig.takeOne(), { b: BASE64 });
  assert.throws(() => rig.client.send(1n), TypeError);
  rig.socket.end();
  assert.equal(rig.client.send("lost"), false);
  rig.clock.advance(20000);
  rig.greet();
  assert.deepEqual(rig.take(), []);
});

test("takes what the server sends to it alone", () => {
  const rig = Rig.open();
  rig.say({ msg: { a: 1 } }, { msg: null }, { s: "text" }, { b: BASE64 });
  assert.deepEqual(rig.messages, [{ a: 1 }, null, "text", bytes]);
});

test("takes texts and bytes from topics", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 0 });
  rig.say({ t: "news", o: 1, s: "not JSON" }, { t: "news", o: 2, b: BASE64 });
  rig.say({ t: "news", o: 3, b: "" }, { t: "news", o: 4, s: "" });
  const data = log.take("publication").map((publication) => publication.data);
  assert.deepEqual(data, ["not JSON", bytes, new Uint8Array(), ""]);
});

test("what is larger than the server takes is refused, and the client goes on", async () => {
  const rig = new Rig();
  const early = rig.client.publish("chat", "x".repeat(100));
  rig.greet({ hello: { ...HELLO.hello, max: 100 } });
  await assert.rejects(early, { code: 109, reason: "too large" });
  assert.deepEqual(rig.take(), []);
  const around = JSON.stringify({ msg: "" }).length;
  assert.equal(rig.client.send("x".repeat(100 - around)), true);
  assert.equal(rig.takeOne().msg.length, 100 - around);
  assert.equal(rig.client.send("x".repeat(101 - around)), false);
  assert.equal(rig.client.send("\u00e4".repeat(51)), false); // of two bytes each
  await assert.rejects(rig.client.publish("chat", new Uint8Array(100)), { code: 109 });
  assert.deepEqual(rig.take(), []);
  rig.client.publish("chat", "small");
  assert.equal(rig.takeOne().d, "small");
  assert.equal(rig.client.state, "open");
});

test("so are subscriptions, unless they fit one by one", async () => {
  const rig = new Rig();
  const names = ["a", "b", "c"].map((letter) => letter.repeat(40));
  const large = "d".repeat(100);
  const errors = [];
  for (const name of [...names, large]) {
    rig.client.subscribe(name, { onerror: ({ code }) => errors.push([name[0], code]) });
  }
  rig.greet({ hello: { ...HELLO.hello, max: 100 } });
  await new Promise(setImmediate);
  const asked = rig.take().map(({ sub }) => Object.keys(sub));
  assert.deepEqual(asked, names.map((name) => [name]));
  assert.deepEqual(errors, [["d", 109]]);
  rig.client.subscribe("e".repeat(100), { onerror: ({ code }) => errors.push(["e", code]) });
  assert.deepEqual(errors.length, 1); // not before it has returned
  await new Promise(setImmediate);
  assert.deepEqual(errors[1], ["e", 109]);
});
