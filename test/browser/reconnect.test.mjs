// The JavaScript client in a page, in the browser that BROWSER names: connections are lost in every
// way that a page meets, and nothing is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { HubClient } from "../integration/support/hub_client.mjs";
import { RestartableServer } from "../integration/support/restartable_server.mjs";
import { ClientPages, launchBrowser, PageClient } from "./support/client_page.mjs";
import { Relay } from "./support/relay.mjs";

let server;
let pages;
let launched;
let relay;
let writer;

before(async () => {
  server = await RestartableServer.start(process.env.PROTOCOL_SERVER, "1");
  [pages, launched, relay] = await Promise.all([
    ClientPages.start(),
    launchBrowser(process.env.BROWSER),
    Relay.start(server.port),
  ]);
  writer = new HubClient(server);
});
after(async () => {
  writer?.close();
  await launched?.close();
  relay?.stop();
  pages?.stop();
  await server?.kill();
});

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

async function publish(topic, numbers) {
  for (const number of numbers) await writer.hub.publish(topic, number);
}

/** A page that is subscribed to the topic, through the relay. */
async function open(topic) {
  const url = `ws://127.0.0.1:${relay.port}/`;
  const client = await PageClient.open(launched.browser, pages, url);
  await client.subscribe(topic);
  await client.event({ kind: "subscribed", topic });
  return client;
}

test("a page resumes where the network was cut, again and again", async () => {
  const client = await open("room.cut");
  for (const round of range(0, 4)) {
    const events = await client.countOf("events");
    const states = await client.countOf("states");
    relay.cut();
    await client.state("waiting", states);
    await publish("room.cut", range(10 * round + 1, 10 * round + 9));
    relay.goOnline();
    const back = await client.event({ kind: "subscribed", topic: "room.cut" }, events);
    assert.equal(back.recovered, true);
    await publish("room.cut", [10 * round + 10]);
    await client.event({ kind: "publication", data: 10 * round + 10 }, events);
  }
  assert.deepEqual(await client.data("room.cut"), range(1, 50));
  await client.close();
});

test("a page that publishes while it is away publishes once", async () => {
  const client = await open("room.away");
  const states = await client.countOf("states");
  relay.cut();
  await client.state("waiting", states);
  const replies = client.page.evaluate(() =>
    Promise.all([1, 2, 3].map((number) => window.hub.publish("room.away", number)))
  );
  relay.goOnline();
  const offsets = (await replies).map(({ offset }) => offset);
  assert.deepEqual(offsets, [1, 2, 3]);
  await client.event({ kind: "publication", data: 3 });
  assert.deepEqual(await client.data("room.away"), [1, 2, 3]);
  await client.close();
});

test("a server that is started anew is a new beginning, and told", async () => {
  const client = await open("room.restart");
  await publish("room.restart", [1]);
  await client.event({ kind: "publication", data: 1 });
  const events = await client.countOf("events");
  await server.kill();
  await server.start();
  const back = await client.event({ kind: "subscribed", topic: "room.restart" }, events);
  assert.deepEqual([back.recovered, back.why], [false, "epoch"]);
  await publish("room.restart", [2]);
  await client.event({ kind: "publication", data: 2 });
  await client.close();
});
