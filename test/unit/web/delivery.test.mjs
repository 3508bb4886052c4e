// What is delivered to whom when something is unusual.
import assert from "node:assert/strict";
import { test } from "node:test";

import { HELLO, Log, Rig, settle } from "./support/rig.mjs";

const publication = (t, o, d = `data ${o}`) => ({ t, o, d });
const hello = (members) => ({ hello: { ...HELLO.hello, ...members } });

function subscribeToPattern(rig, pattern, options, reply) {
  const log = new Log();
  rig.client.subscribe(pattern, { ...log.handlers, ...options });
  rig.say({ id: rig.takeOne().id, sub: pattern, ...reply });
  return log;
}

test("with n 0 nothing is taken for seen by patterns", () => {
  const rig = Rig.open();
  const pattern = subscribeToPattern(rig, "a.*");
  for (let offset = 1; offset <= 92; ++offset) rig.say(publication("a.0", offset));
  assert.equal(pattern.takeOffsets().length, 92);
  const named = new Log();
  rig.client.subscribe("a.0", { ...named.handlers, since: { epoch: "e1", offset: 107 } });
  rig.say({ id: rig.takeOne().id, sub: "a.0", e: "e1", o: 107, rec: true, n: 0 });
  for (let offset = 93; offset <= 108; ++offset) rig.say(publication("a.0", offset));
  assert.deepEqual(pattern.takeOffsets(), Array.from({ length: 16 }, (_, index) => 93 + index));
  assert.deepEqual(named.takeOffsets(), [108]);
});

test("what is replayed for the name while it is asked again is not for patterns", () => {
  const rig = Rig.open();
  const pattern = subscribeToPattern(rig, "a.*");
  rig.subscribe("a.0", { offset: 10, reply: { n: 3 }, last: 3 });
  rig.say(publication("a.0", 8));
  rig.client.subscribe("a.0", { presence: true });
  rig.say(publication("a.0", 9), publication("a.0", 10), publication("a.0", 11));
  assert.deepEqual(pattern.takeOffsets(), [11]);
});

for (const m of ["latest", "drop_oldest"]) {
  test(`${m}: larger offsets are delivered, with how many were skipped`, () => {
    const rig = Rig.open();
    const { log } = rig.subscribe("price", { offset: 10, reply: { m } });
    rig.say(publication("price", 11), publication("price", 14), publication("price", 15));
    assert.deepEqual(log.take("publication"), [
      { topic: "price", data: "data 11", offset: 11 },
      { topic: "price", data: "data 14", offset: 14, skipped: 2 },
      { topic: "price", data: "data 15", offset: 15 },
    ]);
    assert.deepEqual(rig.take(), []);
  });
}

test("a retry is sent only while nine tenths of the window have not passed", async () => {
  for (const [away, isSent] of [[107999, true], [108000, false]]) {
    const rig = new Rig();
    rig.greet(hello({ window: 120000, ping: 0 }));
    const answer = rig.client.publish("chat", 1);
    rig.take();
    rig.client.publish("chat", 2).catch(() => {});
    rig.take();
    rig.chance = 0;
    rig.clock.advance(away);
    rig.socket.end();
    rig.clock.advance(0);
    rig.greet(hello({ window: 120000, ping: 0 }));
    assert.deepEqual(rig.take().map(({ d }) => d), isSent ? [1, 2] : []);
    if (!isSent) await assert.rejects(answer, { code: "outcome_unknown", topic: "chat" });
  }
});

test("the smaller window counts, of the topic's last ok and of hello; none at all: as before", async () => {
  for (const [told, greeted] of [[1000, 60000], [60000, 1000]]) {
    const rig = new Rig();
    rig.greet(hello({ window: 60000, ping: 0 }));
    const known = rig.client.publish("a", 1);
    rig.say({ id: rig.takeOne().id, ok: { e: "e1", o: 1, window: told } });
    await known;
    const late = rig.client.publish("a", 2);
    rig.client.publish("b", 3).catch(() => {}); // as good as late in the second round
    rig.take();
    rig.chance = 0;
    rig.socket.end();
    rig.clock.advance(900);
    rig.greet(hello({ window: greeted, ping: 0 }));
    await assert.rejects(late, { code: "outcome_unknown" });
    assert.deepEqual(rig.take().map(({ d }) => d), greeted > told ? [3] : []);
  }

  const old = new Rig();
  old.greet(hello({ ping: 0 }));
  old.client.publish("a", 1);
  const first = old.takeOne();
  old.clock.advance(1e9);
  old.chance = 0;
  old.socket.end();
  old.clock.advance(0);
  old.greet();
  assert.deepEqual(old.takeOne(), first);
});

