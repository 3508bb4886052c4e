// Subscriptions that the server refuses or ends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Log, Rig, collectReports } from "./support/rig.mjs";

test("a refused subscription ends, and the others stand", () => {
  const rig = new Rig();
  const [bad, good] = [new Log(), new Log()];
  const refused = rig.client.subscribe("bad", bad.handlers);
  rig.client.subscribe("good", good.handlers);
  rig.greet();
  const { id } = rig.takeOne();
  rig.say({ id, sub: "bad", error: { code: 103, reason: "permission denied" } });
  rig.say({ id, sub: "good", e: "e1", o: 0, n: 0 }, { t: "good", o: 1, d: 1 });
  assert.deepEqual(bad.all, [["error", 103]]);
  assert.equal(refused.active, false);
  assert.deepEqual(good.takeOffsets(), [1]);
  refused.unsubscribe();
  assert.deepEqual(rig.take(), []);
  rig.comeBack();
  assert.deepEqual(Object.keys(rig.takeOne().sub), ["good"]);
});

test("a refused frame is tried topic by topic, so that one does not end the others", () => {
  const rig = new Rig();
  const [bad, good] = [new Log(), new Log()];
  rig.client.subscribe("good", { ...good.handlers, last: 3 });
  rig.client.subscribe("", bad.handlers);
  rig.greet();
  const error = { code: 101, reason: "sub has a topic without a name" };
  rig.say({ id: rig.takeOne().id, error });
  const [first, second] = rig.take();
  assert.deepEqual([first.sub, second.sub], [{ good: { last: 3 } }, { "": {} }]);
  assert.deepEqual([...bad.all, ...good.all], []);
  rig.say({ id: second.id, error }, { id: first.id, sub: "good", e: "e1", o: 0, n: 0 });
  assert.deepEqual(bad.all, [["error", 101]]);
  rig.say({ t: "good", o: 1, d: 1 });
  assert.deepEqual(good.takeOffsets(), [1]);
  assert.deepEqual(rig.take(), []);
});

// It had been live without presence, and stayed so: the server went on sending.
test("a live subscription ends when all are refused who still want it", () => {
  const rig = Rig.open();
  const first = rig.client.subscribe("a", () => {});
  rig.say({ id: rig.takeOne().id, sub: "a", e: "e1", o: 0, n: 0 });
  const errors = [];
  rig.client.subscribe("a", { presence: true, onerror: (error) => errors.push(error) });
  const { id } = rig.takeOne();
  first.unsubscribe();
  rig.say({ id, sub: "a", error: { code: 103, reason: "no" } });
  assert.deepEqual(errors.map(({ code }) => code), [103]);
  assert.deepEqual(rig.take(), [{ unsub: ["a"] }]);
  rig.say({ sub: "a", error: { code: 106, reason: "not subscribed" } });
  assert.deepEqual(rig.take(), []);
});

test("the error says what the server said", () => {
  const rig = Rig.open();
  let error;
  rig.client.subscribe("a", { onerror: (given) => (error = given) });
  const { id } = rig.takeOne();
  rig.say({ id, sub: "a", error: { code: 107, reason: "limits.max_subscriptions" } });
  assert.ok(error instanceof Error);
  assert.equal(error.code, 107);
  assert.equal(error.reason, "limits.max_subscriptions");
  assert.equal(error.message, "a: limits.max_subscriptions (107)");
});

test("an error that nobody handles is reported", (t) => {
  const reports = collectReports(t);
  const rig = Rig.open();
  rig.client.subscribe("a");
  rig.say({ id: rig.takeOne().id, sub: "a", error: { code: 103, reason: "permission denied" } });
  assert.deepEqual(reports.map(({ code }) => code), [103]);
});

