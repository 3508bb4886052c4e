// What the demo does for its clients, step by step.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { DemoServer } from "./support/demo_server.mjs";
import { HANDSHAKE, parseFrames, parseResponse, ping, RawClient, request } from "./support/raw.mjs";

const GOTCHA = '{"message":"Gotcha"}';
const CHANGED = '{"message":"Something changed"}';
const HELLO = '{"message":"Hello hello!"}';

let server;
before(async () => (server = await DemoServer.start()));
after(() => server?.kill());

test("greets a client when its connection is established", async () => {
  const client = await Client.open(server.wsPort);
  assert.deepEqual(await client.texts(1), [GOTCHA]);
  assert.equal(client.messages.items[0].isBinary, false);
  await client.close();
});

test("tells everybody that something changed, the sender included", async () => {
  const [first, second] = await Promise.all([
    Client.open(server.wsPort),
    Client.open(server.wsPort),
  ]);
  await Promise.all([first.texts(1), second.texts(1)]);

  first.send('{"message":"Hello"}');
  assert.deepEqual(await first.texts(2), [GOTCHA, CHANGED]);
  assert.deepEqual(await second.texts(2), [GOTCHA, CHANGED]);

  second.send('{"message":"Hey"}');
  assert.deepEqual(await first.texts(3), [GOTCHA, CHANGED, CHANGED]);
  assert.deepEqual(await second.texts(3), [GOTCHA, CHANGED, CHANGED]);
  await Promise.all([first.close(), second.close()]);
});

const messages = {
  "a text that is not JSON": "just text",
  "an empty text": "",
  "a binary message": Buffer.from([0, 255, 1, 254]),
  "an empty binary message": Buffer.alloc(0),
  "a message of 64 KiB": "x".repeat(64 * 1024),
};
for (const [name, data] of Object.entries(messages)) {
  test(`answers ${name} with a text message`, async () => {
    const client = await Client.open(server.wsPort);
    await client.texts(1);
    client.send(data);
    assert.deepEqual(await client.texts(2), [GOTCHA, CHANGED]);
    assert.equal(client.messages.items[1].isBinary, false);
    await client.close();
  });
}

test("serves a client that sends many messages at once", async () => {
  const client = await Client.open(server.wsPort);
  for (let i = 0; i < 500; ++i) client.send(`message ${i}`);
  const texts = await client.texts(501);
  assert.deepEqual(texts.slice(1), Array(500).fill(CHANGED));
  await client.close();
});

test("reaches a hundred clients", async () => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => Client.open(server.wsPort)));
  await Promise.all(clients.map((client) => client.texts(1)));
  clients[42].send("news");
  const seen = await Promise.all(clients.map((client) => client.texts(2)));
  for (const texts of seen) assert.deepEqual(texts, [GOTCHA, CHANGED]);
  await Promise.all(clients.map((client) => client.close()));
});

test("does not tell a client that has left", async () => {
  const [stays, leaves] = await Promise.all([
    Client.open(server.wsPort),
    Client.open(server.wsPort),
  ]);
  await Promise.all([stays.texts(1), leaves.texts(1)]);
  await leaves.close();
  stays.send("anybody there?");
  await stays.texts(2);
  assert.equal(leaves.messages.items.length, 1);
  await stays.close();
});

test("answers a ping with its payload", async () => {
  const client = await Client.open(server.wsPort);
  assert.equal(await client.pong("are you there?"), "are you there?");
  assert.equal(await client.pong(""), "");
  await client.close();
});

// Sections 2.10 and 2.11 of the Autobahn suite.
for (const [how, size] of [["one write", undefined], ["a write for each byte", 1]]) {
  test(`answers ten pings in ${how} with ten pongs, in order`, async () => {
    const client = new RawClient(server.wsPort);
    await client.send(request(...HANDSHAKE));
    const payloads = Array.from({ length: 10 }, (_, number) => `ping ${number}`);
    await client.send(Buffer.concat(payloads.map((each) => ping(each))), size);
    const pongs = (bytes) =>
      parseFrames(parseResponse(bytes).rest)
        .filter(({ opcode }) => opcode === 10)
        .map(({ payload }) => payload.toString());
    await client.until("ten pongs", (bytes) => bytes.includes("\r\n\r\n") && pongs(bytes).length >= 10);
    assert.deepEqual(pongs(client.received), payloads);
    client.drop();
  });
}

test("serves WebSockets on every path", async () => {
  const client = await Client.open(server.wsPort, { path: "/some/where?user=me" });
  assert.deepEqual(await client.texts(1), [GOTCHA]);
  await client.close();
});

for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
  test(`is reached at ${host}`, async () => {
    const client = await Client.open(server.wsPort, { host });
    assert.deepEqual(await client.texts(1), [GOTCHA]);
    await client.close();
  });
}

test("says hello to all at the interval", async (t) => {
  const quick = await DemoServer.start("--interval", "0.2");
  t.after(() => quick.stop());
  const [first, second] = await Promise.all([Client.open(quick.wsPort), Client.open(quick.wsPort)]);
  for (const client of [first, second]) {
    assert.deepEqual((await client.texts(6)).slice(1), Array(5).fill(HELLO));
  }
  const times = first.messages.items.map((message) => message.at);
  const mean = (times[5] - times[1]) / 4;
  assert.ok(mean > 150 && mean < 1000, `${mean} ms between hellos`);
});

test("says hello every three seconds unless told otherwise", async (t) => {
  const usual = await DemoServer.startWithDefaults();
  t.after(() => usual.stop());
  const client = await Client.open(usual.wsPort);
  assert.deepEqual(await client.texts(5), [GOTCHA, HELLO, HELLO, HELLO, HELLO]);
  const times = client.messages.items.slice(1).map((message) => message.at);
  const distances = times.slice(1).map((time, i) => time - times[i]);
  // A busy machine can delay one hello, and so bring it nearer to the next; not all of them.
  const middle = distances.sort((a, b) => a - b)[1];
  assert.ok(middle > 2000 && middle < 4000, `${distances} ms between hellos`);
});

test("ends well after all this", async () => {
  await server.stop();
});