test("a pattern with last gets what is newest, nothing twice, and the others get nothing again", () => {
  const rig = Rig.open();
  const live = subscribeToPattern(rig, "a.*");
  const named = rig.subscribe("a.x", { offset: 4 });
  rig.say(publication("a.x", 5), publication("a.y", 7));
  const log = new Log();
  rig.client.subscribe("a.>", { ...log.handlers, last: 1 });
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { "a.>": { last: 1 } });
  rig.say({ id, sub: "a.>", n: 2, more: true }, publication("a.x", 5), publication("a.y", 7));
  rig.say(publication("a.x", 6), publication("a.y", 7), publication("a.y", 8));
  const { replayed, more } = log.take("subscribed")[0];
  assert.deepEqual([replayed, more], [2, true]);
  assert.deepEqual(log.takeOffsets(), [5, 7, 6, 8]);
  assert.deepEqual(live.takeOffsets(), [5, 7, 6, 8]);
  assert.deepEqual(named.log.takeOffsets(), [5, 6]);
});

test("what was on its way when a pattern asked for the newest is delivered, too", () => {
  const rig = Rig.open();
  const live = subscribeToPattern(rig, "a.*");
  subscribeToPattern(rig, "a.>", { last: 1 }, { n: 1 });
  for (const offset of [9, 7, 8, 9, 10]) rig.say(publication("a.x", offset));
  assert.deepEqual(live.takeOffsets(), [9, 7, 8, 10]);
});

// In Node several frames may come before any microtask.
test("who joins in a handler hears nothing before it is told, and nothing twice", async () => {
  const rig = Rig.open();
  const said = [];
  const note = (name) => ({
    onsubscribed: () => said.push(`${name} begins`),
    onpublication: ({ offset }) => {
      said.push(`${name} ${offset}`);
      if (name === "first" && offset === 1) {
        rig.client.subscribe("news", note("late"));
        rig.client.subscribe("news", { ...note("past"), last: 5 });
      }
    },
  });
  rig.client.subscribe("news", note("first"));
  rig.say({ id: rig.takeOne().id, sub: "news", e: "e1", o: 0, n: 0 });
  rig.say(...[1, 2, 3].map((o) => ({ t: "news", o, d: o })));
  await settle();
  const { id } = rig.takeOne();
  rig.say({ id, ok: { e: "e1", o: 3, items: [1, 2, 3].map((o) => ({ o, d: o })) } });
  await settle();
  rig.say({ t: "news", o: 4, d: 4 });
  const of = (name) => said.filter((line) => line.startsWith(name));
  assert.deepEqual(of("late"), ["late begins", "late 4"]);
  assert.deepEqual(of("past"), ["past begins", "past 1", "past 2", "past 3", "past 4"]);
  assert.deepEqual(of("first"), ["first begins", "first 1", "first 2", "first 3", "first 4"]);
});

// What had been published there was dropped, for it had lower numbers.
test("whose past is refused in another life of the topic gets what is published there", async () => {
  const rig = Rig.open();
  rig.client.subscribe("news", () => {});
  rig.say({ id: rig.takeOne().id, sub: "news", e: "e1", o: 50, n: 0 });
  const said = [];
  rig.client.subscribe("news", {
    last: 5,
    onsubscribed: ({ epoch, offset }) => said.push(`${epoch} ${offset}`),
    onpublication: ({ offset }) => said.push(offset),
  });
  await settle();
  rig.take();
  rig.socket.end();
  rig.clock.advance(1000);
  rig.greet();
  const [{ id, sub }, { id: asked }] = rig.take();
  assert.ok(sub.news);
  rig.say({ id, sub: "news", e: "e2", o: 0, rec: false, n: 0 }, { t: "news", o: 1, d: 1 });
  rig.say({ id: asked, error: { code: 103, reason: "no" } });
  await settle();
  rig.say({ t: "news", o: 2, d: 2 });
  assert.deepEqual(said, ["e2 0", 1, 2]);
});

// Who asked for too much later once ended all others with it.
test("nobody asks for more of the past than there is", () => {
  const rig = Rig.open();
  rig.client.subscribe("news", { last: Infinity });
  assert.equal(rig.takeOne().sub.news.last, 10000);
});

test("last of a pattern is 0 or 1", () => {
  const { client } = Rig.open();
  for (const last of [2, -1, 0.5, "1"]) {
    assert.throws(() => client.subscribe("a.*", { last }), { name: "TypeError", message: RegExp(`^a\\.\\*.*"last":"?${last}`) });
  }
});

test("last is sent beside a position, and what follows is delivered", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 10, last: 1 });
  rig.comeBack();
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { news: { e: "e1", o: 10, last: 1 } });
  rig.say({ id, sub: "news", e: "e1", o: 44, rec: false, why: "gap", n: 1 }, publication("news", 44));
  assert.deepEqual(log.takeOffsets(), [44]);
  const { recovered, why, offset } = log.take("subscribed").at(-1);
  assert.deepEqual({ recovered, why, offset }, { recovered: false, why: "gap", offset: 43 });
});

