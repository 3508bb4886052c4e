// The JavaScript client of broadcast_hub. All times are in milliseconds.

/**
 * Connects to a hub, and comes back whenever the connection is lost, until `close()` or until the
 * server says that coming back is wrong.
 *
 * The wait before the n-th attempt is random between 0 and a bound that doubles from the lower to
 * the upper of the server's `retry`; before the server's first hello these are 500 and 20,000. A
 * server that drains says itself how long to wait. The browser's `online` event, and a page that
 * becomes visible, end the wait at once, unless the server asked for it. Then, too, a connection
 * that seems open has to show that it is: it is lost when nothing has come after 5,000; and an attempt
 * that is older than 2,000 begins anew. The bound of the wait goes back to the lower one when a
 * connection has lasted 10,000, or the upper bound if that is less.
 *
 * `url`: `ws:` or `wss:`. A function is called before each attempt, for example to put in a fresh
 * token, and may be async; when it throws, that attempt has failed, and the error is reported.
 *
 * Errors: throws what `new WebSocket` throws, such as a `SyntaxError` for an address that is none,
 * and `TypeError` when there is no WebSocket.
 */
export function connect(url: Address | (() => Address | Promise<Address>), options?: ClientOptions): Client;

export type Address = string | URL;

export interface ClientOptions {
  /** The class to use: npm's `ws` where there is none. Default: the global one. */
  WebSocket?: WebSocketClass;

  /**
   * Whether a server that does not know bhub.v1 is welcome. Browsers refuse such a server; with
   * `true` the client then connects without a protocol, and `Client.raw` says so. Default: false.
   */
  raw?: boolean | undefined;

  /**
   * Commands that may wait for a connection; more are rejected, `"buffer_full"`, and so are those
   * beyond 10,000 (or this, if it is more) that have no answer while there is one. Default: 1000.
   */
  maxBuffered?: number | undefined;

  /** See `Client`; here so that nothing is missed. */
  onstate?: ((event: StateEvent) => void) | undefined;
  onmessage?: ((data: any, raw: any) => void) | undefined;
  onerror?: ((error: HubError) => void) | undefined;

  /** How long an attempt may take, in ms, until the server has said hello. 0: for ever. Default: 10,000. */
  connectTimeout?: number | undefined;

  /**
   * The least upper bound, in ms, of a wait before the client comes back, whatever the server asks
   * for: waits are at random from 0 or what it said. Default: 100.
   */
  retryFloor?: number | undefined;

  /** For tests. Default: the global ones. */
  random?: () => number;
  now?: () => number;
  setTimeout?: (run: () => void, delay: number) => any;
  clearTimeout?: (timer: any) => void;
}

export type WebSocketClass = new (url: any, protocols?: any) => any;

/**
 * - `connecting`: a connection is being made.
 * - `open`: commands are sent at once.
 * - `waiting`: there is none, and a new one is made later.
 * - `closed`: for good.
 */
export type State = "connecting" | "open" | "waiting" | "closed";

export type StateEvent =
  | { state: "connecting" }
  | { state: "open"; raw: boolean }
  /**
   * `code`, `reason`: how the connection ended; 1006 without a close frame, then with what the socket
   * said, which in browsers is nothing. `attempts`: so many times in a row it did not last.
   */
  | { state: "waiting"; code: number; reason: string; delay: number; attempts: number }
  | { state: "closed"; code: number; reason: string };

/**
 * What a handler throws is reported (`reportError` in browsers, `console.error` elsewhere), and the
 * client goes on. Handlers may call everything.
 */
export interface Client {
  readonly state: State;

  /** Open without bhub.v1: only `send` and `onmessage` work. */
  readonly raw: boolean;

  /** The server's name for the present or last connection. */
  readonly id: string | undefined;

  /** Called after each change of `state`, and first for `connecting`, after `connect` returned. */
  onstate: ((event: StateEvent) => void) | undefined;

  /**
   * What the server sent to this connection alone, or anything that a raw server sends: JSON that
   * was read, other text as a string, bytes as a `Uint8Array`. `raw`: the frame's text, see
   * `payloadText` of payload_text.js; or what a raw server sent.
   */
  onmessage: ((data: any, raw: any) => void) | undefined;

  /** An error that belongs to no command: the server could not read a frame. Without any it is reported. */
  onerror: ((error: HubError) => void) | undefined;

