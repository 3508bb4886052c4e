import { once } from "node:events";

import { WebSocketServer } from "ws";

import { within } from "../../integration/support/feed.mjs";

/** A WebSocket server that says what a test wants, because the demo server has fixed words. */
export class StandIn {
  static async start() {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new StandIn(server);
  }

  constructor(server) {
    this.server = server;
    this.port = server.address().port;
  }

  /** The connection of the next page that comes. Ask before the page is opened. */
  async nextClient() {
    const [client] = await within("the connection of a page", once(this.server, "connection"));
    return client;
  }

  stop() {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }
}
