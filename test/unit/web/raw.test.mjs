// Servers that do not know the protocol.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Log, Rig, settle } from "./support/rig.mjs";

const refused = { code: "raw", reason: "no bhub.v1" };

/** A client that a server without protocol let in: browsers would not, others may. */
function openRaw(options) {
  const rig = new Rig(options);
  rig.socket.open("");
  return rig;
}

test("takes all that comes as messages", () => {
  const rig = openRaw();
  assert.equal(rig.client.state, "open");
  assert.equal(rig.client.raw, true);
  assert.equal(rig.socket.binaryType, "arraybuffer");
  assert.deepEqual(rig.states.at(-1), { state: "open", raw: true });
  const texts = ["{}", '{"hello":{}}', '{"t":"a","o":1}', "not JSON", "", "7"];
  for (const text of texts) rig.socket.deliver(text);
  rig.socket.deliver(Uint8Array.of(1, 2).buffer);
  assert.deepEqual(rig.messages, [
    {}, { hello: {} }, { t: "a", o: 1 }, "not JSON", "", 7, Uint8Array.of(1, 2),
  ]);
  assert.deepEqual(rig.socket.sent, []);
});

test("sends what the protocol would bring to on_message", () => {
  const rig = openRaw();
  const bytes = Uint8Array.of(1, 2);
  for (const data of [{ a: 1 }, "text", bytes]) assert.equal(rig.client.send(data), true);
  assert.deepEqual(rig.socket.sent, ['{"a":1}', '"text"', bytes]);
});

test("refuses what needs the protocol, also what waited", async () => {
  const rig = new Rig();
  const waiting = rig.client.publish("a", 1);
  const early = new Log();
  rig.client.subscribe("a", early.handlers);
  rig.socket.open("");
  assert.deepEqual(early.all, [["error", "raw"]]);
  const late = new Log();
  const subscription = rig.client.subscribe("a", late.handlers);
  rig.client.subscribe("a", late.handlers);
  for (const call of [waiting, rig.client.publish("a", 2), rig.client.presence("a"),
    rig.client.history("a")]) {
    await assert.rejects(call, refused);
  }
  await settle();
  assert.deepEqual(late.all, [["error", "raw"], ["error", "raw"]]);
  assert.equal(subscription.active, false);
  assert.deepEqual(rig.socket.sent, []);
  rig.comeBack(1001);
  assert.deepEqual(rig.take(), [], "nothing of this is left");
});

test("needs no sign of life, and comes back", () => {
  const rig = new Rig();
  rig.socket.end();
  rig.clock.advance(500);
  rig.socket.open("");
  assert.equal(rig.clock.timers.size, 0);
  rig.socket.end(1001);
  assert.equal(rig.client.state, "waiting");
  assert.equal(rig.client.raw, false);
  rig.clock.advance(rig.clock.waits[0]);
  assert.deepEqual(rig.socket.protocols, ["bhub.v1"], "the server may have learnt it");
  rig.greet();
  assert.equal(rig.client.raw, false);
  rig.client.subscribe("a");
  assert.deepEqual(rig.takeOne().sub, { a: {} });
});

test("may be closed while it is told", () => {
  const rig = new Rig();
  rig.client.subscribe("a", { onerror: () => rig.client.close() });
  rig.socket.open("");
  assert.equal(rig.client.state, "closed");
  assert.equal(rig.states.some(({ state }) => state === "open"), false);
});

test("does without the protocol only when it is allowed to", () => {
  const rig = new Rig();
  rig.socket.end();
  assert.equal(rig.sockets.length, 1);
  assert.equal(rig.client.state, "waiting");
});

test("tries without the protocol right after a failure, and with it after each wait", () => {
  const rig = new Rig({ raw: true });
  for (let round = 1; round <= 3; ++round) {
    assert.deepEqual(rig.socket.protocols, ["bhub.v1"]);
    rig.socket.end();
    assert.equal(rig.sockets.length, 2 * round);
    assert.deepEqual(rig.socket.protocols, []);
    assert.equal(rig.client.state, "connecting");
    if (round === 3) break;
    rig.socket.end();
    assert.equal(rig.client.state, "waiting");
    rig.clock.advance(20000);
  }
  rig.socket.open("");
  assert.equal(rig.client.raw, true);
  rig.socket.deliver('"hello"');
  assert.deepEqual(rig.messages, ["hello"]);
});

test("stays with the protocol once a server has spoken it", () => {
  const rig = Rig.open({ raw: true });
  rig.socket.end();
  rig.clock.advance(250);
  const { length } = rig.sockets;
  rig.socket.end();
  assert.equal(rig.sockets.length, length);
  assert.equal(rig.client.state, "waiting");
});

test("leaves a server that let it in and then closed to the usual rules", () => {
  const rig = new Rig({ raw: true });
  rig.socket.open();
  rig.socket.end(1008);
  assert.equal(rig.sockets.length, 1);
  assert.equal(rig.client.state, "closed");
});
