// permessage-deflate (RFC 7692) with every window and kind of context that an offer can ask for,
// messages of many sizes in one frame and in several, and UTF-8 that is cut between fragments.
// Sections 6, 12 and 13 of the Autobahn suite ask for the same.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { constants, deflateRawSync } from "node:zlib";

import { Client } from "./support/client.mjs";
import { DeflateServer } from "./support/deflate_server.mjs";
import {
  exchange,
  firstResponse,
  frame,
  HANDSHAKE,
  parseFrames,
  parseResponse,
  ping,
  RawClient,
  request,
} from "./support/raw.mjs";

const EXTENSIONS = "Sec-WebSocket-Extensions: ";

let server;
before(async () => (server = await DeflateServer.start()));
after(() => server?.kill());

// The answer to an offer.

const NUMBERS = ["8", "9", "10", "11", "12", "13", "14", "15"];
const ABSENT = undefined;
const BARE = true;

/** The parameters of one extension by their names; those without a value are true. */
function parse(extension) {
  const [name, ...parameters] = extension.split("; ");
  assert.equal(name, "permessage-deflate");
  const parsed = new Map();
  for (const [key, value = true] of parameters.map((each) => each.split("="))) {
    assert.ok(!parsed.has(key), `${key} is there twice`);
    parsed.set(key, value);
  }
  return parsed;
}

function format(parameters) {
  const set = Object.entries(parameters).filter(([, value]) => value !== ABSENT);
  const texts = set.map(([name, value]) => (value === BARE ? name : `${name}=${value}`));
  return ["permessage-deflate", ...texts].join("; ");
}

/** Throws unless section 7.1 of the RFC lets a server answer this to such an offer. */
function assertAllowed(offer, answer) {
  const offered = parse(offer);
  const said = parse(answer);
  for (const [name, value] of said) {
    if (name === "server_no_context_takeover" || name === "client_no_context_takeover") {
      assert.equal(value, BARE, `${name} has no value`);
    } else {
      assert.match(name, /^(server|client)_max_window_bits$/);
      assert.ok(NUMBERS.includes(value), `${name} is a number from 8 to 15`);
      const limit = offered.get(name) ?? ABSENT;
      if (limit !== ABSENT && limit !== BARE) {
        assert.ok(Number(value) <= Number(limit), `${name} is no more than was offered`);
      }
    }
  }
  // 7.1.1.1 and 7.1.2.1: who accepts these says so.
  for (const name of ["server_no_context_takeover", "server_max_window_bits"]) {
    if (offered.has(name)) assert.ok(said.has(name), `${name} is answered`);
  }
  // 7.1.2.2: not every client can keep to one.
  if (said.has("client_max_window_bits")) assert.ok(offered.has("client_max_window_bits"));
}

for (const [offer, answer] of [
  ["server_max_window_bits=10", "server_no_context_takeover"],
  ["server_max_window_bits=10", "server_max_window_bits=11"],
  ["server_max_window_bits=10", "server_max_window_bits"],
  ["server_max_window_bits=10", "server_max_window_bits=07"],
  ["client_max_window_bits=10", "client_max_window_bits=11"],
  ["client_max_window_bits", "client_max_window_bits"],
  ["client_max_window_bits", "client_max_window_bits=16"],
  ["client_no_context_takeover", "client_max_window_bits=15"],
  ["server_no_context_takeover", "client_no_context_takeover"],
  ["client_no_context_takeover", "client_no_context_takeover=1"],
  ["client_no_context_takeover", "no_context_takeover"],
  ["client_no_context_takeover", "client_no_context_takeover; client_no_context_takeover"],
]) {
  test(`"${answer}" would be no answer to "${offer}"`, () => {
    const [offered, said] = [offer, answer].map((each) => `permessage-deflate; ${each}`);
    assert.throws(() => assertAllowed(offered, said), assert.AssertionError);
  });
}

test("every offer is answered as the RFC allows", async () => {
  const offers = [ABSENT, ...NUMBERS].flatMap((server_max_window_bits) =>
    [ABSENT, BARE, ...NUMBERS].flatMap((client_max_window_bits) =>
      [ABSENT, BARE].flatMap((server_no_context_takeover) =>
        [ABSENT, BARE].map((client_no_context_takeover) =>
          format({
            server_max_window_bits,
            client_max_window_bits,
            server_no_context_takeover,
            client_no_context_takeover,
          })
        )
      )
    )
  );
  assert.equal(new Set(offers).size, 9 * 10 * 4);
  for (const offer of offers) {
    const handshake = request(...HANDSHAKE, EXTENSIONS + offer);
    const { status, headers } = await firstResponse(server.port, handshake);
    assert.equal(status, 101, offer);
    const answer = headers["sec-websocket-extensions"];
    assert.ok(answer, `"${offer}" is accepted`);
    try {
      assertAllowed(offer, answer);
    } catch (error) {
      throw new Error(`"${offer}" was answered with "${answer}"`, { cause: error });
    }
  }
});