  /** One more handler, besides the property `on` + `event`. Returns what ends it. */
  on<E extends keyof ClientEvents>(event: E, handler: ClientEvents[E]): () => void;

  /**
   * Subscribes to a topic, or with a pattern (`"orders.*.42"`, `"orders.>"`) to many, now or as soon
   * as there is a connection, and again after each reconnect.
   *
   * A topic's publications come in order, each once. Those missed while the client was away follow
   * when the server still has them; if not, `onsubscribed` says so. Through a pattern come those
   * that are published while the client is connected. One that fits a name and patterns is given to
   * all of them.
   *
   * Several subscriptions to one topic are one for the server: `since` counts for the first of them,
   * those that are asked for together get the most past that any of them wants, and one with `last`
   * that joins later gets its own by `history`. What the hub's application has subscribed the client
   * to is one of them, too, in which the page takes part from then on.
   *
   * Errors: a subscription that is refused ends with `onerror`. Throws `TypeError` for a pattern with
   * `since`, `presence`, or a `last` that is not 0 or 1.
   */
  subscribe<T = any>(
    topic: string,
    handlers?: ((publication: Publication<T>) => void) | SubscriptionOptions<T>,
  ): Subscription<T>;

  /**
   * Publishes JSON, or bytes. Without a connection it waits for one. When the connection is lost
   * before the reply, it is sent again with the same key, by which the server knows it for as long
   * as the server said; after nine tenths of that it is rejected with `"outcome_unknown"` instead.
   * Half surrogates become U+FFFD. When the server fails with 1011 what is unanswered is sent one by
   * one, and what was alone at three such ends is rejected with 1011.
   *
   * Resolves with the place that it got in the topic. Errors: rejects with `HubError`, with 109 for
   * what is larger than the server takes; with `TypeError` for what is no JSON; with the signal's
   * reason. After `"closed"`, `"timeout"` and the signal it is not known whether what was sent has
   * been published.
   */
  publish(topic: string, data: any, options?: PublishOptions): Promise<Position>;

  /** Who is subscribed to a topic, which the client must be itself. Errors: as `publish`. */
  presence(topic: string, limits?: Limits): Promise<Presence>;

  /**
   * Past publications of a topic, to which the client must be subscribed, behind `since`, or from
   * the oldest that is kept, the oldest first. `limit`: 1 to 1000; the server's default is 100.
   * `last`, without the other two: the newest, 1 to 1000. Errors: as `publish`.
   */
  history<T = any>(
    topic: string,
    options?: HistoryOptions,
  ): Promise<History<T>>;

  /**
   * Sends JSON, or bytes, to the server's `on_message`. At most once: there is no reply.
   *
   * Returns false, and sends nothing, unless the state is `open`, and for what is larger than the
   * server takes.
   * Errors: throws `TypeError` for what is no JSON.
   */
  send(data: any): boolean;

  /** Gives up the connection, the attempt or the wait, and connects at once. Not after `closed`. */
  reconnect(): void;

  /**
   * Ends the connection (code 1000), and rejects what waits for a reply. Subscriptions end without
   * `onerror`. No timer is left.
   */
  close(): void;
}

export interface ClientEvents {
  state: (event: StateEvent) => void;
  message: (data: any, raw: any) => void;
  error: (error: HubError) => void;
}

export interface Limits {
  /** Gives the command up: rejects with its reason. */
  signal?: AbortSignal | undefined;

  /** Rejects with `"timeout"` when there is no answer after so long, in ms; 25 days at most. */
  timeout?: number | undefined;
}

export interface PublishOptions extends Limits {
  /** By which the server knows it again: 1 to 128 bytes. Default: at least 122 random bits. */
  key?: string | undefined;
}

export interface HistoryOptions extends Limits {
  since?: Position | undefined;
  limit?: number | undefined;
  last?: number | undefined;
}

/** A place in a topic: behind the publication with that offset. */
export interface Position {
  epoch: string;
  offset: number;
}

export interface SubscriptionHandlers<T = any> {
  onpublication?: ((publication: Publication<T>) => void) | undefined;

  /**
   * The subscription stands, for the first time or anew. Unless `recovered`, publications may have
   * been missed: load the state that they are about. What the server still has follows.
   */
  onsubscribed?: ((event: SubscribedEvent) => void) | undefined;

