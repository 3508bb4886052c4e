// What a client does when the browser is online again, or its page is seen again.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { HELLO, Rig, collectReports } from "./support/rig.mjs";

const SIGN_OF_LIFE = { unsub: ["."] };
const REFUSED = { sub: ".", error: { code: 106, reason: "not subscribed" } };

/** A page, as far as the client knows one. */
function fakePage(t) {
  const events = new EventTarget();
  const page = Object.assign(new EventTarget(), { hidden: false });
  globalThis.addEventListener = events.addEventListener.bind(events);
  globalThis.document = page;
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.document;
  });
  return {
    get listeners() {
      return [
        ...getEventListeners(events, "online"),
        ...getEventListeners(page, "visibilitychange"),
      ].length;
    },
    goOnline: () => events.dispatchEvent(new Event("online")),
    become(state) {
      page.hidden = state === "hidden";
      page.dispatchEvent(new Event("visibilitychange"));
    },
  };
}

test("wakes when the browser is online again, or the page is seen", (t) => {
  const page = fakePage(t);
  const wakers = [() => page.goOnline(), () => page.become("visible")];
  for (const wake of wakers) {
    const rig = Rig.open();
    rig.socket.end();
    page.become("hidden");
    assert.equal(rig.client.state, "waiting");
    wake();
    assert.equal(rig.client.state, "connecting");
    assert.equal(rig.sockets.length, 2);
    wake();
    rig.clock.advance(20000);
    assert.equal(rig.sockets.length, 2, "neither twice nor when the wait would have been over");
    assert.equal(page.listeners, 2);
    rig.client.close();
    assert.equal(page.listeners, 0);
    wake();
    assert.equal(rig.sockets.length, 2);
    assert.equal(rig.client.state, "closed");
  }
});

test("does not wake while the server wants it to wait", (t) => {
  const page = fakePage(t);
  const rig = Rig.open();
  rig.say({ bye: { after: [1000, 2000] } });
  rig.socket.end(1012);
  page.goOnline();
  page.become("visible");
  assert.equal(rig.client.state, "waiting");
  rig.clock.advance(1500);
  rig.socket.end();
  page.goOnline();
  assert.equal(rig.client.state, "connecting", "that wait was its own");
});

const WAYS = {
  "online": (page) => page.goOnline(),
  "seen": (page) => page.become("visible"),
};
for (const [name, wake] of Object.entries(WAYS)) {
  test(`a dead connection is left 5 seconds after the page is ${name}`, (t) => {
    const page = fakePage(t);
    const rig = Rig.open();
    rig.clock.advance(20000);
    wake(page);
    assert.deepEqual(rig.take(), [SIGN_OF_LIFE]);
    rig.clock.advance(4999);
    assert.equal(rig.client.state, "open");
    const dead = rig.socket;
    rig.clock.advance(2);
    assert.equal(rig.client.state, "waiting");
    assert.deepEqual(dead.closes, [[1000, undefined]]);
    const { code, reason, delay } = rig.states.at(-1);
    assert.deepEqual({ code, reason, delay }, { code: 1006, reason: "silence", delay: 250 });
    rig.clock.advance(250);
    rig.greet();
    assert.equal(rig.client.state, "open");
    assert.deepEqual(rig.clock.waits, [35000], "there is no doubt any more");
  });

  test(`a connection that is alive when the page is ${name} stays`, (t) => {
    const page = fakePage(t);
    const errors = collectReports(t);
    const rig = Rig.open({ onerror: (error) => errors.push(error) });
    for (const sign of [REFUSED, {}, { msg: "hello" }]) {
      wake(page);
      assert.deepEqual(rig.take(), [SIGN_OF_LIFE]);
      rig.clock.advance(4999);
      rig.say(sign);
      rig.take();
      assert.deepEqual(rig.clock.waits, [35000]);
    }
    rig.clock.advance(34999);
    assert.equal(rig.client.state, "open");
    assert.equal(rig.sockets.length, 1);
    assert.deepEqual(rig.messages, ["hello"], "the answer is nobody's");
    assert.deepEqual(errors, []);
  });
}

test("a page that is shown again and again asks once, and is not put off by it", (t) => {
  const page = fakePage(t);
  const rig = Rig.open();
  for (let times = 0; times < 5; ++times) {
    page.become("visible");
    page.goOnline();
    rig.clock.advance(999);
    page.become("hidden");
  }
  assert.deepEqual(rig.take(), [SIGN_OF_LIFE]);
  rig.clock.advance(6);
  assert.equal(rig.client.state, "waiting");
});

test("a page that is hidden asks nothing", (t) => {
  const page = fakePage(t);
  const rig = Rig.open();
  page.become("hidden");
  assert.deepEqual(rig.take(), []);
});

test("a server that does not ping is asked, too", (t) => {
  const page = fakePage(t);
  const rig = new Rig();
  rig.greet({ hello: { ...HELLO.hello, ping: 0 } });
  page.goOnline();
  rig.say(REFUSED);
  assert.deepEqual(rig.clock.waits, [], "it may be silent for ever");
  page.goOnline();
  rig.clock.advance(5001);
  assert.equal(rig.client.state, "waiting");
});

test("a server without the protocol, or one that said no hello, is not asked", (t) => {
  const page = fakePage(t);
  const raw = new Rig({ raw: true });
  raw.socket.open("");
  const silent = new Rig();
  silent.socket.open();
  page.goOnline();
  assert.equal(raw.client.raw, true);
  assert.deepEqual([...raw.socket.sent, ...silent.socket.sent], []);
  assert.deepEqual([raw.clock.waits, silent.clock.waits], [[], [30000]]);
});

test("closing ends the doubt", (t) => {
  const page = fakePage(t);
  const rig = Rig.open();
  page.goOnline();
  rig.client.close();
  assert.deepEqual(rig.clock.waits, []);
});

test("an attempt that began before the page woke begins anew, and n stays", (t) => {
  const page = fakePage(t);
  const rig = new Rig();
  rig.clock.advance(1999);
  page.goOnline();
  assert.equal(rig.sockets.length, 1, "that one is young");
  rig.clock.advance(1);
  page.goOnline();
  assert.equal(rig.sockets.length, 2);
  assert.deepEqual(rig.sockets[0].closes, [[1000, undefined]]);
  rig.socket.end();
  assert.deepEqual(rig.clock.waits, [250]);
});