// Messages, there and back.

const SIZES = [16, 1024, 16 * 1024, 60 * 1024];
const EACH = 20;
const PROVERB = "All work and no play makes Jack a dull boy. ";
const rows = (first, size) =>
  Array.from({ length: size / 16 + 1 }, (_, i) => ({ id: first + i, price: (i * 37) % 997 }));
const KINDS = [
  (number, size) => `${number}. `.padEnd(size, PROVERB),
  (number, size) => randomBytes(size).toString("base64"),
  (number, size) => JSON.stringify(rows(number, size)),
];
const MESSAGES = SIZES.flatMap((size) =>
  Array.from({ length: EACH }, (_, number) =>
    KINDS[number % KINDS.length](number, size).slice(0, size)
  )
);
const FEW = MESSAGES.filter((message, number) => number % EACH < 3 && message.length <= 16 * 1024);
const PIECES = [1, 2, 5, 17]; // one more than there are kinds, so each kind comes in each

/** In one frame, or in several of one size. */
function send(client, message, pieces) {
  const size = Math.ceil(message.length / pieces);
  for (let at = 0; at < message.length; at += size) {
    client.socket.send(message.slice(at, at + size), { fin: at + size >= message.length });
  }
}

async function echo(messages, options) {
  const client = await Client.open(server.port, {
    perMessageDeflate: { threshold: 0, ...options },
  });
  const what = `${JSON.stringify(options)}, "${client.socket.extensions}"`;
  assert.match(client.socket.extensions, /permessage-deflate/, what);
  const handshake = client.socket._socket.bytesWritten;
  messages.forEach((message, number) => send(client, message, PIECES[number % PIECES.length]));
  const got = await client.texts(messages.length);
  // Not one assertion for all, which would print all.
  got.forEach((text, number) => assert.ok(text === messages[number], `${what}: ${number}`));
  const { bytesRead, bytesWritten } = client.socket._socket;
  const end = await client.close(1000);
  assert.equal(end.code, 1000, what);
  assert.equal(client.messages.items.length, messages.length, what);
  return { received: bytesRead, sent: bytesWritten - handshake };
}

const WINDOWS = [ABSENT, ...NUMBERS.map(Number)];
// False would be no offer, but a threat to leave. One side alone: see deflate.test.mjs.
const TAKEOVERS = {
  "contexts may be kept": {},
  "no context is kept": { serverNoContextTakeover: true, clientNoContextTakeover: true },
};

const TOTAL = MESSAGES.reduce((sum, message) => sum + message.length, 0);
for (const [context, takeover] of Object.entries(TAKEOVERS)) {
  test(`every pair of windows, where ${context}`, async () => {
    for (const serverMaxWindowBits of WINDOWS) {
      for (const clientMaxWindowBits of WINDOWS) {
        await echo(FEW, { serverMaxWindowBits, clientMaxWindowBits, ...takeover });
      }
    }
  });

  for (const window of WINDOWS) {
    test(`both windows ${window ?? "not limited"}, where ${context}`, async () => {
      const options = { serverMaxWindowBits: window, clientMaxWindowBits: window, ...takeover };
      const { received, sent } = await echo(MESSAGES, options);
      assert.ok(sent < TOTAL / 2, `they are sent compressed: ${sent} bytes for ${TOTAL}`);
      // A smaller window is served without compression, see deflate.test.mjs.
      const isCompressed = window === ABSENT || window === 15;
      assert.ok(!isCompressed || received < TOTAL / 2, `${received} bytes for ${TOTAL}`);
    });
  }
}

// UTF-8 in fragments.

const TEXT = 1;
const CLOSE = 8;
const PONG = 10;
const [RSV1, FIN] = [0x40, 0x80];
// Characters of one to four bytes, at the ends of what may be coded in so many.
const CHARACTERS = "\u0000a\u007f\u0080ß\u07ff\u0800κ€\ud7ff\ue000\uffff\u{10000}😀\u{10ffff}";
const BYTES = Buffer.from(CHARACTERS);

