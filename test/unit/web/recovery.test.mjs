// Subscriptions: what is delivered, what is asked for again, and what the application is told.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Log, Rig, settle } from "./support/rig.mjs";

const publication = (t, o, d = `data ${o}`) => ({ t, o, d });

/** What `sub` asks of a topic that was at this offset. */
const from = (o, e = "e1") => ({ e, o });

test("asks for topics at once when there is a session, else when it begins", () => {
  const rig = new Rig();
  rig.client.subscribe("a");
  rig.client.subscribe("b", { last: 5, presence: true });
  rig.client.subscribe("c.*");
  rig.client.subscribe("__proto__", { since: { epoch: "e7", offset: 3 }, last: 9 });
  rig.greet();
  const { id, sub } = rig.takeOne();
  assert.equal(id > 0, true);
  assert.deepEqual(Object.entries(sub), [
    ["a", {}],
    ["b", { last: 5, presence: true }],
    ["c.*", {}],
    ["__proto__", { ...from(3, "e7"), last: 9 }],
  ]);
  rig.client.subscribe("d");
  assert.deepEqual(rig.takeOne().sub, { d: {} });
});

test("delivers in order, and each publication once", () => {
  const rig = Rig.open();
  const { log, subscription } = rig.subscribe("news", { offset: 10 });
  assert.deepEqual(log.take("subscribed"), [
    { topic: "news", recovered: false, why: "first", replayed: 0, epoch: "e1", offset: 10 },
  ]);
  rig.say(publication("news", 11, { a: [1] }), publication("news", 11), publication("news", 10));
  rig.say(publication("news", 12, null), publication("other", 13));
  assert.deepEqual(log.take("publication"), [
    { topic: "news", data: { a: [1] }, offset: 11 },
    { topic: "news", data: null, offset: 12 },
  ]);
  assert.deepEqual(subscription.position, { epoch: "e1", offset: 12 });
  assert.deepEqual(rig.take(), []);
});

test("takes a function for what handles publications", () => {
  const rig = Rig.open();
  const seen = [];
  rig.client.subscribe("news", ({ data }) => seen.push(data));
  const { id } = rig.takeOne();
  rig.say({ id, sub: "news", e: "e1", o: 0, n: 0 }, publication("news", 1, "hello"));
  assert.deepEqual(seen, ["hello"]);
});

test("delivers the past that it asked for", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 44, reply: { n: 3 }, last: 3 });
  assert.equal(log.take("subscribed")[0].offset, 41);
  for (const offset of [42, 43, 44, 45]) rig.say(publication("news", offset));
  assert.deepEqual(log.takeOffsets(), [42, 43, 44, 45]);
});

test("asks again for all topics in one frame after a reconnect, from where it was", () => {
  const rig = Rig.open();
  const news = rig.subscribe("news", { offset: 10 });
  const chat = rig.subscribe("chat", { epoch: "e2", offset: 5, last: 2, presence: true });
  rig.client.subscribe("log.>");
  rig.say(publication("news", 11));
  rig.take();
  rig.comeBack();
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, {
    news: from(11),
    chat: { ...from(5, "e2"), last: 2, presence: true },
    "log.>": {},
  });
  news.log.all = [];
  chat.log.all = [];
  rig.say({ id, sub: "news", e: "e1", o: 13, rec: true, n: 2 });
  rig.say(publication("news", 12), publication("news", 13), publication("news", 14));
  rig.say({ id, sub: "chat", e: "e2", o: 5, rec: true, n: 0 }, publication("chat", 6));
  assert.deepEqual(news.log.take("subscribed"), [
    { topic: "news", recovered: true, replayed: 2, epoch: "e1", offset: 11 },
  ]);
  assert.deepEqual(news.log.takeOffsets(), [12, 13, 14]);
  assert.deepEqual(chat.log.takeOffsets(), [6]);
});

test("says why it could not recover, and goes on live", () => {
  for (const why of ["epoch", "gap", "limit"]) {
    const rig = Rig.open();
    const { log, subscription } = rig.subscribe("news", { offset: 10 });
    log.all = [];
    rig.comeBack();
    const e = why === "epoch" ? "e2" : "e1";
    const o = why === "epoch" ? 3 : 500;
    rig.say({ id: rig.takeOne().id, sub: "news", e, o, rec: false, why, n: 0 });
    rig.say(publication("news", o), publication("news", o + 1));
    assert.deepEqual(log.take("subscribed"), [
      { topic: "news", recovered: false, why, replayed: 0, epoch: e, offset: o },
    ]);
    assert.deepEqual(log.takeOffsets(), [o + 1]);
    assert.deepEqual(subscription.position, { epoch: e, offset: o + 1 });
  }
});