  /**
   * Subscribers came or went, or one that is known has another `info`. Only with `presence: true`, of
   * this subscription or of another one to the topic.
   * What happens while there is no connection is not told: ask `presence()` in `onsubscribed`.
   */
  onpresence?: ((event: PresenceEvent) => void) | undefined;

  /**
   * The subscription was refused, or ended by the server, for good. Refusals that pass (100 internal,
   * 108 too many requests, 110 backplane unavailable) are not told: the client asks again. Without
   * this handler the error is reported like one that a handler throws, unless it is only that the
   * client was closed.
   */
  onerror?: ((error: HubError) => void) | undefined;
}

export interface SubscriptionOptions<T = any> extends SubscriptionHandlers<T> {
  /** Where to go on, for example from a page that was left. */
  since?: Position | undefined;

  /**
   * Begin with up to so many past publications, and so again when all that was missed cannot be had.
   * Of a pattern, 0 or 1: the newest of each topic that keeps one, again after each reconnect; it
   * counts for the first subscription to the pattern. Default: 0.
   */
  last?: number | undefined;

  /** Whether to hear of subscribers that come and go. Default: false. */
  presence?: boolean | undefined;
}

export interface Subscription<T = any> extends SubscriptionHandlers<T> {
  readonly topic: string;

  /** Until `unsubscribe` or `onerror`. */
  readonly active: boolean;

  /** What has been received so far, for `since`. Patterns have none. */
  readonly position: Position | undefined;

  /** From now on no handler is called. */
  unsubscribe(): void;
}

export interface Publication<T = any> {
  /** The topic's name, also when it came through a pattern. */
  topic: string;

  /** JSON that was read, other text as a string, bytes as a `Uint8Array`. */
  data: T;

  offset: number;

  /**
   * How many were left out in front of it, as the topic's policy says (`latest`, `drop_oldest`): ask
   * `history` for them. 0 when none, and through a pattern alone.
   */
  skipped: number;

  /** The text of the frame in which it came: `payloadText` of payload_text.js has its part of it. */
  raw: string;
}

export interface SubscribedEvent {
  topic: string;

  /** Whether everything since the last publication received is here, or follows. */
  recovered: boolean;

  /**
   * Unless recovered. `first`: it is the first time. `epoch`: the topic has begun anew. `gap`: the
   * server does not have all that was missed; `limit`: it is too much. `pattern`: it was away, and
   * patterns are not recovered.
   */
  why?: "first" | "epoch" | "gap" | "limit" | "pattern";

  /** So many publications that the server still has follow at once; then those that are new. */
  replayed: number;

  /** Of a pattern with `last`: there are more topics than the server tells at once. */
  more?: boolean;

  /** Where the subscription stands now; what follows has higher offsets. Patterns have neither. */
  epoch?: string;
  offset?: number;
}

export interface PresenceEvent {
  topic: string;
  join: Subscriber[];
  leave: Subscriber[];

  /** Subscribers now. When there are many, only this is told. */
  count: number;
}

export interface Subscriber {
  cid: string;
  user?: string;

  /** What the hub's application says about it: JSON that was read, other text as a string. */
  info?: any;
}

export interface Presence {
  /** By client. Undefined when there are too many. */
  clients?: Record<string, { user?: string; info?: any }>;
  count: number;
}

export interface History<T = any> extends Position {
  items: Publication<T>[];

  /** More were asked for and are kept, but the answer had no room for them: older ones with `last`. */
  more?: boolean | undefined;
}

export interface HubError extends Error {
  /**
   * - 100 to 111: the server refused. 101 malformed, 103 permission denied, 107 limit exceeded,
   *   108 too many requests, 109 payload too large, 110 backplane unavailable, ...
   * - 2600 to 2699: the server ended the subscription.
   * - `"buffer_full"`: too many commands wait for a connection (`maxBuffered`), or for answers.
   * - `"raw"`: the server does not speak bhub.v1.
   * - `"closed"`: the client is closed.
   * - `"timeout"`: no answer in time.
   * - `"outcome_unknown"`: no answer came, and the server may know the key no more.
   */
  code: number | "buffer_full" | "raw" | "closed" | "timeout" | "outcome_unknown";

  /** What it is about, if that is a topic. */
  topic?: string;

  /** In words. */
  reason: string;

  /** With 108: when to try again, in milliseconds. */
  retryAfter?: number;
}
