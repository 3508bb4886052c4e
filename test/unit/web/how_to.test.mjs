// The code of docs/how-to/use-the-javascript-client.md.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fakeSockets } from "./support/fake_socket.mjs";
import { Rig, settle } from "./support/rig.mjs";

let rig; // of the last client
function connect(url, options) {
  rig = new Rig({ url, ...options });
  return rig.client;
}

function answer(reply) {
  rig.say({ id: rig.take().at(-1).id, ...reply });
}

test("subscribe", () => {
  const [shown, loaded] = [[], []];
  const showOrder = (order) => shown.push(order);
  const loadOrders = () => loaded.push("orders");
  const showProblem = (reason) => shown.push(reason);

  // [region subscribe]
  const client = connect("wss://example.org/hub");

  const orders = client.subscribe("orders.eu", {
    onsubscribed({ recovered }) {
      if (!recovered) loadOrders(); // the first time, and when something may have been missed
    },
    onpublication({ data }) {
      showOrder(data);
    },
    onerror({ reason }) {
      showProblem(reason); // refused, or ended by the server
    },
  });
  // [endregion subscribe]

  rig.greet();
  answer({ sub: "orders.eu", e: "e1", o: 4, n: 0 });
  rig.say({ t: "orders.eu", o: 5, d: { number: 7 } });
  rig.say({ unsub: "orders.eu", code: 2600, reason: "closed for today" });
  assert.deepEqual(loaded, ["orders"]);
  assert.deepEqual(shown, [{ number: 7 }, "closed for today"]);
  assert.equal(orders.active, false);
});

test("patterns", () => {
  const seen = [];
  const client = connect("wss://example.org/hub");
  const show = (...all) => seen.push(all);

  // [region patterns]
  const prices = client.subscribe("prices.*", ({ topic, data }) => show(topic, data));
  // later
  prices.unsubscribe();
  // [endregion patterns]

  rig.greet();
  assert.deepEqual(rig.take(), []);
  assert.deepEqual(seen, []);
});

test("publish", async () => {
  const problems = [];
  const showProblem = (reason) => problems.push(reason);
  const client = connect("wss://example.org/hub");
  rig.greet();

  const publish = async () => {
    // [region publish]
    try {
      const { offset } = await client.publish("chat", { text: "Hello" });
      console.assert(offset > 0); // its place in the topic
    } catch (error) {
      showProblem(error.reason); // error.code: 103 permission denied, 109 payload too large, ...
    }
    // [endregion publish]
  };
  const first = publish();
  answer({ ok: { e: "e1", o: 1 } });
  await first;
  const second = publish();
  answer({ error: { code: 103, reason: "permission denied" } });
  await second;
  assert.deepEqual(problems, ["permission denied"]);
});

test("state", () => {
  const status = {};

  // [region state]
  const client = connect("wss://example.org/hub", {
    onstate({ state, reason }) {
      status.textContent = state === "closed" ? `Disconnected: ${reason}` : state;
    },
  });
  // [endregion state]

  rig.greet();
  assert.deepEqual(status, { textContent: "open" });
  rig.socket.end(4503, "banned");
  assert.deepEqual(status, { textContent: "Disconnected: banned" });
  assert.equal(client.state, "closed");
});

test("past and presence", async () => {
  const client = connect("wss://example.org/hub");
  const names = [];
  const showNames = (given) => names.push(...given);
  const texts = [];
  const show = (data) => texts.push(data);
  rig.greet();

  const ask = async () => {
    // [region ask]
    client.subscribe("chat", {
      last: 20, // begin with up to 20 past messages
      presence: true,
      onpublication: ({ data }) => show(data),
      onpresence: ({ join, leave, count }) => showNames([join, leave, count]),
    });
    const { clients, count } = await client.presence("chat"); // who is there now
    const { items } = await client.history("chat", { last: 100 }); // only of what it is subscribed to
    // [endregion ask]
    return { clients, count, items };
  };
  const asked = ask();
  assert.equal(rig.socket.sent.length, 2);
  answer({ ok: { clients: {}, n: 0 } });
  await settle();
  answer({ ok: { e: "e1", o: 0, items: [] } });
  assert.deepEqual(await asked, { clients: {}, count: 0, items: [] });
});

test("position", () => {
  const stored = new Map([["orders", '{"epoch":"e1","offset":7}']]);
  const sessionStorage = {
    getItem: (name) => stored.get(name) ?? null,
    setItem: (name, value) => stored.set(name, value),
  };
  const client = connect("wss://example.org/hub");
  const showOrder = () => {};
  rig.greet();

  // [region position]
  const since = JSON.parse(sessionStorage.getItem("orders")) ?? undefined;
  const orders = client.subscribe("orders", {
    since,
    onpublication({ data }) {
      showOrder(data);
      sessionStorage.setItem("orders", JSON.stringify(orders.position));
    },
  });
  // [endregion position]

  answer({ sub: "orders", e: "e1", o: 8, rec: true, n: 1 });
  rig.say({ t: "orders", o: 8, d: 1 });
  assert.equal(stored.get("orders"), '{"epoch":"e1","offset":8}');
});

test("messages", () => {
  const seen = [];
  const show = (data) => seen.push(data);
  const client = connect("wss://example.org/hub");
  rig.greet();

  // [region messages]
  client.onmessage = (data) => show(data);
  const isSent = client.send({ ready: true }); // false: not connected, and not kept for later
  // [endregion messages]

  rig.say({ msg: "welcome" });
  assert.equal(isSent, true);
  assert.deepEqual(rig.take(), [{ msg: { ready: true } }]);
  assert.deepEqual(seen, ["welcome"]);
});

test("Node.js", () => {
  const WebSocket = fakeSockets();
  const token = "t";

  // [region node]
  class Authorized extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: { authorization: `Bearer ${token}` } });
    }
  }
  const client = connect("ws://localhost:8081/", { WebSocket: Authorized });
  // [endregion node]

  assert.equal(client.state, "connecting");
});

test("token", async () => {
  let token = "t1";

  // [region token]
  const client = connect(() => `wss://example.org/hub?token=${token}`);
  // [endregion token]

  await settle();
  rig.socket.end();
  token = "t2";
  rig.clock.advance(500);
  await settle();
  assert.equal(rig.socket.url, "wss://example.org/hub?token=t2");
  client.close();
});
