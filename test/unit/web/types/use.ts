// Each name, option and member of the client's declarations, used as it is meant, and then wrongly.
// This is compiled and never run.
import { connect } from "../../../../web/client/broadcast_hub.js";
import type {
  Address,
  Client,
  ClientEvents,
  ClientOptions,
  History,
  HistoryOptions,
  HubError,
  Limits,
  Position,
  Presence,
  PresenceEvent,
  Publication,
  PublishOptions,
  State,
  StateEvent,
  SubscribedEvent,
  Subscriber,
  Subscription,
  SubscriptionHandlers,
  SubscriptionOptions,
  WebSocketClass,
} from "../../../../web/client/broadcast_hub.js";

interface Order {
  price: number;
}

declare const Socket: WebSocketClass;
declare function show(...what: unknown[]): void;

function describe(event: StateEvent): string {
  switch (event.state) {
    case "connecting":
      return "connecting";
    case "open":
      return event.raw ? "without a protocol" : "open";
    case "waiting":
      return `${event.code} ${event.reason}, again in ${event.delay} ms, ${event.attempts}`;
    case "closed":
      return `${event.code} ${event.reason}`;
  }
}

const options: ClientOptions = {
  WebSocket: Socket,
  raw: false,
  maxBuffered: 10,
  onstate: (event) => show(describe(event)),
  onmessage: (data) => show(data.text),
  onerror: (error) => show(error.topic),
  connectTimeout: 5000,
  retryFloor: 50,
  random: () => 0.5,
  now: () => 0,
  setTimeout: (run, delay) => [run, delay],
  clearTimeout: (timer) => show(timer),
};

const client: Client = connect("ws://localhost/", options);
connect(new URL("ws://localhost/"));
connect(() => "ws://localhost/");
connect(() => new URL("ws://localhost/"), {});

const address: Address = "ws://localhost/";
connect(async () => address);
const events: ClientEvents = { state: show, message: show, error: ({ code }) => show(code) };
const off = client.on("message", events.message);
off();
client.on("state", events.state);
client.on("error", events.error);
client.onerror = events.error;
client.reconnect();
const limits: Limits = { signal: undefined, timeout: 5000 };
const keyed: PublishOptions = { ...limits, key: "order 7" };
const newest: HistoryOptions = { ...limits, last: 5 };
client.publish("news", 1, keyed);
client.presence("news", limits);
client.history("news", newest);

const state: State = client.state;
const isRaw: boolean = client.raw;
const id: string | undefined = client.id;
client.onstate = undefined;
client.onmessage = (data) => show(data);
const isSent: boolean = client.send({ ready: true });
client.send(new Uint8Array(3));

const handlers: SubscriptionHandlers<Order> = {
  onpublication({ topic, data, offset, skipped, raw }: Publication<Order>) {
    show(topic.length, data.price.toFixed(2), offset + skipped, raw.length);
  },
  onsubscribed({ topic, recovered, why, replayed, more, epoch, offset }: SubscribedEvent) {
    const isNew = !recovered && (why === "first" || why === "epoch");
    const isLess = why === "gap" || why === "limit" || why === "pattern";
    show(topic.length, isNew, isLess, replayed + 1, more, epoch, offset);
  },
  onpresence({ topic, join, leave, count }: PresenceEvent) {
    const nameOf = ({ cid, user, info }: Subscriber) => info?.name ?? user ?? cid;
    const names = [...join, ...leave].map(nameOf);
    show(topic.length, names.join(), count + 1);
  },
  onerror(error: HubError) {
    const isOurs = ["buffer_full", "raw", "closed"].includes(String(error.code));
    show(error.message, error.reason.length, error.retryAfter ?? 0, isOurs || error.code === 103);
  },
};
const since: Position = { epoch: "k9f2", offset: 41 };
const wanted: SubscriptionOptions<Order> = { ...handlers, since, last: 5, presence: true };

const orders: Subscription<Order> = client.subscribe("orders.eu", wanted);
client.subscribe("orders.*", ({ topic, data }) => show(topic, data.anything));
client.subscribe<Order>("orders.*", ({ data }) => show(data.price));
client.subscribe("orders.us");
client.subscribe("orders.us", { since: orders.position });
orders.onerror = undefined;
const position: Position | undefined = orders.position;
show(state, isRaw, id, isSent, orders.topic, orders.active, position?.epoch);
orders.unsubscribe();

async function ask(): Promise<void> {
  const { epoch, offset }: Position = await client.publish("orders.eu", { price: 1 });
  const { clients, count }: Presence = await client.presence("orders.eu");
  for (const [cid, { user, info }] of Object.entries(clients ?? {})) show(cid, user, info.name);
  const past: History<Order> = await client.history("orders.eu", { since, limit: 100 });
  const prices = past.items.map(({ data }) => data.price);
  show(epoch, offset, count, past.epoch, past.offset, Math.max(...prices));
  await client.history("orders.eu");
}
ask().finally(() => client.close());

// From here on each line is wrong, and must be said to be.

// @ts-expect-error: an address is needed
connect();
// @ts-expect-error: a number is no address
connect(8081);
// @ts-expect-error: nor is what comes later, without a function
connect(Promise.resolve("ws://localhost/"));
// @ts-expect-error: there is no such option
connect("ws://localhost/", { retries: 3 });
// @ts-expect-error: an object is no class
connect("ws://localhost/", { WebSocket: {} });
// @ts-expect-error: the state is the client's affair
client.state = "open";
// @ts-expect-error: there is no such state
show(client.state === "opened");
// @ts-expect-error: only a client that waits has a delay
client.onstate = (event) => show(event.delay);
// @ts-expect-error: there is no such method
client.disconnect();
// @ts-expect-error: there is no such event
client.on("close", show);
// @ts-expect-error: "last" is a number
client.subscribe("news", { last: "5" });
// @ts-expect-error: it is called onpublication
client.subscribe("news", { onpublish: show });
// @ts-expect-error: a position has both parts
client.subscribe("news", { since: { offset: 1 } });
// @ts-expect-error: orders have no name
client.subscribe<Order>("orders.*", ({ data }) => show(data.name));
// @ts-expect-error: there may be no position
show(orders.position.offset);
// @ts-expect-error: data is needed
client.publish("news");
// @ts-expect-error: it is a promise
show(client.publish("news", 1).offset);
// @ts-expect-error: limit is a number
client.history("news", { limit: "all" });
// @ts-expect-error: there may be too many to be named
client.presence("news").then(({ clients }) => Object.keys(clients));
// @ts-expect-error: there is no such code
client.subscribe("news", { onerror: ({ code }) => show(code === "late") });