test("history of the newest", () => {
  const rig = Rig.open();
  rig.client.history("news", { last: 5 });
  const { id, ...command } = rig.takeOne();
  assert.deepEqual(command, { history: "news", last: 5 });
});

test("who joins a live topic with a last that no history has asks for the most", async () => {
  const rig = Rig.open();
  rig.subscribe("news", { offset: 10 });
  rig.client.subscribe("news", { last: 5000 });
  await settle();
  assert.equal(rig.takeOne().last, 1000);
});

test("what follows an answer is new to who was ahead of it", () => {
  const rig = Rig.open();
  const log = new Log();
  rig.client.subscribe("news", { ...log.handlers, since: { epoch: "e1", offset: 120 } });
  const { id } = rig.takeOne();
  rig.say({ id, sub: "news", e: "e1", o: 107, rec: false, why: "gap", n: 2 });
  rig.say(publication("news", 106), publication("news", 107), publication("news", 108));
  assert.deepEqual(log.takeOffsets(), [106, 107, 108]);
});

test("who joins a live topic with last gets its past, then what came meanwhile", async () => {
  const rig = Rig.open();
  const first = rig.subscribe("news", { offset: 10 });
  first.log.all = [];
  const late = new Log();
  rig.client.subscribe("news", { ...late.handlers, last: 2 });
  await settle();
  const { id, ...command } = rig.takeOne();
  assert.deepEqual(command, { history: "news", last: 2 });
  rig.say(publication("news", 11), publication("news", 12));
  assert.deepEqual(late.all, []);
  rig.say({ id, ok: { e: "e1", o: 11, items: [{ o: 10, d: "a" }, { o: 11, d: "b" }] } });
  await settle();
  rig.say(publication("news", 13));
  const said = { topic: "news", recovered: false, why: "first", replayed: 2, epoch: "e1", offset: 9 };
  assert.deepEqual(late.take("subscribed"), [said]);
  assert.deepEqual(late.takeOffsets(), [10, 11, 12, 13]);
  assert.deepEqual(first.log.takeOffsets(), [11, 12, 13]);
  assert.deepEqual(first.log.all, []);
});

test("the past that may not be had is none, and what came meanwhile follows", async () => {
  const rig = Rig.open();
  rig.subscribe("news", { offset: 10 });
  const late = new Log();
  rig.client.subscribe("news", { ...late.handlers, last: 2 });
  await settle();
  const { id } = rig.takeOne();
  rig.say(publication("news", 11), { id, error: { code: 103, reason: "no" } });
  await settle();
  assert.equal(late.take("subscribed")[0].offset, 10);
  assert.deepEqual(late.takeOffsets(), [11]);
});

test("presence that is refused ends only who asked for it", () => {
  const rig = Rig.open();
  const { log, subscription } = rig.subscribe("chat", { offset: 10 });
  const asker = new Log();
  rig.client.subscribe("chat", { ...asker.handlers, presence: true });
  const error = { code: 103, reason: "permission denied" };
  rig.say({ id: rig.takeOne().id, sub: "chat", error });
  assert.deepEqual(asker.all, [["error", 103]]);
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { chat: { e: "e1", o: 10 } });
  rig.say({ id, sub: "chat", e: "e1", o: 11, rec: true, n: 1 }, publication("chat", 11));
  assert.deepEqual(log.takeOffsets(), [11]);
  assert.deepEqual(log.take("error"), []);
  assert.equal(subscription.active, true);
});

test("presence ends when the last one who wanted it leaves", () => {
  const rig = Rig.open();
  rig.subscribe("chat", { presence: true });
  const other = rig.client.subscribe("chat", { presence: true });
  const third = rig.client.subscribe("chat");
  other.unsubscribe();
  assert.deepEqual(rig.take(), []);
  rig.client.subscribe("chat").unsubscribe();
  assert.equal(third.active, true);
  const alone = Rig.open();
  const { subscription } = alone.subscribe("chat", { presence: true });
  alone.client.subscribe("chat");
  subscription.unsubscribe();
  assert.deepEqual(alone.takeOne().sub, { chat: { e: "e1", o: 10 } });
});

test("a pattern hears nothing before it is told that it stands", () => {
  const rig = Rig.open();
  subscribeToPattern(rig, "a.>");
  const log = new Log();
  rig.client.subscribe("a.*", log.handlers);
  const { id } = rig.takeOne();
  rig.say(publication("a.x", 1), { id, sub: "a.*" }, publication("a.x", 2));
  assert.deepEqual(log.all.map(([kind]) => kind), ["subscribed", "publication"]);
  assert.deepEqual(log.takeOffsets(), [2]);
});
