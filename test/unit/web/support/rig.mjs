import { connect } from "../../../../web/client/broadcast_hub.js";
import { FakeClock } from "./fake_clock.mjs";
import { fakeSockets } from "./fake_socket.mjs";

export const HELLO = { hello: { cid: "c1", ping: 25000, retry: [500, 20000], v: "1.0.0" } };

/** What comes from promises and microtasks has come when this is over. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A client whose server, clock and chance are the test. */
export class Rig {
  chance = 0.5; // what the client's random numbers are
  clock = new FakeClock();
  WebSocket = fakeSockets();
  states = []; // events of the client
  messages = [];

  constructor({ url = "ws://hub/", ...options } = {}) {
    this.client = connect(url, {
      WebSocket: this.WebSocket,
      random: () => this.chance,
      setTimeout: this.clock.setTimeout,
      clearTimeout: this.clock.clearTimeout,
      now: () => this.clock.now,
      connectTimeout: 30000, // longer than any wait of these tests
      onstate: (event) => this.states.push(event),
      onmessage: (data) => this.messages.push(data),
      ...options,
    });
  }

  /** A client whose session has begun. */
  static open(options) {
    const rig = new Rig(options);
    rig.greet();
    return rig;
  }

  get sockets() {
    return this.WebSocket.made;
  }

  get socket() {
    return this.sockets.at(-1);
  }

  say(...frames) {
    for (const frame of frames) this.socket.deliver(JSON.stringify(frame));
  }

  greet(hello = HELLO) {
    this.socket.open();
    this.say(hello);
  }

  take() {
    return this.socket.takeFrames();
  }

  /** The only frame that was sent. */
  takeOne() {
    const frames = this.take();
    if (frames.length !== 1) throw new Error(`not one frame: ${JSON.stringify(frames)}`);
    return frames[0];
  }

  /** The connection is lost, and after the wait there is a new session. */
  comeBack(code) {
    this.socket.end(code);
    this.clock.advance(20000);
    this.greet();
  }

  /** Subscribes, and lets the server agree: nothing follows, and the topic is at `offset`. */
  subscribe(topic, { epoch = "e1", offset = 10, reply = {}, ...options } = {}) {
    const log = new Log();
    const subscription = this.client.subscribe(topic, { ...log.handlers, ...options });
    const { id } = this.takeOne();
    this.say({ id, sub: topic, e: epoch, o: offset, n: 0, ...reply });
    return { subscription, log };
  }
}

/** A publication without what most tests are not about. */
export const plain = ({ raw, skipped, ...event }) => (skipped ? { ...event, skipped } : event);

/** What handlers were told, in order. */
export class Log {
  all = [];
  handlers = {
    onpublication: (event) => this.all.push(["publication", plain(event)]),
    onsubscribed: (event) => this.all.push(["subscribed", event]),
    onpresence: (event) => this.all.push(["presence", event]),
    onerror: (error) => this.all.push(["error", error.code]),
  };

  take(kind) {
    const taken = this.all.filter(([one]) => one === kind).map(([, event]) => event);
    this.all = this.all.filter(([one]) => one !== kind);
    return taken;
  }

  takeOffsets() {
    return this.take("publication").map(({ offset }) => offset);
  }
}

/** What is reported while the test runs, instead of being printed. */
export function collectReports(t) {
  const reports = [];
  const original = console.error;
  console.error = (error) => reports.push(error);
  t.after(() => (console.error = original));
  return reports;
}
