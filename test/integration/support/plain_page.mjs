import { close, HANDSHAKE, parseFrames, parseResponse, RawClient, request, text } from "./raw.mjs";

// Frames are strings here, a character for each byte, so that what differs can be read.

/** A text frame of a server, by the letter of RFC 6455. */
const sent = (payload) => String.fromCharCode(0x81, payload.length) + payload;

export const GOTCHA = sent('{"message":"Gotcha"}');
export const CHANGED = sent('{"message":"Something changed"}');
export const HELLO = sent('{"message":"Hello hello!"}'); // at the interval
const REASON = "closed by the user";
export const CLOSED = String.fromCharCode(0x88, 2 + REASON.length, 1000 >> 8, 1000 & 255) + REASON;

/** The answer to a handshake has nothing that changes, such as the time of day. */
export const ACCEPTED = [
  "HTTP/1.1 101 Switching Protocols",
  "Connection: Upgrade",
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  "Upgrade: websocket",
  "\r\n",
].join("\r\n");

/** What a browser's handshake has besides. */
const OF_A_BROWSER = [
  "Origin: http://localhost",
  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
];

/** The demo's page as the server sees it: it says what the page says, and keeps every byte it gets. */
export class PlainPage {
  constructor(port) {
    this.connection = new RawClient(port);
  }

  /** The server's answer to the handshake, as it came. */
  get head() {
    const { received } = this.connection;
    return received.toString("latin1", 0, received.indexOf("\r\n\r\n") + 4);
  }

  get #frames() {
    const frames = parseFrames(parseResponse(this.connection.received).rest);
    return frames.map(({ bytes }) => bytes.toString("latin1"));
  }

  /** The frames so far; those of the timer come when they come, and are apart. */
  get frames() {
    return this.#frames.filter((frame) => frame !== HELLO);
  }

  get hellos() {
    return this.#frames.filter((frame) => frame === HELLO);
  }

  async open() {
    await this.connection.send(request(...HANDSHAKE, ...OF_A_BROWSER));
    await this.hear(1);
  }

  say(message) {
    return this.connection.send(text(JSON.stringify({ message })));
  }

  /** Waits for so many frames, those of the timer not counted. */
  hear(count) {
    return this.connection.until(`${count} frames`, () => this.frames.length >= count);
  }

  hearTimer() {
    const count = this.hellos.length + 1;
    return this.connection.until(`hello ${count}`, () => this.hellos.length >= count);
  }

  /** Closes as the page does, and waits until the server has ended the connection. */
  async close() {
    await this.connection.send(close(1000, REASON));
    await this.connection.untilEnd();
  }
}
