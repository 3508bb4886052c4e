// The demo's page beside clients that speak bhub.v1: it gets the very bytes that it gets alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { BusyClient } from "./support/busy_client.mjs";
import { Client } from "./support/client.mjs";
import { DemoServer } from "./support/demo_server.mjs";
import { ACCEPTED, CHANGED, CLOSED, GOTCHA, PlainPage } from "./support/plain_page.mjs";

const BUSY = 10;

let server;
let busy = [];
before(async () => (server = await DemoServer.start("--interval", "0.3")));
after(async () => {
  await Promise.allSettled(busy.map((client) => client.stop()));
  server?.kill();
});

/** Everything that the demo's page does, with something in between; what it got for it. */
async function record(between = async () => {}) {
  const page = new PlainPage(server.wsPort);
  await page.open();
  await between();
  await page.say("Hello");
  await page.hear(2);
  await between();
  await page.say("Hey");
  await page.hear(3);
  await between();
  await page.hearTimer();
  await between();
  await page.close();
  return page;
}

function assertIsTheDemo({ head, frames, hellos }) {
  assert.equal(head, ACCEPTED);
  assert.deepEqual(frames, [GOTCHA, CHANGED, CHANGED, CLOSED]);
  assert.ok(hellos.length > 0);
}

test("alone the page gets the demo's bytes", async () => {
  assertIsTheDemo(await record());
});

test(`beside ${BUSY} busy clients of bhub.v1 it gets the same bytes`, async () => {
  busy = await Promise.all(Array.from({ length: BUSY }, () => BusyClient.start(server.wsPort)));
  const everybodyWorks = () => Promise.all(busy.map((client) => client.nextRound()));
  for (let times = 0; times < 3; ++times) assertIsTheDemo(await record(everybodyWorks));
});

test("beside clients of bhub.v1 that come, misbehave and are closed it gets the same bytes", async () => {
  const codes = [];
  const misbehave = async () => {
    const client = await Client.open(server.wsPort, { protocols: ["bhub.v1"] });
    for (let i = 0; i < 40; ++i) client.send('{"sub":7}');
    codes.push((await client.closed).code);
    const vanishing = await Client.open(server.wsPort, { protocols: ["bhub.v1"] });
    vanishing.send('{"id":1,"sub":{"default":{}}}');
    await vanishing.messages.find("an answer", ({ text }) => text.startsWith('{"id":1,'));
    vanishing.vanish();
  };
  assertIsTheDemo(await record(misbehave));
  assert.deepEqual(codes, [1008, 1008, 1008, 1008]);
});

test("what they say to the application is told to the page as what a page says", async () => {
  const page = new PlainPage(server.wsPort);
  const client = await Client.open(server.wsPort, { protocols: ["bhub.v1"] });
  await page.open();
  client.send('{"msg":{"message":"Hey"}}');
  await page.hear(2);
  client.send('{"s":"Hey"}');
  await page.hear(3);
  client.send('{"b":"AP8="}');
  await page.hear(4);
  await page.close();
  assert.deepEqual(page.frames, [GOTCHA, CHANGED, CHANGED, CHANGED, CLOSED]);
  await client.close(1000);
});

test("the busy clients had answers of each kind, heard what the page heard, and end well", async () => {
  for (const client of busy) {
    assert.deepEqual([...client.answers.keys()].sort(), [
      "history ok", "presence 103", "pub 103", "sub 105", "sub ok", "unsub 106", "unsub ok",
    ]);
    await client.hear(/^\{"msg":\{"message":"Gotcha"\}\}$/);
    await client.hear(/^\{"t":"default","o":\d+,"d":\{"message":"Something changed"\}\}$/);
    await client.hear(/^\{"t":"default","o":\d+,"d":\{"message":"Hello hello!"\}\}$/);
    assert.equal((await client.stop()).code, 1000);
  }
  await server.stop();
});