for (const code of [100, 108, 110]) {
  test(`asks again after ${code}, later each time`, () => {
    const rig = Rig.open();
    const { log } = rig.subscribe("a", { offset: 10 });
    log.all = [];
    rig.chance = 1;
    rig.say({ t: "a", o: 12, d: 1 });
    for (const bound of [500, 1000, 2000]) {
      const { id, sub } = rig.takeOne();
      assert.deepEqual(sub, { a: { e: "e1", o: 10 } });
      rig.say({ id, sub: "a", error: { code, reason: "not now", retry_after: 300 } });
      rig.say({ t: "a", o: 11, d: 1 });
      rig.clock.advance(bound + 299);
      assert.deepEqual(rig.take(), []);
      rig.clock.advance(1);
    }
    rig.say({ id: rig.takeOne().id, sub: "a", e: "e1", o: 12, rec: true, n: 2 });
    rig.say({ t: "a", o: 11, d: 1 }, { t: "a", o: 12, d: 1 });
    assert.deepEqual(log.takeOffsets(), [11, 12]);
    assert.deepEqual(log.take("error"), []);
  });
}

test("does not ask again for what was unsubscribed meanwhile", () => {
  const rig = Rig.open();
  const subscription = rig.client.subscribe("a");
  rig.say({ id: rig.takeOne().id, sub: "a", error: { code: 110, reason: "", retry_after: "x" } });
  subscription.unsubscribe();
  assert.deepEqual(rig.takeOne(), { unsub: ["a"] });
  rig.clock.advance(1000);
  assert.deepEqual(rig.take(), []);
});

test("asks once after a reconnect, not again when the wait would have been over", () => {
  const rig = new Rig();
  rig.greet({ hello: { ping: 25000, retry: [10000, 10000] } });
  rig.client.subscribe("a");
  rig.say({ id: rig.takeOne().id, sub: "a", error: { code: 110, reason: "" } });
  rig.chance = 0.1;
  rig.comeBack();
  rig.takeOne();
  rig.clock.advance(9000);
  assert.deepEqual(rig.take(), []);
});

const already = { code: 105, reason: "already subscribed" };

/** What `sub` asks where a live subscription stands. */
const nowhere = { e: "0", o: 0 };

test("takes part in a topic that the server subscribed it to, and ends nothing", () => {
  const rig = Rig.open();
  const log = new Log();
  rig.say({ sub: "a", e: "e1", o: 3, n: 0 }, { t: "a", o: 4, d: 1 });
  const subscription = rig.client.subscribe("a", { ...log.handlers, last: 5, presence: true });
  rig.say({ t: "a", o: 5, d: 1 }, { id: rig.takeOne().id, sub: "a", error: already });
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { a: { ...nowhere, last: 5, presence: true } });
  rig.say({ t: "a", o: 6, d: 1 }, { id, sub: "a", e: "e1", o: 6, rec: false, why: "epoch", n: 0 });
  rig.say({ t: "a", o: 7, d: 1 });
  const first = { topic: "a", recovered: false, why: "first", replayed: 0, epoch: "e1", offset: 6 };
  assert.deepEqual(log.take("subscribed"), [first]);
  assert.deepEqual(log.takeOffsets(), [7]);
  assert.deepEqual(rig.take(), []);

  rig.comeBack();
  const again = rig.takeOne();
  assert.deepEqual(again.sub, { a: { e: "e1", o: 7, last: 5, presence: true } });
  rig.say({ id: again.id, sub: "a", e: "e2", o: 2, rec: false, why: "epoch", n: 0 });
  assert.deepEqual(log.take("subscribed").map(({ why }) => why), ["epoch"]);

  subscription.unsubscribe();
  assert.deepEqual(rig.takeOne(), { unsub: ["a"] });
  assert.deepEqual(log.all, []);
});

test("asks again where such a topic stands when the connection was lost before the answer", () => {
  const rig = Rig.open();
  const log = new Log();
  rig.client.subscribe("a", log.handlers);
  rig.say({ id: rig.takeOne().id, sub: "a", error: already });
  rig.comeBack();
  const { id, sub } = rig.takeOne();
  assert.deepEqual(sub, { a: nowhere });
  rig.say({ id, sub: "a", e: "e1", o: 4, rec: false, why: "epoch", n: 0 }, { t: "a", o: 5, d: 1 });
  assert.deepEqual(log.take("subscribed").map(({ why }) => why), ["first"]);
  assert.deepEqual(log.takeOffsets(), [5]);
});

