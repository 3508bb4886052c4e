// Bytes that arrive one at a time, in pairs and all at once are answered alike.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DemoServer } from "./support/demo_server.mjs";
import {
  close,
  exchange,
  frame,
  HANDSHAKE,
  parseFrames,
  parseResponse,
  ping,
  request,
  text,
} from "./support/raw.mjs";

const SIZES = [1, 2, 7, Infinity];
const TEXT = 1;
const CLOSE = 8;
const PONG = 10;

let server;
before(async () => (server = await DemoServer.start()));
after(() => server?.kill());

const inPieces = (port, bytes, size) => exchange(port, bytes, Math.min(size, bytes.length));

const requests = {
  "a file": [200, request("GET /style.css HTTP/1.1", "Host: localhost", "Connection: close")],
  "a HEAD": [200, request("HEAD / HTTP/1.1", "Host: localhost", "Connection: close")],
  "a missing file": [404, request("GET /no HTTP/1.1", "Host: localhost", "Connection: close")],
  "another method": [405, request("POST / HTTP/1.1", "Host: localhost", "Connection: close")],
  "a malformed request": [400, request("GET / HTTP/1.1", "Host : localhost")],
  "empty lines first": [
    200,
    Buffer.concat([
      Buffer.from("\r\n"),
      request("GET / HTTP/1.1", "Host: localhost", "Connection: close"),
    ]),
  ],
};
for (const [name, [status, bytes]] of Object.entries(requests)) {
  test(`HTTP, ${name}`, async () => {
    const answers = [];
    for (const size of SIZES) {
      const answer = parseResponse(await inPieces(server.httpPort, bytes, size));
      delete answer.headers.date;
      answers.push(answer);
    }
    assert.equal(answers[0].status, status);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });
}

// Payloads by opcode: a pong may overtake messages at a frame boundary, so only the order within
// an opcode is certain.
function byOpcode(frames) {
  const sorted = {};
  for (const { opcode, payload } of frames) {
    (sorted[opcode] ??= []).push(opcode === CLOSE ? payload.readUInt16BE(0) : payload.toString());
  }
  return sorted;
}

const GOTCHA = '{"message":"Gotcha"}';
const CHANGED = '{"message":"Something changed"}';

const conversations = {
  "messages, a ping and a close": [
    [text("Hey"), ping("p1"), frame(0x82, Buffer.from([0, 1, 2])), close(1000)],
    { [TEXT]: [GOTCHA, CHANGED, CHANGED], [CLOSE]: [1000], [PONG]: ["p1"] },
  ],
  "a message in fragments with a ping between them": [
    [
      frame(0x01, Buffer.from("H")),
      frame(0x00, Buffer.from("")),
      ping("between"),
      frame(0x80, Buffer.from("ey")),
      close(4321),
    ],
    { [TEXT]: [GOTCHA, CHANGED], [CLOSE]: [4321], [PONG]: ["between"] },
  ],
  "a message of three length bytes": [
    [text("x".repeat(300)), close(1001)],
    { [TEXT]: [GOTCHA, CHANGED], [CLOSE]: [1001] },
  ],
  "UTF-8 that is cut between fragments": [
    [frame(0x01, Buffer.from([0xc3])), frame(0x80, Buffer.from([0xbc])), close(1000)],
    { [TEXT]: [GOTCHA, CHANGED], [CLOSE]: [1000] },
  ],
};

const faults = {
  "a frame without a mask": [frame(0x81, Buffer.from("Hey"), { masked: false }), 1002],
  "a reserved bit": [frame(0xc1, Buffer.from("Hey")), 1002],
  "a reserved opcode": [frame(0x83, Buffer.from("Hey")), 1002],
  "a continuation of nothing": [frame(0x80, Buffer.from("Hey")), 1002],
  "a ping in fragments": [frame(0x09, Buffer.from("Hey")), 1002],
  "a ping of 126 bytes": [frame(0x89, Buffer.alloc(126)), 1002],
  "a close code that must not be sent": [close(1005), 1002],
  "text that is not UTF-8": [frame(0x81, Buffer.from([0xc3, 0x28])), 1007],
  "text that ends inside a character": [frame(0x81, Buffer.from([0xc3])), 1007],
  "a message over the limit": [frame(0x81, Buffer.from("Hey"), { length: 70_000 }), 1009],
};
for (const [name, [frames, wanted]] of Object.entries(conversations)) {
  test(`WebSocket, ${name}`, async () => {
    const bytes = Buffer.concat([request(...HANDSHAKE), ...frames]);
    for (const size of SIZES) {
      const answer = parseResponse(await inPieces(server.wsPort, bytes, size));
      assert.equal(answer.status, 101);
      assert.deepEqual(byOpcode(parseFrames(answer.rest)), wanted, `in pieces of ${size}`);
    }
  });
}

for (const [name, [bytes, code]] of Object.entries(faults)) {
  test(`WebSocket, ${name}`, async () => {
    const all = Buffer.concat([request(...HANDSHAKE), text("fine"), bytes]);
    for (const size of SIZES) {
      const answer = parseResponse(await inPieces(server.wsPort, all, size));
      assert.equal(answer.status, 101);
      // A fault drops what waits to be sent, so it may come before the last messages or behind them.
      const answers = byOpcode(parseFrames(answer.rest));
      assert.deepEqual(answers[CLOSE], [code], `in pieces of ${size}`);
      const texts = answers[TEXT] ?? [];
      assert.deepEqual(texts, [GOTCHA, CHANGED].slice(0, texts.length));
    }
  });
}

test("ends well after all this", async () => {
  await server.stop();
});
