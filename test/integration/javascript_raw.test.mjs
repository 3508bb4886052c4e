// The JavaScript client with a real hub that does not speak bhub.v1.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { HubClient } from "./support/hub_client.mjs";
import { RestartableServer } from "./support/restartable_server.mjs";

let server;
before(async () => {
  server = await RestartableServer.start(process.env.PROTOCOL_SERVER, "1", "raw");
});
after(() => server?.kill());

/** A client that is closed when the test ends. */
function join(t, options) {
  const client = new HubClient(server, "", options);
  t.after(() => client.close());
  return client;
}

const isTick = ({ data }) => typeof data === "number";

/** What it sends comes back, and what is published on "default" comes by itself. */
async function assertTalks(client, from = 0) {
  const text = `number ${client.events.items.length}`;
  assert.equal(client.hub.send({ text }), true);
  await client.waitFor("message", ({ data }) => data.text === text, from);
  assert.equal(client.hub.send(Uint8Array.of(0, 255, 128)), true);
  const bytes = await client.waitFor("message", ({ data }) => data instanceof Uint8Array, from);
  assert.deepEqual([...bytes.data], [0, 255, 128]);
  await client.waitFor("message", isTick, from);
}

test("with the option it opens without the protocol, and messages go both ways", async (t) => {
  const client = join(t, { raw: true });
  assert.equal((await client.waitForState("open")).raw, true);
  assert.equal(client.hub.raw, true);
  assert.deepEqual(client.states.items.map(({ state }) => state), ["connecting", "open"]);
  await assertTalks(client);
  client.subscribe("default");
  assert.equal((await client.waitFor("error")).code, "raw");
  await assert.rejects(client.hub.publish("default", 1), { code: "raw" });
});

test("it comes back, from a cut and to a server that is started anew", async (t) => {
  const client = join(t, { raw: true });
  await client.waitForState("open");
  const outages = [
    () => client.cut(),
    async () => {
      await server.kill();
      await server.start();
    },
    async () => {
      await server.stop(); // without a bye, but with 1012
      await server.start();
    },
  ];
  for (const goWrong of outages) {
    const [states, events] = [client.states.items.length, client.events.items.length];
    await goWrong();
    await client.waitForState("waiting", states);
    assert.equal((await client.waitForState("open", states)).raw, true);
    await assertTalks(client, events);
  }
});

test("without the option it never opens: it looks like a server that is not there", async (t) => {
  const client = join(t, { random: () => 0.01 });
  const publication = client.hub.publish("default", 1);
  const settled = t.mock.fn();
  publication.then(settled, settled);
  let from = 0;
  for (let attempts = 0; attempts < 3; ++attempts) {
    const { code, reason } = await client.waitForState("waiting", from);
    assert.deepEqual([code, reason], [1006, "Server sent no subprotocol"]); // as ws says it
    from = client.states.items.length;
  }
  assert.equal(client.states.items.some(({ state }) => state === "open"), false);
  assert.equal(settled.mock.callCount(), 0, "it may be there later");
  const [other, states] = [join(t, { raw: true }), client.states.items.length];
  await other.waitForState("open");
  await client.waitForState("waiting", states);
});
