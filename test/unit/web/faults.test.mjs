// Servers that send nonsense, and handlers that throw: the client goes on.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Log, Rig, collectReports, plain } from "./support/rig.mjs";

// None of these is anything to the client; some are things that a careless one would break over.
const nonsense = [
  null, true, 7, "text", [], [1], [{}], { foo: 1 }, { constructor: 1 },
  { hello: null }, { hello: 5 }, { hello: "x" }, { hello: [] }, { bye: null }, { bye: "now" },
  { bye: {} }, { t: null }, { t: 5, o: 1, d: 1 }, { t: {}, o: 1, d: 1 }, { t: ["news"], o: 11 },
  { t: "news" }, { t: "news", d: 1 }, { t: "news", o: null, d: 1 }, { t: "news", o: "11", d: 1 },
  { t: "news", o: 11.5, d: 1 }, { t: "news", o: -1, d: 1 }, { t: "news", o: 1e300, d: 1 },
  { t: "news", o: [11], d: 1 }, { t: "news", n: "many" }, { t: "news", n: -1, join: [] },
  { id: null }, { id: 0, ok: {} }, { id: -1, ok: {} }, { id: -1, error: {} }, { id: 1e999 },
  { id: 0, error: { code: 103 } }, { id: 0, sub: "news", error: { code: 103 } },
  { id: 1.5, ok: {} }, { id: "1", ok: {} }, { id: {}, error: {} }, { id: 999, ok: {} },
  { id: 999, error: { code: 1 } }, { id: 999, sub: "news", e: "e9", o: 99 }, { id: 999, sub: 5 },
  { id: 999, sub: null }, { id: 999, sub: {} }, { sub: "news", e: "e9", o: 99 },
  { unsub: null }, { unsub: ["news"] }, { unsub: 5, code: 2600 }, { unsub: "nothing", code: 2600 },
  { unsub: "__proto__", code: 2600 }, { t: "__proto__", o: 1, d: 1 }, { t: "constructor", n: 1 },
];

test("ignores what it does not know, in every state of a session", (t) => {
  const reports = collectReports(t);
  const rig = new Rig();
  const log = new Log();
  rig.client.subscribe("news", log.handlers);
  rig.socket.open();
  const sayAll = () => {
    for (const frame of nonsense) rig.say(frame);
  };
  sayAll();
  assert.equal(rig.client.state, "connecting");
  rig.say({ hello: {} });
  const { id } = rig.takeOne();
  sayAll();
  rig.say({ id, sub: "news", e: "e1", o: 10, n: 0 });
  log.take("subscribed");
  sayAll();
  assert.deepEqual(rig.take(), []);
  assert.deepEqual(log.take("presence"), []);
  rig.say({ t: "news", o: 11, d: 1, extra: true });
  assert.deepEqual(log.takeOffsets(), [11]);
  assert.deepEqual(log.all, []);
  assert.deepEqual(rig.messages, []);
  assert.deepEqual(reports, []);
  assert.equal(rig.client.state, "open");
});

test("reports frames that are not JSON, and goes on", (t) => {
  const reports = collectReports(t);
  const rig = Rig.open();
  const broken = ["", " ", "{", "undefined", '{"t":"news",', "{}{}", "\u0000", new ArrayBuffer(2)];
  for (const frame of broken) rig.socket.deliver(frame);
  assert.equal(reports.length, broken.length);
  assert.equal(rig.client.state, "open");
  rig.say({});
  assert.deepEqual(rig.take(), [{}]);
});

test("takes no position from a reply that has none that is valid", () => {
  for (const position of [{}, { e: 5, o: 1 }, { e: "e1" }, { e: "e1", o: "5" }, { e: "e1", o: -1 }]) {
    const rig = Rig.open();
    const log = new Log();
    const subscription = rig.client.subscribe("news", log.handlers);
    rig.say({ id: rig.takeOne().id, sub: "news", ...position });
    assert.equal(subscription.position, undefined);
    rig.say({ t: "news", o: 5, d: 1 }, { t: "news", o: 9, d: 1 });
    assert.deepEqual(log.takeOffsets(), [5, 9]);
    assert.deepEqual(rig.take(), []);
  }
});

test("reads replies whose members are of wrong types", async () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("a", { reply: { n: "3", rec: 1, why: undefined, m: 5 } });
  assert.equal(log.take("subscribed")[0].recovered, false);

  const history = rig.client.history("a");
  rig.say({ id: rig.takeOne().id, ok: { items: "none" } });
  assert.deepEqual((await history).items, []);
  const second = rig.client.history("a");
  rig.say({ id: rig.takeOne().id, ok: { items: [null, 5, { o: 1, d: 2 }] } });
  assert.deepEqual((await second).items.map(plain), [{ topic: "a", data: 2, offset: 1 }]);
  const third = rig.client.history("a");
  rig.say({ id: rig.takeOne().id, ok: { items: [{ o: 1, b: "\u0000" }] } });
  await assert.rejects(third);

  const published = rig.client.publish("a", 1);
  const { id } = rig.takeOne();
  for (const ok of [null, 5, "yes"]) rig.say({ id, ok });
  for (const error of [null, 5, "no"]) rig.say({ id, error });
  rig.say({ id, ok: [] }, { id, error: [] }, { id }, { id, ok: {} });
  assert.deepEqual(await published, { epoch: undefined, offset: undefined });

  const refused = rig.client.publish("a", 1);
  rig.say({ id: rig.takeOne().id, error: {} });
  await assert.rejects(refused, { code: undefined });
});

