// Every transcript that is for a server, replayed against a real hub by a client that knows nothing.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { WebSocket } from "ws";

import { transcriptsFor, Values } from "../support/transcript.mjs";
import { Feed } from "./support/feed.mjs";
import { RestartableServer } from "./support/restartable_server.mjs";

let server;
before(async () => {
  const { PROTOCOL_SERVER, SERVER_THREADS = "1" } = process.env;
  server = await RestartableServer.start(PROTOCOL_SERVER, SERVER_THREADS);
});
after(() => server?.kill());

/** What a frame is about: within a topic there is an order, and within a command's answers. */
const subjectOf = ({ id, t, sub, unsub }) => t ?? sub ?? unsub ?? (id ? "a command" : "the session");

/** A connection that speaks in frames; what came is read once. */
class Line {
  static async open() {
    const line = new Line();
    await once(line.#socket, "open");
    return line;
  }

  #socket = new WebSocket(`ws://127.0.0.1:${server.port}/`, ["bhub.v1"], {
    perMessageDeflate: false,
  });
  #frames = new Feed("frames of the hub");
  #read = new Set();

  constructor() {
    this.#socket.on("message", (data) => this.#frames.push(JSON.parse(data)));
    this.#socket.on("error", () => {});
    this.#socket.on("close", (code) => this.#frames.end(`closed with ${code}`));
  }

  send(text) {
    this.#socket.send(text);
  }

  /** The first unread frame of that subject, now or when it comes: it must be as `matches` says. */
  async take(what, subject, matches) {
    const next = await this.#frames.find(
      what,
      (one) => !this.#read.has(one) && subjectOf(one) === subject
    );
    assert.ok(matches(next), `${what} is not the next, but ${JSON.stringify(next)}`);
    this.#read.add(next);
  }

  get unread() {
    return this.#frames.items.filter((one) => !this.#read.has(one));
  }

  cut() {
    this.#socket.terminate();
  }
}

class Replay {
  values = new Values();
  line;
  other;

  async play({ place, who, what }) {
    if (who === "client") this.line.send(this.#filled(what));
    else if (who === "other") await this.#publish(...what.match(/^publish (\S+) (.*)$/).slice(1));
    else if (who === "net") await this.#network(what);
    else await this.#expect(place, JSON.parse(what));
  }

  #filled(what) {
    if (!what.startsWith("{")) return what;
    const frame = JSON.parse(what);
    return JSON.stringify({ ...this.values.fill(frame), ...(frame.id && { id: frame.id }) });
  }

  async #network(what) {
    this.line?.cut();
    if (what === "connected") this.line = await Line.open();
  }

  async #publish(topic, data) {
    this.other ??= await Line.open();
    this.other.send(`{"id":1,"pub":${JSON.stringify(topic)},"d":${data}}`);
    await this.other.take("the answer to a publication", "a command", ({ ok }) => ok);
  }

  async #expect(place, frame) {
    await this.line.take(`${place}: ${JSON.stringify(frame)}`, subjectOf(frame), (one) =>
      this.values.matches(frame, one)
    );
  }

  end() {
    this.line?.cut();
    this.other?.cut();
  }
}

/** Of a client and what it learns, the hub knows nothing. */
const HEARD = ["net", "server", "client", "other"];

for (const { name, steps } of transcriptsFor("hub")) {
  test(name, async (t) => {
    const replay = new Replay();
    t.after(() => replay.end());
    for (const step of steps.filter(({ who }) => HEARD.includes(who))) await replay.play(step);
    // Whatever else the hub has to say comes ahead of this.
    replay.line.send('{"id":99999,"unsub":["."]}');
    await replay.line.take("the last answer", ".", ({ id }) => id === 99999);
    assert.deepEqual(replay.line.unread, []);
  });
}
