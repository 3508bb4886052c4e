// Plain HTTP: the page, and correct refusals of everything else.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Agent, get, request as httpRequest } from "node:http";
import { after, before, test } from "node:test";

import { DemoServer } from "./support/demo_server.mjs";
import { within } from "./support/feed.mjs";
import { exchange, firstResponse, HANDSHAKE, parseResponse, request } from "./support/raw.mjs";

const WEB = new URL("../../web/", import.meta.url);

let server;
before(async () => (server = await DemoServer.start()));
after(() => server?.kill());

function ask(path, { method = "GET", headers = {}, host = "127.0.0.1", agent } = {}) {
  const answered = new Promise((resolve, reject) => {
    const options = { host, port: server.httpPort, path, method, headers, agent };
    const sent = httpRequest(options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(parts),
        })
      );
    });
    sent.on("error", reject);
    sent.end();
  });
  return within(`an answer to ${method} ${path}`, answered);
}

async function askRaw(port, ...lines) {
  return parseResponse(await exchange(port, request(...lines)));
}

for (const [path, file, type] of [
  ["/", "index.html", /^text\/html/],
  ["/index.html", "index.html", /^text\/html/],
  ["/?ws=1234", "index.html", /^text\/html/],
  ["/style.css", "style.css", /^text\/css/],
  ["/app.js", "app.js", /^(text|application)\/javascript/],
]) {
  test(`GET ${path}`, async () => {
    const wanted = await readFile(new URL(file, WEB));
    const answer = await ask(path);
    assert.equal(answer.status, 200);
    assert.match(answer.headers["content-type"], type);
    assert.equal(answer.headers["content-length"], String(wanted.length));
    assert.ok(answer.headers.etag);
    assert.deepEqual(answer.body, wanted);
  });
}

test("HEAD has the headers of GET and no body", async () => {
  const [got, head] = await Promise.all([ask("/"), ask("/", { method: "HEAD" })]);
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
  for (const name of ["content-type", "content-length", "etag"]) {
    assert.equal(head.headers[name], got.headers[name], name);
  }
});

test("a known ETag is answered 304 without a body", async () => {
  const { headers } = await ask("/style.css");
  const again = await ask("/style.css", { headers: { "If-None-Match": headers.etag } });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
  assert.equal(again.headers.etag, headers.etag);
  const other = await ask("/style.css", { headers: { "If-None-Match": '"something else"' } });
  assert.equal(other.status, 200);
});

test("a connection is kept for further requests", async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  let sockets = 0;
  for (const path of ["/", "/app.js", "/missing", "/style.css"]) {
    const answered = new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: server.httpPort, path, agent };
      const sent = get(options, (response) => response.resume().on("end", resolve));
      sent.on("error", reject);
      sent.on("socket", () => (sockets += sent.reusedSocket ? 0 : 1));
    });
    await within(`an answer to ${path}`, answered);
  }
  assert.equal(sockets, 1);
});

test("requests sent together are answered in order", async () => {
  const answers = await exchange(
    server.httpPort,
    Buffer.concat([
      request("GET /style.css HTTP/1.1", "Host: localhost"),
      request("HEAD /app.js HTTP/1.1", "Host: localhost"),
      request("GET /missing HTTP/1.1", "Host: localhost", "Connection: close"),
    ])
  );
  const statuses = answers.toString("latin1").match(/HTTP\/1\.1 \d{3}/g);
  assert.deepEqual(statuses, ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]);
});

test("is reached at both loopback addresses", async () => {
  for (const host of ["127.0.0.1", "::1"]) assert.equal((await ask("/", { host })).status, 200);
});

for (const path of ["/missing", "/index.html/", "/main.cpp"]) {
  test(`GET ${path} is 404`, async () => assert.equal((await ask(path)).status, 404));
}

for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "BREW"]) {
  test(`${method} is 405 and says what is allowed`, async () => {
    const answer = await askRaw(
      server.httpPort,
      `${method} / HTTP/1.1`,
      "Host: localhost",
      "Connection: close"
    );
    assert.equal(answer.status, 405);
    assert.deepEqual(answer.headers.allow.split(/, */).sort(), ["GET", "HEAD"]);
  });
}

for (const path of [
  "/../CMakeLists.txt",
  "/../../../../../../etc/passwd",
  "/%2e%2e/CMakeLists.txt",
  "/..%2fCMakeLists.txt",
  "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "/.%2e/CMakeLists.txt",
  "/x/../../CMakeLists.txt",
  "//etc/passwd",
  "/%2fetc/passwd",
  "/index.html%00.css",
  "/..\\CMakeLists.txt",
  "/..%5cCMakeLists.txt",
  "/%",
  "/%zz",
]) {
  test(`${path} does not leave the folder`, async () => {
    const answer = await askRaw(
      server.httpPort,
      `GET ${path} HTTP/1.1`,
      "Host: localhost",
      "Connection: close"
    );
    assert.ok(answer.status === 400 || answer.status === 404, `status ${answer.status}`);
    assert.doesNotMatch(answer.rest.toString(), /root:|cmake_minimum_required/);
  });
}

