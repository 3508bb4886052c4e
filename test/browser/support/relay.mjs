import { once } from "node:events";
import { connect, createServer } from "node:net";

/** A network between a page and a server, over TCP, that can be taken away. */
export class Relay {
  static async start(targetPort) {
    const relay = new Relay(targetPort);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  #targetPort;
  #server = createServer((near) => this.#accept(near));
  #sockets = new Map(); // each with that at the other end of its line, until the line is lost
  #lose; // what becomes of connections while there is no network

  constructor(targetPort) {
    this.#targetPort = targetPort;
  }

  get port() {
    return this.#server.address().port;
  }

  /** Connections end without a close frame, and so do new ones. */
  cut() {
    this.#goOffline((socket) => socket.destroy());
  }

  /** Connections stay open, and nothing comes through them, now or later; nobody is told. */
  blackHole() {
    this.#goOffline((socket) => socket.unpipe().resume());
  }

  /** New connections come through. Those that were lost stay lost. */
  goOnline() {
    this.#lose = undefined;
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  #goOffline(lose) {
    this.#lose = lose;
    for (const socket of this.#sockets.keys()) {
      this.#sockets.set(socket, undefined);
      lose(socket);
    }
  }

  #accept(near) {
    const far = this.#lose ? undefined : connect(this.#targetPort, "127.0.0.1");
    this.#keep(near, far);
    if (far) {
      this.#keep(far, near);
      near.pipe(far).pipe(near);
    } else {
      this.#lose(near);
    }
  }

  #keep(socket, other) {
    this.#sockets.set(socket, other);
    socket.on("error", () => {}); // a close follows
    socket.on("close", () => {
      this.#sockets.get(socket)?.destroy();
      this.#sockets.delete(socket);
    });
  }
}

/**
 * Ways of a page to lose its network: what happens to the network, and what the page says of it.
 * Chromium's own way of being offline leaves WebSockets that are open as they are, so it is not
 * enough.
 */
export const OUTAGES = [
  ["in a tunnel", (network) => network.blackHole(), "No network"],
  ["with the cable out", (network) => network.cut(), "Connection lost"],
];
