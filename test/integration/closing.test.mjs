// How connections end, and how the server does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { DemoServer } from "./support/demo_server.mjs";
import { HANDSHAKE, parseFrames, parseResponse, RawClient, request } from "./support/raw.mjs";

const NOT_UTF8 = Buffer.from([0xff, 0xfe]);

let server;
before(async () => (server = await DemoServer.start()));
after(() => server?.kill());

for (const [code, reason] of [
  [1000, "done"],
  [1001, ""],
  [3000, "für später"],
  [4999, "x".repeat(123)],
]) {
  test(`a client's close with ${code} is answered with the same code and logged`, async () => {
    const client = await Client.open(server.wsPort);
    assert.equal((await client.close(code, reason)).code, code);
    await server.line("closed", client.address, String(code), reason);
  });
}

test("a client's close without a code is answered without one", async () => {
  const client = await Client.open(server.wsPort);
  assert.equal((await client.close()).code, 1005);
  await server.line("closed", client.address, "1005");
});

test("a client that vanishes is logged as 1006", async () => {
  const client = await Client.open(server.wsPort);
  client.vanish();
  await server.line("closed", client.address, "1006");
});

test("a message over the limit closes with 1009", async () => {
  const client = await Client.open(server.wsPort);
  client.send("x".repeat(64 * 1024 + 1));
  assert.equal((await client.closed).code, 1009);
  await server.line("closed", client.address, "1009");
});

test("text that is not UTF-8 closes with 1007", async () => {
  const client = await Client.open(server.wsPort);
  client.socket.send(NOT_UTF8, { binary: false });
  assert.equal((await client.closed).code, 1007);
});

// Where the first of the server's lines is that has all of `parts`.
function place(server, ...parts) {
  const at = server.log.items.findIndex((text) => parts.every((part) => text.includes(part)));
  assert.notEqual(at, -1, `no line with ${parts.join(" and ")}`);
  return at;
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} closes every connection with 1001 and ends with status 0`, async () => {
    const ending = await DemoServer.start();
    const clients = await Promise.all(Array.from({ length: 8 }, () => Client.open(ending.wsPort)));
    await Promise.all(clients.map((client) => client.texts(1)));
    await ending.stop(signal);
    for (const client of clients) assert.equal((await client.closed).code, 1001);
    const begin = place(ending, "stopping, 8 open");
    const end = place(ending, "stopped");
    for (const client of clients) {
      const closed = place(ending, "closed", client.address, "1001");
      assert.ok(begin < closed && closed < end, ending.log.items.join("\n"));
    }
  });
}

test("SIGTERM without clients ends with status 0", async () => {
  const idle = await DemoServer.start();
  await idle.stop();
  assert.equal(place(idle, "stopped"), place(idle, "stopping, 0 open") + 1);
});

test("a client that does not answer, and one that only keeps a socket, do not hold it up", async (t) => {
  const ending = await DemoServer.start();
  const deaf = new RawClient(ending.wsPort);
  const idle = new RawClient(ending.httpPort);
  t.after(() => [deaf, idle].forEach((client) => client.drop()));
  await deaf.send(request(...HANDSHAKE));
  await idle.send(request("GET / HTTP/1.1", "Host: localhost"));
  await deaf.until("the greeting", (bytes) => bytes.includes("Gotcha"));
  await idle.until("the page", (bytes) => bytes.includes("</html>"));

  await ending.stop();
  const frames = parseFrames(parseResponse(await deaf.untilEnd()).rest);
  assert.equal(frames.at(-1).opcode, 8);
  assert.equal(frames.at(-1).payload.readUInt16BE(0), 1001);
  await idle.untilEnd();
  const line = ending.log.items[place(ending, "closed", "1001")];
  assert.match(line, /without a closing handshake/);
});

// That it does not wait any longer is seen in the library's own tests, with a deadline of a day.
test("a second signal is heard while a client does not answer", async (t) => {
  const ending = await DemoServer.start();
  const deaf = new RawClient(ending.wsPort);
  t.after(() => deaf.drop());
  await deaf.send(request(...HANDSHAKE));
  await deaf.until("the greeting", (bytes) => bytes.includes("Gotcha"));
  ending.signal("SIGTERM");
  await deaf.until("a close frame", (bytes) => {
    const response = parseResponse(bytes);
    return parseFrames(response.rest).some((frame) => frame.opcode === 8);
  });
  await ending.stop("SIGTERM");
  // The connection ended behind the second signal, not before.
  const asked = ending.log.items.flatMap((text, at) => (/stopping, 1 open/.test(text) ? [at] : []));
  assert.equal(asked.length, 2, ending.log.items.join("\n"));
  assert.ok(asked[1] < place(ending, "closed", "1001"));
});

test("ends well after all this", async () => {
  await server.stop();
});
