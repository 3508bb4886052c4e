// permessage-deflate with clients that are not ours: npm's `ws`, and every offer of RFC 7692.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { DeflateServer } from "./support/deflate_server.mjs";
import { HANDSHAKE, parseResponse, RawClient, request } from "./support/raw.mjs";

const ROWS = JSON.stringify(
  Array.from({ length: 200 }, (_, i) => ({ id: i, symbol: "ABC", price: (i * 37) % 1000 }))
);

let server;
before(async () => (server = await DeflateServer.start()));
after(() => server?.kill());

async function offer(extensions) {
  const client = new RawClient(server.port);
  const header = extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`];
  await client.send(request(...HANDSHAKE, ...header));
  await client.until("a response", (bytes) => bytes.includes("\r\n\r\n"));
  client.drop();
  return parseResponse(client.received);
}

const ACCEPTED =
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const answers = [
  ["permessage-deflate", ACCEPTED],
  ["permessage-deflate; client_max_window_bits", ACCEPTED],
  ["permessage-deflate; client_max_window_bits=10", ACCEPTED],
  ["permessage-deflate; server_no_context_takeover; client_no_context_takeover", ACCEPTED],
  ["permessage-deflate; server_max_window_bits=15", `${ACCEPTED}; server_max_window_bits=15`],
  ["permessage-deflate; server_max_window_bits=10", `${ACCEPTED}; server_max_window_bits=10`],
  ["permessage-deflate; server_max_window_bits=10, permessage-deflate", ACCEPTED],
  ["permessage-deflate; client_max_window_bits=16", undefined],
  ["permessage-deflate; client_max_window_bits; client_max_window_bits", undefined],
  ["permessage-deflate; unknown=1", undefined],
  ["permessage-bzip2", undefined],
  [undefined, undefined],
];
for (const [offered, expected] of answers) {
  test(`answers the offer "${offered}"`, async () => {
    const response = await offer(offered);
    assert.equal(response.status, 101);
    assert.equal(response.headers["sec-websocket-extensions"], expected);
  });
}

test("refuses a malformed offer", async () => {
  assert.equal((await offer("permessage-deflate; =1")).status, 400);
});

test("ws sends and receives compressed messages of every size", async () => {
  const client = await Client.open(server.port, { perMessageDeflate: { threshold: 0 } });
  assert.match(client.socket.extensions, /permessage-deflate/);
  const sizes = [0, 1, 255, 256, 1000, 20_000, 65_536];
  for (const size of sizes) client.send("x".repeat(size));
  assert.deepEqual(
    (await client.texts(sizes.length)).map((text) => text.length),
    sizes
  );
  client.send(ROWS);
  assert.equal((await client.texts(sizes.length + 1)).at(-1), ROWS);
  client.send(Buffer.from(ROWS));
  await client.texts(sizes.length + 2);
  assert.equal(client.messages.items.at(-1).isBinary, true);
  assert.equal((await client.close(1000, "bye")).code, 1000);
});

test("every offer that ws can make works", async () => {
  for (const wish of [
    { serverNoContextTakeover: true },
    { clientNoContextTakeover: true },
    { clientMaxWindowBits: 10 },
    { clientMaxWindowBits: 15, serverMaxWindowBits: 15 },
  ]) {
    const client = await Client.open(server.port, {
      perMessageDeflate: { threshold: 0, ...wish },
    });
    assert.match(client.socket.extensions, /permessage-deflate/, JSON.stringify(wish));
    client.send(ROWS);
    client.send(ROWS);
    assert.deepEqual(await client.texts(2), [ROWS, ROWS], JSON.stringify(wish));
    await client.close();
  }
});

test("an offer may be split over two lines", async () => {
  const response = await offer(
    "permessage-deflate; server_max_window_bits=9\r\nSec-WebSocket-Extensions: permessage-deflate"
  );
  assert.equal(response.headers["sec-websocket-extensions"], ACCEPTED);
});

test("a publication is compressed once for all, and saves bytes", async () => {
  const before = await server.compressions();
  const clients = await Promise.all([
    ...Array.from({ length: 5 }, () => Client.open(server.port, { perMessageDeflate: true })),
    Client.open(server.port),
  ]);
  clients[0].send(ROWS);
  const seen = await Promise.all(clients.map((client) => client.texts(1)));
  for (const texts of seen) assert.deepEqual(texts, [ROWS]);
  assert.equal(await server.compressions(), before + 1);
  const compressed = clients[0].socket._socket.bytesRead;
  const plain = clients[5].socket._socket.bytesRead;
  assert.ok(compressed < plain / 2, `${compressed} bytes beside ${plain}`);
  await Promise.all(clients.map((client) => client.close()));
});

// Compressed for all, it would need more of the past than such a client keeps.
test("a client with a small window gets its messages uncompressed, and may compress its own", async () => {
  const client = await Client.open(server.port, {
    perMessageDeflate: { serverMaxWindowBits: 10, threshold: 0 },
  });
  assert.match(client.socket.extensions, /permessage-deflate/);
  const before = await server.compressions();
  client.send(ROWS);
  assert.deepEqual(await client.texts(1), [ROWS]);
  assert.equal(await server.compressions(), before);
  await client.close();
});
