import { connect } from "node:net";

import { DEADLINE_MS, within } from "./feed.mjs";

/** The bytes of a request; lines end as RFC 9112 wants. */
export function request(...lines) {
  return Buffer.from([...lines, "", ""].join("\r\n"), "latin1");
}

export const HANDSHAKE = [
  "GET / HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A frame of a client; `first` is its first byte, FIN, RSV and opcode together. */
export function frame(first, payload, { masked = true, length = payload.length } = {}) {
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const flag = masked ? 0x80 : 0;
  let head;
  if (length < 126) {
    head = Buffer.from([first, flag | length]);
  } else if (length < 65536) {
    head = Buffer.from([first, flag | 126, length >> 8, length & 255]);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = flag | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  if (!masked) return Buffer.concat([head, payload]);
  const body = Buffer.from(payload.map((byte, index) => byte ^ mask[index % 4]));
  return Buffer.concat([head, mask, body]);
}

export const text = (payload) => frame(0x81, Buffer.from(payload));
export const ping = (payload) => frame(0x89, Buffer.from(payload));

export function close(code, reason = "") {
  return frame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));
}

/** The frames that a server sent: opcode, payload, and all their bytes. */
export function parseFrames(bytes) {
  const frames = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = bytes[at] & 15;
    let length = bytes[at + 1];
    let begin = at + 2;
    if (length === 126) {
      length = bytes.readUInt16BE(begin);
      begin += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(begin));
      begin += 8;
    }
    if (begin + length > bytes.length) break;
    const end = begin + length;
    frames.push({ opcode, payload: bytes.subarray(begin, end), bytes: bytes.subarray(at, end) });
    at = end;
  }
  return frames;
}

/** A response, cut into its parts; `rest` is what follows the head. */
export function parseResponse(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  const [statusLine, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(statusLine.split(" ")[1]), headers, rest: bytes.subarray(end + 4) };
}

/** Open a TCP connection that collects what arrives; `enough` decides when to stop reading. */
export class RawClient {
  constructor(port, host = "127.0.0.1") {
    this.received = Buffer.alloc(0);
    this.checks = [];
    this.socket = connect({ port, host, noDelay: true });
    this.connected = new Promise((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("error", reject);
    });
    this.connected.catch(() => {});
    this.socket.on("data", (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.checks.forEach((check) => check());
    });
    this.socket.on("error", () => {});
    this.ended = new Promise((resolve) => this.socket.once("close", resolve));
  }

  /** Sends in pieces of `size` bytes, each in a system call of its own. */
  async send(bytes, size = bytes.length) {
    await within("a TCP connection", this.connected);
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += size) {
      await new Promise((done) => this.socket.write(bytes.subarray(at, at + size), done));
      await new Promise((done) => setImmediate(done));
    }
  }

  /** Waits until the bytes received are `enough`. */
  until(what, enough) {
    const found = new Promise((resolve) => {
      const check = () => {
        if (enough(this.received)) resolve();
      };
      this.checks.push(check);
      check();
    });
    return within(what, found, DEADLINE_MS).catch((error) => {
      throw new Error(`${error.message}; there was: ${this.received.toString("latin1")}`);
    });
  }

  async untilEnd() {
    await within("the server to end the connection", this.ended);
    return this.received;
  }

  drop() {
    this.socket.destroy();
  }
}

/** Sends bytes, waits for the server to end the connection, and returns what it sent. */
export async function exchange(port, bytes, size) {
  const client = new RawClient(port);
  try {
    await client.send(bytes, size);
    return await client.untilEnd();
  } finally {
    client.drop();
  }
}

/** The response to bytes behind which the connection may stay open. */
export async function firstResponse(port, bytes) {
  const client = new RawClient(port);
  try {
    await client.send(bytes);
    await client.until("a response", (received) => received.includes("\r\n\r\n"));
    return parseResponse(client.received);
  } finally {
    client.drop();
  }
}
