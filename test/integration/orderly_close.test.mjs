// What is still exchanged when a client has sent its close frame (RFC 6455, section 7.1.1), with a
// client that is not ours: npm's `ws`.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { within } from "./support/feed.mjs";
import { close, HANDSHAKE, parseFrames, parseResponse, RawClient, request, text } from "./support/raw.mjs";
import { RestartableServer } from "./support/restartable_server.mjs";

const RUNS = 20;
const LETTERS = "abcdefghijklmnopqrst"; // one for each reply
const REPLY_BYTES = 64 * 1024;

const ASKER = { path: "/?asker" };

let server;
before(async () => {
  server = await RestartableServer.start(process.env.PROTOCOL_SERVER, process.env.SERVER_THREADS);
});
after(() => server?.kill());

/** What came, without numbers for all that were published while the asker was let in. */
const messagesTo = (client) => client.messages.items.filter(({ text }) => !/^\d+$/.test(text));

/** Asks for all replies and closes at once; resolves to what came, in short, and the close. */
async function askAndClose(code, reason) {
  const client = await Client.open(server.port, ASKER);
  for (const letter of LETTERS) client.send(letter);
  const closed = await client.close(code, reason);
  const whole = ({ text, bytes }) => bytes === REPLY_BYTES && text === text[0].repeat(bytes);
  const came = messagesTo(client).map((item) => (whole(item) ? item.text[0] : "?")).join("");
  return { came, ...closed };
}

for (let run = 1; run <= RUNS; ++run) {
  test(`run ${run}: all replies arrive before the close, which has the client's words`, async () => {
    const expected = { came: LETTERS, code: 4001, reason: `enough ${run}` };
    assert.deepEqual(await askAndClose(4001, expected.reason), expected);
  });
}

test("several clients at once get all of theirs", async () => {
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, number) => askAndClose(4100 + number, "together"))
  );
  all.forEach((found, number) =>
    assert.deepEqual(found, { came: LETTERS, code: 4100 + number, reason: "together" })
  );
});

const MORE = Buffer.concat(Array.from({ length: 100 }, () => text("x".repeat(10_000))));

test("ws that sends on behind its close meets no reset", async () => {
  for (let run = 0; run < RUNS; ++run) {
    const client = await Client.open(server.port, ASKER);
    const tcp = client.socket._socket;
    const ended = once(tcp, "close");
    tcp.on("error", (error) => assert.fail(error.message));
    client.socket.close(4002, "and on");
    tcp.write(MORE);
    assert.deepEqual(await within("the close", client.closed), { code: 4002, reason: "and on" });
    assert.deepEqual(await within("the end", ended), [false]); // without an error
    assert.deepEqual(messagesTo(client), []);
  }
});

// Longer than ws: it goes on when the server's close frame has come, and half closed its end.
test("a client that goes on and on behind its close is drained and meets no reset", async () => {
  const client = new RawClient(server.port);
  let reset;
  client.socket.on("error", (error) => (reset = error.code));
  client.socket.allowHalfOpen = true;
  await client.send(request("GET /?asker HTTP/1.1", ...HANDSHAKE.slice(1)));
  await client.until("the answer", (bytes) => bytes.includes("\r\n\r\n"));
  await client.send(close(1000, "bye"));
  const frames = () => parseFrames(parseResponse(client.received).rest);
  await client.until("a close frame", () => frames().some(({ opcode }) => opcode === 8));
  for (let round = 0; round < 20; ++round) {
    await client.send(MORE);
    await new Promise((done) => setTimeout(done, 10));
  }
  client.socket.end();
  await client.untilEnd();
  assert.equal(reset, undefined);
  const closes = frames().filter(({ opcode }) => opcode === 8);
  assert.deepEqual(closes.map(({ payload }) => payload.toString("latin1", 2)), ["bye"]);
});

test("ends well after all this", () => server.stop());
