import { Client } from "./client.mjs";

const MALFORMED = [
  "no JSON",
  Buffer.from([0, 1, 2]),
  '{"sub":[]}',
  '{"id":1,"nothing":"known"}',
];
const MOST_MALFORMED = 24; // more than 30 in a minute are its end

/** A client of bhub.v1 that sends whatever it may, but nothing for the application. */
export class BusyClient {
  static async start(port) {
    const busy = new BusyClient(await Client.open(port, { protocols: ["bhub.v1"] }));
    await busy.#ask({ sub: { default: {} } });
    busy.working = busy.#work();
    return busy;
  }

  answers = new Map(); // kinds of answers: how often
  #client;
  #lastId = 0;
  #malformed = 0;
  #isOver = false;
  #waiting = [];

  constructor(client) {
    this.#client = client;
  }

  /** Waits until it has got a frame that fits. */
  hear(pattern) {
    return this.#client.messages.find(`${pattern}`, ({ text }) => pattern.test(text));
  }

  /** Waits until it has done everything once more. */
  async nextRound() {
    const done = new Promise((resolve) => this.#waiting.push(resolve));
    await Promise.race([done, this.working]);
    if (this.#isOver) throw new Error("a busy client has ended");
  }

  async stop() {
    this.#isOver = true;
    await this.working;
    return this.#client.close(1000);
  }

  async #work() {
    while (!this.#isOver) {
      const waiting = this.#waiting.splice(0);
      await this.#doAll();
      for (const resolve of waiting) resolve();
    }
  }

  async #doAll() {
    if (this.#malformed < MOST_MALFORMED) {
      this.#client.send(MALFORMED[this.#malformed++ % MALFORMED.length]);
    }
    this.#client.send("{}"); // as after a ping
    await Promise.all([
      this.#ask({ sub: { default: {}, "other.>": {}, ">": {}, "no..name": {} } }),
      this.#ask({ history: "default" }),
      this.#ask({ presence: "default" }),
      this.#ask({ pub: "default", d: { message: "Gotcha" }, key: `${this.#lastId}` }),
      this.#ask({ unsub: [">", "other.>"] }),
      this.#ask({ unsub: ["nothing"] }),
      this.#client.pong("there?"),
    ]);
    await this.#ask({ sub: { default: { e: "0", o: 0 } } }); // moves the subscription
  }

  /** Sends a command and waits for its first answer. */
  async #ask(command) {
    const id = ++this.#lastId;
    const from = this.#client.messages.items.length;
    this.#client.send(JSON.stringify({ id, ...command }));
    const begins = `{"id":${id},`;
    const { text } = await this.#client.messages.find(
      `the answer to ${JSON.stringify(command)}`,
      (message) => message.text.startsWith(begins),
      from,
    );
    const { error } = JSON.parse(text);
    const kind = `${Object.keys(command)[0]} ${error?.code ?? "ok"}`;
    this.answers.set(kind, (this.answers.get(kind) ?? 0) + 1);
  }
}
