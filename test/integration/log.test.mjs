// A person can follow in the log what happens to each connection.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { DemoServer } from "./support/demo_server.mjs";
import { RawClient, request } from "./support/raw.mjs";

let server;
before(async () => (server = await DemoServer.start()));
after(() => server?.kill());

// Lines about a connection begin like "[17 127.0.0.1:50312] ", with its number and its address.
async function idOf(client) {
  const line = await server.line("opened", client.address);
  const [, id, address] = line.match(/\[(\d+) (\S+:\d+)\] opened/);
  assert.equal(address, client.address);
  return id;
}

test("has a line for each step, with the connection's id and address", async () => {
  const client = await Client.open(server.wsPort);
  await client.texts(1);
  const id = new RegExp(`\\b${await idOf(client)}\\b`);
  await server.line("sent", client.address, id, '{"message":"Gotcha"}');

  client.send('{"message":"Hello"}');
  await client.texts(2);
  await server.line("received", client.address, id, '{"message":"Hello"}');

  await client.close(1000, "enough");
  await server.line("closed", client.address, id, "1000", "enough");
});

test("has one line for a broadcast, with its number of recipients", async () => {
  const clients = await Promise.all([1, 2, 3].map(() => Client.open(server.wsPort)));
  await Promise.all(clients.map((client) => client.texts(1)));
  const before = server.log.items.length;
  clients[0].send("count us");
  await Promise.all(clients.map((client) => client.texts(2)));
  const line = await server.log.find(
    "the line of the broadcast",
    (text) => /broadcast/.test(text) && text.includes('{"message":"Something changed"}'),
    before
  );
  assert.match(line, /\b3\b/);
  const told = server.log.items.slice(before).filter((text) => text.includes("Something changed"));
  assert.equal(told.length, 1, told.join("\n"));
  await Promise.all(clients.map((client) => client.close()));
});

test("numbers connections, each differently", async () => {
  const clients = await Promise.all([1, 2, 3, 4].map(() => Client.open(server.wsPort)));
  const ids = await Promise.all(clients.map(idOf));
  assert.equal(new Set(ids).size, 4, ids.join(" "));
  await Promise.all(clients.map((client) => client.close()));
});

test("escapes payloads, so that a line stays a line", async () => {
  const client = await Client.open(server.wsPort);
  client.send("one\ntwo\r\x1b[31mred\x07\u202eevil");
  const line = await server.line("received", client.address, "one");
  assert.ok(line.includes("one\\ntwo"), line);
  assert.doesNotMatch(line, /[\x00-\x1f\x7f\u202e]/);
  await client.close();
});

test("cuts payloads at 200 characters", async () => {
  const client = await Client.open(server.wsPort);
  client.send("y".repeat(5000));
  const line = await server.line("received", client.address, "yyy");
  assert.equal(line.match(/y{10,}/)[0].length, 200);
  await client.close();
});

test("shows close reasons escaped too", async () => {
  const client = await Client.open(server.wsPort);
  await client.close(4000, "bye\nforged line");
  const line = await server.line("closed", client.address);
  assert.ok(line.includes("bye\\nforged line"), line);
});

test("tells about the descriptor limit and the addresses at the start", async () => {
  await server.line(/descriptor limit (raised from \d+ to|is) \w+/);
  await server.line(/127\.0\.0\.1/, String(server.wsPort));
  await server.line(/127\.0\.0\.1/, String(server.httpPort));
});

test("raises the soft descriptor limit to the hard one and says so", async (t) => {
  const limited = await DemoServer.startAsGiven([
    "prlimit",
    "--nofile=256:1024",
    process.env.DEMO_SERVER,
  ]);
  t.after(() => limited.stop());
  await limited.line("descriptor limit raised from 256 to 1024");
  const limits = await readFile(`/proc/${limited.child.pid}/limits`, "utf8");
  assert.match(limits, /^Max open files +1024 +1024 /m);
});

test("tells why it refused a request", async () => {
  const malformed = new RawClient(server.wsPort);
  await malformed.send(request("GET / HTTP/1.1", "Host : localhost"));
  await malformed.untilEnd();
  await server.line(/sent a bad request: 400, \w+/);
});

test("has a time and a level on each line but the address's", async () => {
  for (const line of server.log.items.filter((text) => !text.startsWith("Open "))) {
    assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} (trace|debug|info|warning|error) /);
  }
});

test("ends well after all this", async () => {
  await server.stop();
});
