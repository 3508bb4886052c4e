// The JavaScript client as its users have it: packed, installed, found by its name, with a real hub.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { InstalledPackage, PACKAGE } from "../unit/web/support/installed_package.mjs";
import { DEADLINE_MS } from "./support/feed.mjs";
import { RestartableServer } from "./support/restartable_server.mjs";

let installed;
let server;
before(async () => {
  installed = new InstalledPackage();
  const { PROTOCOL_SERVER, SERVER_THREADS = "1" } = process.env;
  server = await RestartableServer.start(PROTOCOL_SERVER, SERVER_THREADS);
});
after(async () => {
  installed?.remove();
  await server?.kill();
});

/** A user's program: its arguments are the port and where `ws` is. */
const PROGRAM = `
import { connect } from "${PACKAGE}";

const [port, ws] = process.argv.slice(2);
const { default: WebSocket } = await import(ws);
const client = connect(\`ws://127.0.0.1:\${port}/\`, { WebSocket });
const received = await new Promise((resolve, reject) => {
  client.subscribe("room.package", { onpublication: resolve, onerror: reject });
  client.publish("room.package", { text: "hello" }).catch(reject);
});
const { items } = await client.history("room.package");
client.close();
console.log(JSON.stringify({ received, items }));
`;

test("a program that imports it by its name speaks with a hub, and ends", async () => {
  const ws = pathToFileURL(createRequire(import.meta.url).resolve("ws")).href;
  const program = installed.write("program.mjs", PROGRAM);
  // From the project's folder, as a user would: nothing of this repository is near.
  const options = { cwd: installed.app, timeout: DEADLINE_MS };
  const argv = [program, String(server.port), ws];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, options);
  assert.equal(stderr, "");
  const publication = { topic: "room.package", data: { text: "hello" }, offset: 1, skipped: 0 };
  const { received, items } = JSON.parse(stdout);
  for (const one of [received, ...items]) assert.match(one.raw, /"d":\{"text":"hello"\}/);
  for (const one of [received, ...items]) delete one.raw;
  assert.deepEqual({ received, items }, { received: publication, items: [publication] });
});