const host = "Host: localhost";
const malformed = {
  "no Host": [["GET / HTTP/1.1"], 400],
  "two Hosts": [["GET / HTTP/1.1", host, "Host: elsewhere"], 400],
  "a space before the colon": [["GET / HTTP/1.1", "Host : localhost"], 400],
  "a folded header": [["GET / HTTP/1.1", host, "X: a", " b"], 400],
  "no version": [["GET /", host], 400],
  "a strange version": [["GET / HTTP/9.z", host], 400],
  "a length that is no number": [["GET / HTTP/1.1", host, "Content-Length: abc"], 400],
  "a header without a colon": [["GET / HTTP/1.1", host, "nonsense"], 400],
  "a head over the limit": [["GET / HTTP/1.1", host, `X: ${"x".repeat(9000)}`], 431],
};
for (const [name, [lines, status]] of Object.entries(malformed)) {
  test(`${name} is ${status}, and the connection ends`, async () => {
    for (const port of [server.httpPort, server.wsPort]) {
      assert.equal((await askRaw(port, ...lines)).status, status);
    }
  });
}

for (const [name, header] of [
  ["a length", "Content-Length: 5"],
  ["chunks", "Transfer-Encoding: chunked"],
]) {
  test(`a request with a body (${name}) is refused and never read as another request`, async () => {
    const smuggled = request("GET /style.css HTTP/1.1", host);
    const bytes = Buffer.concat([request("GET / HTTP/1.1", host, header), smuggled]);
    const answer = (await exchange(server.httpPort, bytes)).toString("latin1");
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
    assert.equal(answer.match(/HTTP\/1\.1 /g).length, 1);
  });
}

test("an HTTP/1.0 client gets the page and the end of the connection", async () => {
  const answer = await askRaw(server.httpPort, "GET / HTTP/1.0");
  assert.equal(answer.status, 200);
  assert.ok(answer.rest.includes("</html>"));
});

const without = (name) => HANDSHAKE.filter((line) => !line.startsWith(name));
const changed = (name, value) => [...without(name), `${name}: ${value}`];
const upgrades = {
  "a plain GET": [["GET / HTTP/1.1", host, "Connection: close"], 426],
  "another version": [changed("Sec-WebSocket-Version", "8"), 426],
  "a version that only begins right": [changed("Sec-WebSocket-Version", "13abc"), 400],
  "no version": [without("Sec-WebSocket-Version"), 426],
  "no key": [without("Sec-WebSocket-Key"), 400],
  "a key that is too short": [changed("Sec-WebSocket-Key", "c2hvcnQ="), 400],
  "an Upgrade that only begins right": [changed("Upgrade", "notwebsocketx"), 400],
  "a Connection without upgrade": [changed("Connection", "close"), 400],
  "a foreign origin": [[...HANDSHAKE, "Origin: http://evil.example"], 403],
  "an origin that only begins right": [
    [...HANDSHAKE, "Origin: http://localhost.evil.example"],
    403,
  ],
  "a null origin": [[...HANDSHAKE, "Origin: null"], 403],
};
for (const [name, [lines, status]] of Object.entries(upgrades)) {
  test(`on the WebSocket port, ${name} is ${status}`, async () => {
    const answer = await firstResponse(server.wsPort, request(...lines));
    assert.equal(answer.status, status);
    if (status === 426) {
      assert.equal(answer.headers["sec-websocket-version"], "13");
      assert.match(answer.headers.upgrade ?? "", /websocket/i);
    }
  });
}

for (const [name, lines] of Object.entries({
  "no origin": HANDSHAKE,
  "the page's origin": [...HANDSHAKE, "Origin: http://localhost:8080"],
  "an origin of the same host, written large": [...HANDSHAKE, "Origin: http://LOCALHOST:1"],
  "lists of tokens": [
    ...HANDSHAKE.filter((line) => !/^(Upgrade|Connection)/.test(line)),
    "Upgrade: h2c, WebSocket",
    "Connection: keep-alive, Upgrade",
  ],
})) {
  test(`on the WebSocket port, ${name} is let in`, async () => {
    const answer = await firstResponse(server.wsPort, request(...lines));
    assert.equal(answer.status, 101);
    assert.equal(answer.headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });
}

test("offered subprotocols and extensions are not answered", async () => {
  const answer = await firstResponse(
    server.wsPort,
    request(
      ...HANDSHAKE,
      "Sec-WebSocket-Protocol: chat, superchat",
      "Sec-WebSocket-Extensions: permessage-deflate"
    )
  );
  assert.equal(answer.status, 101);
  assert.equal(answer.headers["sec-websocket-protocol"], undefined);
  assert.equal(answer.headers["sec-websocket-extensions"], undefined);
});

test("a WebSocket request to the page's port is 404", async () => {
  assert.equal((await firstResponse(server.httpPort, request(...HANDSHAKE))).status, 404);
});

test("ends well after all this", async () => {
  await server.stop();
});