test("reports bytes that are not base64, once, and goes on behind them", (t) => {
  const reports = collectReports(t);
  const rig = Rig.open();
  const { log } = rig.subscribe("news", { offset: 10 });
  rig.say({ t: "news", o: 11, b: "\u0000" }, { t: "news", o: 12, d: 1 }, { b: "*" }, { msg: 1 });
  assert.deepEqual(log.takeOffsets(), [12]);
  assert.deepEqual(rig.take(), []);
  assert.deepEqual(rig.messages, [1]);
  assert.equal(reports.length, 2);
});

test("unsubscribes for good when the code says nothing", () => {
  const rig = Rig.open();
  const { log } = rig.subscribe("news");
  rig.say({ unsub: "news", code: "2500" + "x" });
  assert.equal(log.take("error").length, 1);
});

const boom = () => {
  throw new Error("boom");
};

test("handlers that throw are reported, and keep nobody else from anything", async (t) => {
  const reports = collectReports(t);
  const rig = new Rig({ onstate: boom, onmessage: boom });
  rig.greet();
  const handlers = { onpublication: boom, onsubscribed: boom, onpresence: boom, onerror: boom };
  rig.client.subscribe("news", handlers);
  const log = new Log();
  rig.client.subscribe("news", log.handlers);
  rig.client.subscribe("*", handlers);
  const [named, pattern] = rig.take();
  rig.say({ id: named.id, sub: "news", e: "e1", o: 10, n: 0 }, { id: pattern.id, sub: "*" });
  rig.say({ t: "news", o: 11, d: 1 }, { t: "news", n: 2 }, { msg: 1 }, {});
  rig.say({ unsub: "news", code: 2600, reason: "over" });
  assert.deepEqual(log.all.map(([kind]) => kind), ["subscribed", "publication", "presence", "error"]);
  assert.deepEqual(rig.take(), [{}]);
  rig.comeBack();
  assert.equal(rig.client.state, "open");
  rig.client.close();
  // open; 2 subscribed, 2 publications, a presence, a message, an error; waiting, connecting, open;
  // closed.
  assert.equal(reports.length, 12);
  assert.ok(reports.every(({ message }) => message === "boom"));
});

test("uses the browser's way to report where there is one", (t) => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  t.after(() => delete globalThis.reportError);
  const rig = Rig.open({ onmessage: boom });
  rig.say({ msg: 1 });
  assert.deepEqual(reported, ["boom"]);
});

test("a handler that is none is reported", (t) => {
  const reports = collectReports(t);
  const rig = Rig.open({ onmessage: 5 });
  rig.say({ msg: 1 });
  assert.equal(reports.length, 1);
});

test("handlers may subscribe and unsubscribe", () => {
  const rig = Rig.open();
  const seen = [];
  let second;
  rig.client.subscribe("a", () => {
    second.unsubscribe();
    rig.client.subscribe("a", () => seen.push("third"));
    seen.push("first");
  });
  second = rig.client.subscribe("a", () => seen.push("second"));
  rig.say({ id: rig.takeOne().id, sub: "a", e: "e1", o: 0, n: 0 }, { t: "a", o: 1, d: 1 });
  assert.deepEqual(seen, ["first"], "the second has gone, and the third has not been there");
});

for (const handler of ["onpublication", "onsubscribed", "onpresence", "onerror"]) {
  test(`${handler} may close the client`, () => {
    const rig = Rig.open();
    const seen = [];
    const close = () => {
      seen.push(handler);
      rig.client.close();
    };
    rig.client.subscribe("a", { [handler]: close, onerror: handler === "onerror" ? close : () => {} });
    rig.client.subscribe("*", { onpublication: () => seen.push("late"), onerror: () => {} });
    const [{ id }] = rig.take();
    if (handler === "onerror") rig.say({ id, sub: "a", error: { code: 103, reason: "no" } });
    else rig.say({ id, sub: "a", e: "e1", o: 0, n: 0 });
    if (rig.client.state === "open") rig.say({ t: "a", n: 1 });
    if (rig.client.state === "open") rig.say({ t: "a", o: 1, d: 1 });
    assert.deepEqual(seen, [handler]);
    assert.equal(rig.client.state, "closed");
    assert.equal(rig.clock.timers.size, 0);
  });
}
