// Flags, exit statuses and what is said about them.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { DemoServer, runToEnd } from "./support/demo_server.mjs";
import { parseResponse, RawClient, request } from "./support/raw.mjs";

const FREE = ["--http-port", "0", "--ws-port", "0"];

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-server-"));
  await writeFile(join(folder, "index.html"), "<title>mine</title>");
});
after(async () => rm(folder, { recursive: true }));

function assertOneLine(result, status, ...parts) {
  assert.equal(result.code, status, result.stderr);
  assert.match(result.stderr, /^demo_server: [^\n]+\n$/);
  for (const part of parts) assert.ok(result.stderr.includes(part), result.stderr);
}

test("--help names every flag and the exit statuses", async () => {
  const help = await runToEnd("--help");
  assert.equal(help.code, 0);
  assert.equal(help.stderr, "");
  const flags = [
    "--http-port",
    "--ws-port",
    "--bind",
    "--web",
    "--interval",
    "--threads",
    "--log-level",
  ];
  for (const flag of [...flags, "8080", "8081", "localhost", "Exit status"]) {
    assert.ok(help.stdout.includes(flag), `${flag} is missing in:\n${help.stdout}`);
  }
  assert.match(help.stdout, /--interval SECONDS\W+3\b/);
  const widest = Math.max(...help.stdout.split("\n").map((line) => line.length));
  assert.ok(widest <= 120, `a line of ${widest} characters`);
});

const badUse = [
  ["--nonsense"],
  ["--bind", "nonsense"],
  ["--bind", "example.com"],
  ["--bind", "::1%lo"],
  ["--bind", "::ffff:127.0.0.1"],
  ["--bind", ""],
  ["--web", ""],
  ["stray"],
  ["--http-port"],
  ["--http-port", "http"],
  ["--http-port", ""],
  ["--http-port", "-1"],
  ["--http-port", "65536"],
  ["--http-port", "99999999999999999999"],
  ["--http-port", "010"],
  ["--http-port", "0x50"],
  ["--http-port", "80.5"],
  ["--ws-port", "65536"],
  ["--ws-port", "8081x"],
  ["--interval", "0"],
  ["--interval", "-1"],
  ["--interval", "nan"],
  ["--interval", "inf"],
  ["--interval", "1e9"],
  ["--interval", "86401"],
  ["--interval", "3s"],
  ["--interval", "."],
  ["--threads", "0"],
  ["--threads", "257"],
  ["--threads", "two"],
  ["--log-level", "loud"],
  ["--log-level", "4"],
  ["--http-port", "9000", "--ws-port", "9000"],
];
for (const flags of badUse) {
  test(`${JSON.stringify(flags.join(" "))} is bad use`, async () => {
    assertOneLine(await runToEnd(...flags), 2, flags[0]);
  });
}

test("an address that is none is bad use", async () => {
  assertOneLine(await runToEnd(...FREE, "--bind", "not-an-address"), 2, "not-an-address");
});

test("an address of another machine is a reason not to start", async () => {
  assertOneLine(await runToEnd(...FREE, "--bind", "192.0.2.1"), 1, "192.0.2.1");
});

test("a missing folder is a reason not to start", async () => {
  const missing = join(folder, "missing");
  assertOneLine(await runToEnd(...FREE, "--web", missing), 1, missing);
});

test("a file in place of the folder is a reason not to start", async () => {
  const file = join(folder, "index.html");
  assertOneLine(await runToEnd(...FREE, "--web", file), 1, file);
});

for (const flag of ["--http-port", "--ws-port"]) {
  test(`a taken ${flag} is a reason not to start`, async (t) => {
    const squatter = createServer().listen(0, "127.0.0.1");
    t.after(() => squatter.close());
    await once(squatter, "listening");
    const port = String(squatter.address().port);
    const other = flag === "--http-port" ? "--ws-port" : "--http-port";
    assertOneLine(await runToEnd(flag, port, other, "0"), 1, port);
  });
}

test("--web serves that folder", async (t) => {
  const server = await DemoServer.start("--web", folder);
  t.after(() => server.stop());
  const client = new RawClient(server.httpPort);
  await client.send(request("GET / HTTP/1.1", "Host: localhost", "Connection: close"));
  assert.equal(parseResponse(await client.untilEnd()).rest.toString(), "<title>mine</title>");
});

test("--bind listens on that address only", async (t) => {
  const server = await DemoServer.start("--bind", "127.0.0.1");
  t.after(() => server.stop());
  assert.equal(new URL(server.url).hostname, "127.0.0.1");
  await (await Client.open(server.wsPort)).close();
  const elsewhere = new Client(server.wsPort, { host: "[::1]" });
  await assert.rejects(elsewhere.opened, /ECONNREFUSED/);
});

test("an IPv6 address stands in brackets in the printed URL", async (t) => {
  const server = await DemoServer.start("--bind", "::1");
  t.after(() => server.stop());
  assert.equal(new URL(server.url).hostname, "[::1]");
  await (await Client.open(server.wsPort, { host: "[::1]" })).close();
});

const everywhere = { "0.0.0.0": ["127.0.0.1"], "::": ["127.0.0.1", "[::1]"] };
for (const [bind, hosts] of Object.entries(everywhere)) {
  test(`--bind ${bind} is reached at ${hosts.join(" and ")}, page and WebSockets`, async (t) => {
    const server = await DemoServer.start("--bind", bind);
    t.after(() => server.stop());
    assert.equal(new URL(server.url).hostname, "localhost"); // a browser goes to no 0.0.0.0
    for (const host of hosts) {
      const page = new RawClient(server.httpPort, host.replace(/[[\]]/g, ""));
      await page.send(request("GET / HTTP/1.1", "Host: localhost", "Connection: close"));
      assert.equal(parseResponse(await page.untilEnd()).status, 200);

      const client = await Client.open(server.wsPort, { host });
      // Not "[::ffff:127.0.0.1]": the log names an IPv4 peer as such.
      assert.ok(client.address.startsWith(`${host}:`));
      await server.line("opened", client.address);
      await client.close();
    }
    if (hosts.includes("[::1]")) return;
    await assert.rejects(new Client(server.wsPort, { host: "[::1]" }).opened, /ECONNREFUSED/);
  });
}

test("--threads N serves with N threads", async (t) => {
  const threadsOf = async (flag) => {
    const server = await DemoServer.start("--threads", flag);
    t.after(() => server.stop());
    return (await readdir(`/proc/${server.child.pid}/task`)).length;
  };
  // A sanitizer may have a thread of its own, from the first one of the program's on.
  const two = await threadsOf("2");
  assert.ok((await threadsOf("1")) < two);
  assert.equal(await threadsOf("4"), two + 2);
});

test("the printed URL tells the page the WebSocket port", async (t) => {
  const server = await DemoServer.start();
  t.after(() => server.stop());
  assert.equal(server.url, `http://localhost:${server.httpPort}/?ws=${server.wsPort}`);
  assert.notEqual(server.wsPort, server.httpPort);
});
