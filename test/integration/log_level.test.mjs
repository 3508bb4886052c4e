// --log-level: which lines each level shows. Every level sees the same things happen.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "./support/client.mjs";
import { DemoServer } from "./support/demo_server.mjs";
import { RawClient, request } from "./support/raw.mjs";

// One line of each level, the loudest first; nothing in the demo is an error.
const lines = [
  ["trace", /\] accepted$/],
  ["debug", /\] received .*quite secret/],
  ["debug", /\] sent .*Gotcha/],
  ["debug", / broadcast .*Something changed/],
  ["info", / descriptor limit /],
  ["info", / listening on /],
  ["info", /\] opened, /],
  ["info", /\] closed, code 1000/],
  ["warn", /\] sent a bad request: 400, /],
  ["info", / stopping, \d open$/],
  ["info", / stopped$/],
];
const levels = ["trace", "debug", "info", "warn", "error", "off"];

async function logAt(...flags) {
  const server = await DemoServer.start(...flags);
  const client = await Client.open(server.wsPort);
  client.send("quite secret");
  await client.texts(2);
  await client.close(1000);
  const malformed = new RawClient(server.wsPort);
  await malformed.send(request("GET / HTTP/1.1", "Host : localhost"));
  await malformed.untilEnd();
  await server.stop();
  // The address is no log line: it is printed at every level.
  const [address, ...others] = server.log.items.filter((text) => text.startsWith("Open "));
  assert.ok(address.includes(server.url));
  assert.deepEqual(others, []);
  return server.log.items.filter((text) => text !== address);
}

function assertShows(log, level) {
  for (const [of, pattern] of lines) {
    const shown = log.some((line) => pattern.test(line));
    const wanted = levels.indexOf(of) >= levels.indexOf(level);
    assert.equal(shown, wanted, `${pattern} at ${level}:\n${log.join("\n")}`);
  }
}

for (const level of levels) {
  test(`--log-level ${level} shows what is of that level or above`, async () => {
    const log = await logAt("--log-level", level);
    assertShows(log, level);
    if (level === "error" || level === "off") assert.deepEqual(log, []);
  });
}

test("without a flag it is debug", async () => assertShows(await logAt(), "debug"));
