import { WebSocket } from "ws";

import { connect } from "../../../web/client/broadcast_hub.js";
import { Feed } from "./feed.mjs";

const NOBODY_LISTENS = "ws://127.0.0.1:1/";

/** The client of web/client over npm's `ws`, with a cable that can be cut. */
export class HubClient {
  isOnline = true;

  /** `options` go to `connect`. */
  constructor(server, user = "", options = {}) {
    this.states = new Feed("the client's states");
    this.events = new Feed("the client's events");
    const newest = (socket) => (this.socket = socket);
    class Watched extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { perMessageDeflate: false });
        newest(this);
      }
    }
    const url = () => (this.isOnline ? `ws://127.0.0.1:${server.port}/?${user}` : NOBODY_LISTENS);
    this.hub = connect(url, {
      WebSocket: Watched,
      onstate: (event) => this.states.push(event),
      onmessage: (data) => this.events.push({ kind: "message", data }),
      ...options,
    });
  }

  /** Every event of the topic goes to `events`. */
  subscribe(topic, options = {}) {
    const note = (kind) => (event) => this.events.push({ kind, ...event });
    return this.hub.subscribe(topic, {
      onpublication: note("publication"),
      onsubscribed: note("subscribed"),
      onpresence: note("presence"),
      onerror: ({ code, reason }) => this.events.push({ kind: "error", code, reason }),
      ...options,
    });
  }

  /** The connection is gone, without a close frame; the client dials again. */
  cut() {
    this.socket.terminate();
  }

  /** The same, but nothing can be reached until `goOnline`. */
  async goOffline() {
    this.isOnline = false;
    const from = this.states.items.length;
    this.cut();
    await this.waitForState("waiting", from);
  }

  goOnline() {
    this.isOnline = true;
  }

  waitForState(state, from = 0) {
    return this.states.find(`the state ${state}`, (event) => event.state === state, from);
  }

  waitFor(kind, matches = () => true, from = 0) {
    const isIt = (event) => event.kind === kind && matches(event);
    return this.events.find(`an event of the kind ${kind}`, isIt, from);
  }

  waitForData(data, from = 0) {
    return this.waitFor("publication", (event) => event.data === data, from);
  }

  of(kind, topic) {
    return this.events.items.filter((event) => event.kind === kind && event.topic === topic);
  }

  data(topic) {
    return this.of("publication", topic).map((event) => event.data);
  }

  close() {
    this.hub.close();
    this.socket.terminate();
  }
}