/** A text message, with one fragment for each of `pieces`. */
function fragments(pieces, { rsv1 = 0 } = {}) {
  return pieces.map((piece, number) => {
    const fin = number === pieces.length - 1 ? FIN : 0;
    return frame(fin | (number === 0 ? TEXT | rsv1 : 0), piece);
  });
}

const FORMS = {
  plain: fragments,
  /** Each fragment has what inflates to its piece, and not a byte of the next. */
  compressed: (pieces) =>
    fragments(
      pieces.map((piece, number) => {
        const flushed = deflateRawSync(piece, { finishFlush: constants.Z_SYNC_FLUSH });
        return number === pieces.length - 1 ? flushed.subarray(0, -4) : flushed;
      }),
      { rsv1: RSV1 }
    ),
};

/** Begins a connection that may send compressed messages but, by its window, gets none. */
const OPEN = request(...HANDSHAKE, `${EXTENSIONS}permessage-deflate; server_max_window_bits=9`);
const framesIn = (bytes) =>
  bytes.includes("\r\n\r\n") ? parseFrames(parseResponse(bytes).rest) : [];
const EMPTY = Buffer.alloc(0);

for (const [form, make] of Object.entries(FORMS)) {
  test(`UTF-8 may be cut anywhere between ${form} fragments`, async () => {
    const messages = [make([...BYTES].map((byte) => Buffer.from([byte])))];
    for (let cut = 0; cut <= BYTES.length; ++cut) {
      const halves = [BYTES.subarray(0, cut), BYTES.subarray(cut)];
      const [first, second] = make(halves);
      messages.push([first, second], [first, ping(`${cut}`), second]);
      messages.push(make([halves[0], EMPTY, halves[1]]));
    }
    const client = new RawClient(server.port);
    await client.send(Buffer.concat([OPEN, ...messages.flat()]));
    const of = (opcode) =>
      framesIn(client.received)
        .filter((each) => each.opcode === opcode)
        .map(({ payload }) => payload.toString());
    const last = `${BYTES.length}`;
    await client.until(
      "all messages and the last pong, or a close",
      () =>
        (of(TEXT).length >= messages.length && of(PONG).at(-1) === last) || of(CLOSE).length > 0
    );
    // RFC 6455, section 5.5.3: of pings that wait for their pongs, only the last must get one.
    const pongs = of(PONG).map(Number);
    assert.deepEqual(pongs, [...new Set(pongs)].sort((a, b) => a - b));
    assert.deepEqual(of(TEXT), messages.map(() => CHARACTERS));
    assert.deepEqual(of(CLOSE), []);
    client.drop();
  });

  test(`UTF-8 may be cut anywhere between ${form} fragments of ws`, async () => {
    const client = await Client.open(server.port, {
      perMessageDeflate: form === "compressed" && { threshold: 0 },
    });
    for (let cut = 0; cut <= BYTES.length; ++cut) {
      client.socket.send(BYTES.subarray(0, cut), { binary: false, fin: false });
      client.socket.send(BYTES.subarray(cut), { fin: true });
    }
    const expected = Array.from({ length: BYTES.length + 1 }, () => CHARACTERS);
    assert.deepEqual(await client.texts(expected.length), expected);
    assert.equal((await client.close(1000)).code, 1000);
  });

  for (const [name, pieces] of Object.entries({
    "a byte that is never used": ["fine", [0xff]],
    "a byte that is never used, in the third": ["fine", "€", [0x61, 0xfe]],
    "no continuation of what was begun": [[0x61, 0xe2, 0x82], [0x28, 0x61]],
    "a continuation of nothing": ["€", [0x82]],
    "a continuation too many, behind an empty one": ["€", "", [0xac]],
    "a surrogate": [[0xed], [0xa0, 0x80]],
    "a character in more bytes than it needs": [[0x61, 0xe0], [0x80, 0x80]],
    "a character behind the last": [[0xf4], [0x90, 0x80, 0x80]],
    "an end inside a character": ["fine", [0xf0, 0x9f, 0x98]],
    "an end inside a character, in an empty one": ["fine", [0xc3], ""],
  })) {
    test(`1007 for ${name}, in ${form} fragments`, async () => {
      const bytes = make(pieces.map((piece) => Buffer.from(piece)));
      for (const size of [undefined, 1]) {
        const answer = await exchange(server.port, Buffer.concat([OPEN, ...bytes]), size);
        const frames = framesIn(answer);
        assert.deepEqual(frames.map(({ opcode }) => opcode), [CLOSE]);
        assert.equal(frames[0].payload.readUInt16BE(0), 1007);
      }
    });
  }
}
