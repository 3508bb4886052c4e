import { once } from "node:events";

import { WebSocket } from "ws";

import { Feed, within } from "./feed.mjs";

/** A client of npm's `ws`: an implementation of RFC 6455 that is not ours. */
export class Client {
  static async open(port, options = {}) {
    const client = new Client(port, options);
    await within("the connection to open", client.opened);
    return client;
  }

  constructor(port, { host = "127.0.0.1", path = "/", protocols = [], ...options } = {}) {
    this.messages = new Feed("the client's messages");
    this.socket = new WebSocket(`ws://${host}:${port}${path}`, protocols, {
      perMessageDeflate: false,
      ...options,
    });
    this.socket.on("message", (data, isBinary) => {
      this.messages.push({
        text: data.toString("utf8"),
        bytes: data.length,
        isBinary,
        at: performance.now(),
      });
    });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("open", () => {
        const { localAddress, localPort } = this.socket._socket;
        this.address = localAddress.includes(":")
          ? `[${localAddress}]:${localPort}`
          : `${localAddress}:${localPort}`;
        resolve();
      });
      this.socket.once("error", reject);
    });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.messages.end(`closed with ${code} ${reason}`);
        resolve({ code, reason: reason.toString("utf8") });
      });
    });
  }

  /** The payloads of the first `count` messages. */
  async texts(count) {
    await this.messages.at(count - 1);
    return this.messages.items.slice(0, count).map((message) => message.text);
  }

  send(data) {
    this.socket.send(data);
  }

  async pong(payload) {
    const answered = once(this.socket, "pong");
    this.socket.ping(payload);
    const [answer] = await within("a pong", answered);
    return answer.toString("utf8");
  }

  /** Closes, and tells what the server answered. */
  async close(code, reason) {
    this.socket.close(code, reason);
    return within("the connection to close", this.closed);
  }

  vanish() {
    this.socket.terminate();
  }
}
