// Subscriptions by pattern, alone and next to subscriptions by name.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Log, Rig } from "./support/rig.mjs";

const publication = (t, o, d = `data ${o}`) => ({ t, o, d });

function subscribeToPattern(rig, pattern) {
  const log = new Log();
  const subscription = rig.client.subscribe(pattern, log.handlers);
  rig.say({ id: rig.takeOne().id, sub: pattern });
  return { log, subscription };
}

const cases = [
  ["a.*", ["a.b"], ["a", "a.b.c", "b.a", "xa.b", "ab"]],
  ["*", ["a"], ["a.b"]],
  ["*.b.*", ["a.b.c"], ["a.b", "b.b", "a.x.c", "a.b.c.d"]],
  ["a.>", ["a.b", "a.b.c"], ["a", "ab.c", "b.a.c"]],
  [">", ["a", "a.b.c"], []],
  ["*.>", ["a.b", "a.b.c"], ["a"]],
  ["a+(b).[c].*", ["a+(b).[c].d"], ["aab.c.d", "a+(b)x[c].d"]],
  ["a\\.$^.*", ["a\\.$^.x"], ["a.$^.x"]],
];
for (const [pattern, fitting, others] of cases) {
  test(`${pattern} gets ${fitting.join(", ")} and not ${others.join(", ") || "nothing"}`, () => {
    const rig = Rig.open();
    const { log } = subscribeToPattern(rig, pattern);
    for (const name of [...fitting, ...others]) rig.say(publication(name, 1));
    assert.deepEqual(log.take("publication").map(({ topic }) => topic), fitting);
  });
}

test("wildcards are whole tokens, and > is the last one", () => {
  for (const name of ["a*", "a.b*", "a>", "a.>b", ">.a"]) {
    const rig = Rig.open();
    const { log } = subscribeToPattern(rig, name);
    rig.say(publication("ab", 1), publication("a.b", 1), publication("a.bc", 1));
    assert.deepEqual(log.takeOffsets(), [], name);
    rig.say(publication(name, 2));
    assert.deepEqual(log.takeOffsets(), [2], name);
  }
});

test("a pattern gets all that comes, whatever its offset", () => {
  const rig = Rig.open();
  const { log, subscription } = subscribeToPattern(rig, "a.*");
  rig.say(publication("a.x", 7), publication("a.x", 9), publication("a.x", 1));
  assert.deepEqual(log.takeOffsets(), [7, 9, 1]);
  assert.deepEqual(rig.take(), [], "there is no recovery");
  assert.equal(subscription.position, undefined);
});

test("what was missed through a pattern is not recovered, and said", () => {
  const rig = Rig.open();
  const { log } = subscribeToPattern(rig, "a.*");
  assert.deepEqual(log.take("subscribed"), [
    { topic: "a.*", recovered: false, why: "first", replayed: 0 },
  ]);
  rig.comeBack();
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { "a.*": {} });
  rig.say({ id, sub: "a.*" });
  assert.deepEqual(log.take("subscribed"), [
    { topic: "a.*", recovered: false, why: "pattern", replayed: 0 },
  ]);
});

test("a publication comes once, to the name and to every pattern", () => {
  const rig = Rig.open();
  const first = subscribeToPattern(rig, "a.*");
  const second = subscribeToPattern(rig, "*.x");
  const named = rig.subscribe("a.x", { offset: 10 });
  rig.say(publication("a.x", 11), publication("a.x", 11), publication("a.y", 4));
  assert.deepEqual(first.log.takeOffsets(), [11, 4]);
  assert.deepEqual(second.log.takeOffsets(), [11]);
  assert.deepEqual(named.log.takeOffsets(), [11]);
});

test("the past that a name asks for is not given to patterns, which saw it live", () => {
  const rig = Rig.open();
  const pattern = subscribeToPattern(rig, "a.*");
  rig.say(publication("a.x", 9));
  const log = new Log();
  rig.client.subscribe("a.x", { ...log.handlers, last: 2 });
  const { id } = rig.takeOne();
  rig.say(publication("a.x", 10), { id, sub: "a.x", e: "e1", o: 10, n: 2 });
  for (const offset of [9, 10, 11]) rig.say(publication("a.x", offset));
  assert.deepEqual(log.takeOffsets(), [9, 10, 11]);
  assert.deepEqual(pattern.log.takeOffsets(), [9, 10, 11]);
});

test("a gap of the name does not keep patterns from what is live", () => {
  const rig = Rig.open();
  const pattern = subscribeToPattern(rig, "a.*");
  const named = rig.subscribe("a.x", { offset: 10 });
  rig.say(publication("a.x", 12), publication("a.x", 13));
  const { id } = rig.takeOne();
  rig.say({ id, sub: "a.x", e: "e1", o: 13, rec: true, n: 3 });
  for (const offset of [11, 12, 13, 14]) rig.say(publication("a.x", offset));
  assert.deepEqual(named.log.takeOffsets(), [11, 12, 13, 14]);
  assert.deepEqual(pattern.log.takeOffsets(), [12, 13, 14]);
});

test("a topic that begins anew is live for patterns too", () => {
  const rig = Rig.open();
  const pattern = subscribeToPattern(rig, "a.*");
  rig.subscribe("a.x", { offset: 10 });
  rig.comeBack();
  const { id } = rig.takeOne();
  rig.say({ id, sub: "a.*" }, publication("a.x", 1));
  rig.say({ id, sub: "a.x", e: "e2", o: 1, rec: false, why: "epoch", n: 0 });
  rig.say(publication("a.x", 2));
  assert.deepEqual(pattern.log.takeOffsets(), [1, 2]);
});

test("a pattern has neither past nor presence", () => {
  const rig = Rig.open();
  const { log } = subscribeToPattern(rig, "a.*");
  for (const wish of [{ since: { epoch: "e1", offset: 1 } }, { last: 5 }, { presence: true }]) {
    assert.throws(() => rig.client.subscribe("a.*", wish), TypeError);
    assert.throws(() => rig.client.subscribe("b.>", wish), TypeError);
  }
  rig.client.subscribe("c.*", { since: undefined, presence: false });
  assert.deepEqual(rig.takeOne().sub, { "c.*": {} });
  rig.say({ t: "a.x", n: 3 }, publication("a.x", 1));
  assert.deepEqual(log.take("presence"), []);
  assert.deepEqual(log.takeOffsets(), [1]);
  rig.comeBack();
  assert.deepEqual(rig.takeOne().sub, { "a.*": {}, "c.*": {} });
});