test("a pattern that the server subscribed it to is live", () => {
  const rig = Rig.open();
  const log = new Log();
  rig.client.subscribe("a.*", log.handlers);
  rig.say({ id: rig.takeOne().id, sub: "a.*", error: already }, { t: "a.b", o: 5, d: 1 });
  const first = { topic: "a.*", recovered: false, why: "first", replayed: 0 };
  assert.deepEqual(log.take("subscribed"), [first]);
  assert.deepEqual(log.takeOffsets(), [5]);
  rig.comeBack();
  rig.say({ id: rig.takeOne().id, sub: "a.*", error: already });
  assert.deepEqual(log.take("subscribed"), [{ ...first, why: "pattern" }]);
  assert.deepEqual(rig.take(), []);
});

test("does not ask for ever where it stands", () => {
  const rig = Rig.open();
  const log = new Log();
  rig.client.subscribe("a", log.handlers);
  for (const expected of [{}, nowhere]) {
    const { id, sub } = rig.takeOne();
    assert.deepEqual(sub, { a: expected });
    rig.say({ id, sub: "a", error: already });
  }
  assert.deepEqual(log.all, [["error", 105]]);
  rig.clock.advance(20000);
  assert.deepEqual(rig.take(), []);
});

test("subscribes again when the server unsubscribed it with 2500 to 2599", () => {
  for (const code of [2500, 2599]) {
    const rig = Rig.open();
    const { log } = rig.subscribe("a", { offset: 10 });
    log.all = [];
    rig.say({ unsub: "a", code, reason: "moved" }, { t: "a", o: 11, d: 1 });
    assert.deepEqual(rig.take(), [], "not all at the same time");
    rig.clock.advance(250);
    const { id, sub } = rig.takeOne();
    assert.deepEqual(sub, { a: { e: "e1", o: 10 } });
    rig.say({ id, sub: "a", e: "e1", o: 11, rec: true, n: 1 }, { t: "a", o: 11, d: 1 });
    assert.deepEqual(log.takeOffsets(), [11]);
    assert.deepEqual(log.take("error"), []);
  }
});

test("does not when it was 2600 to 2699, and tells", () => {
  for (const code of [2600, 2699]) {
    const rig = Rig.open();
    const { log, subscription } = rig.subscribe("a");
    const other = rig.subscribe("b");
    rig.say({ unsub: "a", code, reason: "banned" }, { unsub: "c", code, reason: "unknown" });
    assert.deepEqual(log.take("error"), [code]);
    assert.deepEqual(other.log.take("error"), []);
    assert.equal(subscription.active, false);
    rig.clock.advance(20000);
    assert.deepEqual(rig.take(), []);
    rig.say({});
    rig.comeBack();
    assert.deepEqual(Object.keys(rig.takeOne().sub), ["b"]);
    rig.client.subscribe("a");
    assert.deepEqual(rig.takeOne().sub, { a: {} }, "the application may try");
  }
});

test("says nothing of subscriptions without a handler when the client is closed", async (t) => {
  const reports = collectReports(t);
  const rig = Rig.open();
  rig.client.subscribe("a");
  rig.client.close();
  assert.deepEqual(reports, []);
  rig.client.subscribe("b");
  await Promise.resolve();
  assert.deepEqual(reports.map(({ code }) => code), ["closed"], "that was a mistake");
});

test("ends all subscriptions when the client is closed, for good or by the application", () => {
  const ends = [[(rig) => rig.client.close(), []], [(rig) => rig.socket.end(4501), ["closed"]]];
  for (const [end, told] of ends) {
    const rig = Rig.open();
    const { log, subscription } = rig.subscribe("a");
    end(rig);
    assert.deepEqual(log.take("error"), told, "what it did itself it knows");
    assert.equal(subscription.active, false);
    subscription.unsubscribe();
  }
});

test("a subscription to a closed client ends at once", async () => {
  const rig = Rig.open();
  rig.client.close();
  const log = new Log();
  const subscription = rig.client.subscribe("a", log.handlers);
  assert.deepEqual(log.all, [], "not before subscribe has returned");
  await Promise.resolve();
  assert.deepEqual(log.all, [["error", "closed"]]);
  assert.equal(subscription.active, false);
});