test("goes on from a position that the application kept", () => {
  const rig = Rig.open();
  const log = new Log();
  const since = { epoch: "e1", offset: 7 };
  rig.client.subscribe("news", { ...log.handlers, since });
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { news: from(7) });
  rig.say({ id, sub: "news", e: "e1", o: 8, rec: true, n: 1 }, publication("news", 8));
  assert.equal(log.take("subscribed")[0].recovered, true);
  assert.deepEqual(log.takeOffsets(), [8]);
});

test("asks again when there is a gap, and waits for the answer", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 10 });
  rig.say(publication("news", 11), publication("news", 14));
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { news: from(11) });
  rig.say(publication("news", 15), publication("news", 12));
  rig.say({ id: id + 100, sub: "news", e: "e1", o: 99, rec: false, why: "gap" });
  assert.deepEqual(rig.take(), [], "one question is enough");
  rig.say({ id, sub: "news", e: "e1", o: 15, rec: true, n: 4 });
  for (const offset of [12, 13, 14, 15, 16]) rig.say(publication("news", offset));
  assert.deepEqual(log.takeOffsets(), [11, 12, 13, 14, 15, 16]);
  assert.deepEqual(log.take("subscribed").map(({ recovered }) => recovered), [false, true]);
  assert.deepEqual(rig.take(), []);
});

test("asks again after a reconnect in the middle of that", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 10 });
  rig.say(publication("news", 12));
  const old = rig.takeOne().id;
  rig.comeBack();
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { news: from(10) });
  rig.say({ id: old, sub: "news", e: "e1", o: 40, rec: true, n: 0 });
  rig.say({ id, sub: "news", e: "e1", o: 12, rec: true, n: 2 });
  rig.say(publication("news", 11), publication("news", 12), publication("news", 13));
  assert.deepEqual(log.takeOffsets(), [11, 12, 13]);
});

test("asks again when the first reply was lost", () => {
  const rig = Rig.open();
  rig.client.subscribe("news", { last: 3 });
  assert.deepEqual(rig.takeOne().sub, { news: { last: 3 } });
  rig.comeBack();
  assert.deepEqual(rig.takeOne().sub, { news: { last: 3 } });
});

test("believes a server that has recovered all, whatever is missing", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 10 });
  rig.comeBack();
  rig.say({ id: rig.takeOne().id, sub: "news", e: "e1", o: 50, rec: true, n: 0 });
  rig.say(publication("news", 51));
  assert.deepEqual(log.takeOffsets(), [51]);
  assert.deepEqual(rig.take(), [], "or it would ask for ever");
});

test("believes no server that goes back, unless it begins anew", () => {
  const replies = [
    [{ e: "e1", o: 12, rec: true, n: 5 }, 10, [11]],
    [{ e: "e1", o: 5, rec: false, why: "gap", n: 0 }, 5, [6, 7]],
    [{ e: "e2", o: 5, rec: true, n: 0 }, 5, [6, 7]],
  ];
  for (const [reply, place, expected] of replies) {
    const rig = Rig.open();
    const { log, subscription } = rig.subscribe("news", { offset: 10 });
    rig.comeBack();
    rig.say({ id: rig.takeOne().id, sub: "news", ...reply });
    assert.equal(subscription.position.offset, place);
    for (const offset of [6, 7, ...(place === 10 ? [11] : [])]) rig.say(publication("news", offset));
    assert.deepEqual(log.takeOffsets(), expected);
  }
});

test("expects gaps in topics that have the latest only", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("price", { offset: 10, reply: { m: "latest" } });
  for (const offset of [12, 11, 12, 40]) rig.say(publication("price", offset));
  assert.deepEqual(log.takeOffsets(), [12, 40]);
  assert.deepEqual(rig.take(), []);
  rig.comeBack();
  assert.deepEqual(rig.takeOne().sub, { price: from(40) });
});

test("unsubscribes when the last subscription to a topic has gone", async () => {
  const rig = Rig.open();
  const first = rig.subscribe("news");
  const second = new Log();
  const subscription = rig.client.subscribe("news", second.handlers);
  await settle();
  assert.deepEqual(rig.take(), [], "the server knows already");
  first.subscription.unsubscribe();
  first.subscription.unsubscribe();
  assert.deepEqual(rig.take(), []);
  rig.say(publication("news", 11));
  assert.deepEqual(first.log.takeOffsets(), []);
  assert.deepEqual(second.takeOffsets(), [11]);
  subscription.unsubscribe();
  assert.equal(subscription.active, false);
  assert.deepEqual(rig.takeOne(), { unsub: ["news"] });
  rig.say(publication("news", 12));
  assert.deepEqual(second.takeOffsets(), []);
  rig.comeBack();
  assert.deepEqual(rig.take(), []);
});

