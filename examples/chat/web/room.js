// One room: what was said in it, who is there, and what of ours is on its way.

const MOST_LINES = 500;

export class Room {
  people = new Set(); // users; one with two pages open is there once
  lines = []; // messages, and notes about what is missing
  unread = 0;
  isOpen = false;

  #client;
  #me;
  #topic;
  #onchange;

  constructor(client, me, name, onchange) {
    this.name = name;
    this.#client = client;
    this.#me = me;
    this.#topic = `chat.${name}`;
    this.#onchange = onchange;
    client.subscribe(this.#topic, {
      last: 50,
      presence: true,
      onpublication: ({ data, offset }) => this.#add({ ...data, offset }),
      onsubscribed: (event) => this.#begin(event),
      onpresence: ({ join, leave }) => {
        for (const { user } of join) this.people.add(user);
        for (const { user } of leave) this.people.delete(user);
        onchange(this);
      },
      onerror: ({ reason }) => this.#note(`This room is closed: ${reason}.`),
    });
  }

  /** It is shown as being sent until the server has it, which may be after a reconnect. */
  async say(text) {
    const message = { from: this.#me, text, at: Date.now() };
    const line = { ...message, isPending: true };
    this.#add(line);
    try {
      await this.#client.publish(this.#topic, message);
    } catch ({ reason }) {
      this.#note(`Not sent: “${text}” (${reason}).`);
    }
    this.lines = this.lines.filter((each) => each !== line);
    this.#onchange(this);
  }

  #add(line) {
    this.lines.push(line);
    if (this.lines.length > MOST_LINES) this.lines.shift();
    if (!this.isOpen && line.from !== this.#me) this.unread += 1;
    this.#onchange(this);
  }

  #note(note) {
    this.lines.push({ note });
    this.#onchange(this);
  }

  #begin({ recovered, why, offset }) {
    if (why === "epoch") {
      for (const line of this.lines) delete line.offset; // offsets are counted from 1 again
      this.#note("The server has started anew and remembers nothing from before.");
    }
    if (why === "gap" || why === "limit") this.#note("Some messages are missing here.");
    // A lost connection is no reason to fail: the room begins again with the next one.
    if (!recovered && why !== "first") this.#load(offset).catch(() => {});
    this.#countPeople().catch(() => {});
  }

  /** What the history has, up to where live messages begin, in front of those. */
  async #load(upTo) {
    const known = new Set(this.lines.map((line) => line.offset));
    const { items } = await this.#client.history(this.#topic, { limit: 200 });
    const missed = items.filter(({ offset }) => offset <= upTo && !known.has(offset));
    const live = this.lines.findIndex((line) => line.offset > upTo);
    const place = live < 0 ? this.lines.length : live;
    this.lines.splice(place, 0, ...missed.map(({ data, offset }) => ({ ...data, offset })));
    this.#onchange(this);
  }

  async #countPeople() {
    const { clients = {} } = await this.#client.presence(this.#topic);
    this.people = new Set(Object.values(clients).map(({ user }) => user));
    this.#onchange(this);
  }
}
