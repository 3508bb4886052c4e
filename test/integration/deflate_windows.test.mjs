// permessage-deflate (RFC 7692) with every window and kind of context that an offer can ask for, and
// messages of many sizes in one frame and in several. Sections 12 and 13 of the Autobahn suite ask
// for the same.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { DeflateServer } from "./support/deflate_server.mjs";
import { HANDSHAKE, parseResponse, RawClient, request } from "./support/raw.mjs";

let server;
before(async () => (server = await DeflateServer.start()));
after(() => server?.kill());

const BITS = ["", "8", "9", "10", "11", "12", "13", "14", "15"];
const FLAGS = [
  "",
  "; server_no_context_takeover",
  "; client_no_context_takeover",
  "; server_no_context_takeover; client_no_context_takeover",
];

/** Answers to these are what section 7.1 of the RFC allows, or it throws. */
function assertAllowed(offered, answered) {
  const [name, ...parameters] = answered.split("; ");
  assert.equal(name, "permessage-deflate");
  const said = new Map(parameters.map((each) => each.split("=")));
  assert.equal(said.size, parameters.length, "no parameter twice");
  if (offered.serverBits) {
    // 7.1.2.1: without it, the server would not keep to what was asked.
    assert.ok(Number(said.get("server_max_window_bits")) <= Number(offered.serverBits));
  }
  if (offered.flags.includes("server_no")) assert.ok(said.has("server_no_context_takeover"));
  if (said.has("client_max_window_bits")) assert.ok(offered.clientBits !== undefined);
  const known = ["server_no_context_takeover", "client_no_context_takeover",
    "server_max_window_bits", "client_max_window_bits"];
  for (const each of said.keys()) assert.ok(known.includes(each), each);
}

test("every offer is answered as the RFC allows", async () => {
  const clients = [undefined, ...BITS];
  for (const serverBits of BITS) {
    for (const clientBits of clients) {
      for (const flags of FLAGS) {
        const offer = ["permessage-deflate"];
        if (serverBits) offer.push(`server_max_window_bits=${serverBits}`);
        if (clientBits !== undefined) {
          offer.push(clientBits ? `client_max_window_bits=${clientBits}` : "client_max_window_bits");
        }
        const header = `Sec-WebSocket-Extensions: ${offer.join("; ")}${flags}`;
        const client = new RawClient(server.port);
        await client.send(request(...HANDSHAKE, header));
        await client.until("a response", (bytes) => bytes.includes("\r\n\r\n"));
        client.drop();
        const { status, headers } = parseResponse(client.received);
        assert.equal(status, 101);
        assertAllowed({ serverBits, clientBits, flags }, headers["sec-websocket-extensions"]);
      }
    }
  }
});

const SIZES = [16, 1024, 16 * 1024, 60 * 1024];
const KINDS = {
  text: (size) => "All work and no play makes Jack a dull boy. ".repeat(size / 44 + 1).slice(0, size),
  noise: (size) => randomBytes(size).toString("base64").slice(0, size),
  json: (size) => JSON.stringify(Array.from({ length: size / 32 }, (_, i) => ({ id: i, price: (i * 37) % 997 }))),
};
const MESSAGES = SIZES.flatMap((size) => Object.values(KINDS).map((make) => make(size)));

/** In one frame, or in as many as there are pieces of this size. */
function send(client, message, piece) {
  if (!piece) return client.send(message);
  for (let at = 0; at < message.length; at += piece) {
    client.socket.send(message.slice(at, at + piece), { fin: at + piece >= message.length });
  }
}

const WINDOWS = [undefined, 9, 10, 11, 12, 13, 14, 15];
for (const takeover of [true, false]) {
  for (const clientMaxWindowBits of WINDOWS) {
    test(`client's window ${clientMaxWindowBits}, ${takeover ? "with" : "without"} context`, async () => {
      for (const serverMaxWindowBits of WINDOWS) {
        const client = await Client.open(server.port, {
          perMessageDeflate: {
            threshold: 0,
            clientMaxWindowBits,
            serverMaxWindowBits,
            // False would be no offer, but a threat to leave.
            clientNoContextTakeover: !takeover || undefined,
            serverNoContextTakeover: !takeover || undefined,
          },
        });
        assert.match(client.socket.extensions, /permessage-deflate/);
        const fragments = [0, 1000, 7];
        const expected = MESSAGES.map((message, number) => {
          const piece = fragments[number % fragments.length];
          // Not thousands of frames, which would be a test of patience.
          send(client, message, piece && Math.max(piece, Math.ceil(message.length / 50)));
          return message;
        });
        const got = await client.texts(expected.length);
        got.forEach((text, number) => assert.ok(text === expected[number], `message ${number}`));
        await client.close();
      }
    });
  }
}