test("does not take what belongs to an older subscription for its own", () => {
  const rig = Rig.open();
  const { subscription } = rig.subscribe("news", { offset: 10 });
  subscription.unsubscribe();
  const log = new Log();
  rig.client.subscribe("news", log.handlers);
  const [, { id, sub }] = rig.take();
  assert.deepEqual(sub, { news: {} });
  rig.say(publication("news", 11), { id, sub: "news", e: "e1", o: 11, n: 0 });
  rig.say(publication("news", 12));
  assert.deepEqual(log.takeOffsets(), [12]);
});

test("tells who joins a topic that is live to load its state", async () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 10 });
  log.all = [];
  const late = new Log();
  const subscription = rig.client.subscribe("news", late.handlers);
  assert.deepEqual(late.all, [], "not before subscribe has returned");
  await settle();
  const first = { topic: "news", recovered: false, why: "first", epoch: "e1", offset: 10 };
  assert.deepEqual(late.take("subscribed"), [{ ...first, replayed: 0 }]);
  assert.deepEqual(log.all, []);
  assert.deepEqual(subscription.position, { epoch: "e1", offset: 10 });

  rig.socket.end();
  const later = new Log();
  rig.client.subscribe("news", later.handlers);
  rig.clock.advance(500);
  rig.greet();
  rig.say({ id: rig.takeOne().id, sub: "news", e: "e1", o: 12, rec: true, n: 2 });
  const again = { ...first, replayed: 2 };
  assert.deepEqual(later.take("subscribed"), [again], "although it is the topic's second time");
  assert.equal(late.take("subscribed")[0].recovered, true);
  assert.equal(log.take("subscribed")[0].recovered, true);
});

test("tells who joins only once, if the server tells it first", async () => {
  const rig = Rig.open();
  rig.subscribe("news", { offset: 10 });
  const late = new Log();
  rig.client.subscribe("news", late.handlers);
  rig.say(publication("news", 12));
  rig.say({ id: rig.takeOne().id, sub: "news", e: "e1", o: 12, rec: true, n: 2 });
  await settle();
  assert.equal(late.take("subscribed").length, 1);
});

test("tells nothing to who left while others were told", () => {
  const rig = Rig.open();
  const log = new Log();
  const all = [];
  const leave = () => all.forEach((subscription) => subscription.unsubscribe());
  all.push(rig.client.subscribe("news", { onsubscribed: leave }));
  all.push(rig.client.subscribe("news", { ...log.handlers, presence: true }));
  rig.say({ id: rig.takeOne().id, sub: "news", e: "e1", o: 12, n: 0 });
  assert.deepEqual(log.all, []);
  assert.deepEqual(rig.takeOne(), { unsub: ["news"] }, "and nothing about presence");
  rig.comeBack();
  assert.deepEqual(rig.take(), []);
});

test("asks again for presence when one who joins wants it", () => {
  const rig = Rig.open();
  rig.subscribe("chat", { offset: 10 });
  rig.client.subscribe("chat", { presence: true });
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { chat: { ...from(10), presence: true } });
  rig.client.subscribe("chat", { presence: true });
  rig.say({ id, sub: "chat", e: "e1", o: 10, rec: true, n: 0 });
  assert.deepEqual(rig.take(), []);

  rig.client.subscribe("other");
  rig.client.subscribe("other", { presence: true });
  const first = rig.takeOne();
  rig.say({ id: first.id, sub: "other", e: "e1", o: 3, n: 0 });
  assert.deepEqual(rig.takeOne().sub, { other: { ...from(3), presence: true } });
});

test("tells presence to all subscriptions of a topic", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("chat", { presence: true });
  const join = [{ cid: "c2", user: "u2", info: { name: "Ann" } }];
  rig.say({ t: "chat", join, leave: [], n: 2 }, { t: "chat", n: 900 }, { t: "else", n: 1 });
  assert.deepEqual(log.take("presence"), [
    { topic: "chat", join, leave: [], count: 2 },
    { topic: "chat", join: [], leave: [], count: 900 },
  ]);
});

test("sends no frame with more topics than a server takes", () => {
  const rig = new Rig();
  for (let i = 0; i < 41; ++i) rig.client.subscribe(`topic.${i}`);
  rig.greet();
  const frames = rig.take();
  assert.deepEqual(frames.map(({ sub }) => Object.keys(sub).length), [20, 20, 1]);
});
