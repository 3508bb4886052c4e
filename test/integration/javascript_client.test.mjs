// The JavaScript client with a real hub: connections are cut, servers killed and started anew.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { within } from "./support/feed.mjs";
import { HubClient } from "./support/hub_client.mjs";
import { RestartableServer } from "./support/restartable_server.mjs";

let server;
let rooms = 0;
before(async () => {
  const { PROTOCOL_SERVER, SERVER_THREADS = "1" } = process.env;
  server = await RestartableServer.start(PROTOCOL_SERVER, SERVER_THREADS);
});
after(() => server?.kill());

/** A client that is closed when the test ends. */
function join(t, user, options) {
  const client = new HubClient(server, user, options);
  t.after(() => client.close());
  return client;
}

/** A topic of this test alone. */
const newRoom = () => `room.${++rooms}`;

/** Numbers that are the same in each run (mulberry32), from 0 to below 1. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const sleep = (delay) => new Promise((done) => setTimeout(done, delay));

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

function assertConsecutive(numbers) {
  const wrong = numbers.findIndex((number, i) => i > 0 && number !== numbers[i - 1] + 1);
  if (wrong >= 0) assert.fail(`${numbers[wrong]} behind ${numbers[wrong - 1]}, at ${wrong}`);
}

test("what is larger than the server takes ends nothing", async (t) => {
  const client = join(t);
  const room = newRoom();
  await assert.rejects(client.hub.publish(room, "x".repeat(70000)), { code: 109 });
  assert.equal((await client.hub.publish(room, "x".repeat(60000))).offset, 1);
  await assert.rejects(client.hub.publish(room, new Uint8Array(60000)), { code: 109 }); // in base64
  assert.equal((await client.hub.publish(room, "small")).offset, 2);
});

test("what was missed follows when the connection is back", async (t) => {
  const room = newRoom();
  const [reader, writer] = [join(t), join(t)];
  reader.subscribe(room);
  assert.equal((await reader.waitFor("subscribed")).why, "first");
  for (const number of range(1, 5)) await writer.hub.publish(room, number);
  await reader.waitForData(5);

  await reader.goOffline();
  for (const number of range(6, 20)) await writer.hub.publish(room, number);
  const from = reader.events.items.length;
  reader.goOnline();
  const back = await reader.waitFor("subscribed", undefined, from);
  assert.equal(back.recovered, true);
  await writer.hub.publish(room, 21);
  await reader.waitForData(21);
  assert.deepEqual(reader.data(room), range(1, 21));
});

test("a history that does not go back far enough is a gap, and told", async (t) => {
  const [reader, writer] = [join(t), join(t)];
  reader.subscribe("brief");
  await reader.waitFor("subscribed");
  await writer.hub.publish("brief", 0);
  await reader.waitForData(0);
  await reader.goOffline();
  for (const number of range(1, 10)) await writer.hub.publish("brief", number);
  const from = reader.events.items.length;
  reader.goOnline();
  const { recovered, why, replayed } = await reader.waitFor("subscribed", undefined, from);
  assert.deepEqual({ recovered, why, replayed }, { recovered: false, why: "gap", replayed: 0 });
  await writer.hub.publish("brief", 11);
  await reader.waitForData(11);
  assert.deepEqual(reader.data("brief"), [0, 11]);
});

test("what is published while offline arrives once, in order", async (t) => {
  const room = newRoom();
  const [reader, writer] = [join(t), join(t)];
  reader.subscribe(room);
  await Promise.all([reader.waitFor("subscribed"), writer.waitForState("open")]);
  await writer.goOffline();
  const replies = range(1, 50).map((number) => writer.hub.publish(room, number));
  await sleep(100);
  assert.deepEqual(reader.data(room), []);
  writer.goOnline();
  const offsets = (await Promise.all(replies)).map(({ offset }) => offset);
  assert.deepEqual(offsets, range(1, 50));
  await reader.waitForData(50);
  assert.deepEqual(reader.data(room), range(1, 50));
});

for (const seed of [1, 2, 3]) {
  test(`publishing with cuts in between arrives once, seed ${seed}`, async (t) => {
    const random = randomFrom(seed);
    const room = newRoom();
    const [reader, writer] = [join(t), join(t)];
    reader.subscribe(room);
    await reader.waitFor("subscribed");
    const replies = [];
    for (const number of range(1, 200)) {
      replies.push(writer.hub.publish(room, number));
      // Before the replies, and sometimes before the frames, have left.
      if (random() < 0.1) writer.cut();
      if (random() < 0.3) await sleep(random() * 5);
    }
    const positions = await Promise.all(replies);
    const marker = await writer.hub.publish(room, "end");
    await reader.waitForData("end");
    assert.equal(marker.offset, 201);
    const items = reader.of("publication", room).slice(0, -1);
    assert.deepEqual(items.map(({ data }) => data).sort((a, b) => a - b), range(1, 200));
    for (const { data, offset } of items) assert.equal(positions[data - 1].offset, offset);
  });

  test(`no gap and no duplicate in a stream with cuts, seed ${seed}`, async (t) => {
    const random = randomFrom(seed);
    const reader = join(t);
    reader.subscribe("ticks");
    await reader.waitFor("publication");
    for (let cuts = 0; cuts < 25; ++cuts) {
      await sleep(random() * 100);
      reader.cut();
    }
    const last = reader.data("ticks").at(-1);
    await reader.waitForData(last + 100);
    const numbers = reader.data("ticks");
    assertConsecutive(numbers);
    const [first, ...others] = reader.of("subscribed", "ticks");
    assert.equal(first.why, "first");
    assert.ok(others.length > 5, `${others.length} reconnects`);
    for (const event of others) assert.equal(event.recovered, true);
  });
}

test("who comes and goes is told, but not who is back at once", async (t) => {
  const room = newRoom();
  const [ann, bob] = [join(t, "ann"), join(t, "bob")];
  ann.subscribe(room, { presence: true });
  await ann.waitFor("subscribed");
  bob.subscribe(room);
  const came = await ann.waitFor("presence", ({ join }) => join.some(({ user }) => user === "bob"));
  assert.equal(came.count, 2);
  const { clients, count } = await ann.hub.presence(room);
  assert.equal(count, 2);
  assert.deepEqual(Object.values(clients).map(({ user }) => user).sort(), ["ann", "bob"]);

  const from = ann.events.items.length;
  const states = bob.states.items.length;
  bob.cut();
  await bob.waitForState("open", states);
  await sleep(800); // longer than the time of grace
  assert.deepEqual(ann.events.items.slice(from), []);

  bob.close();
  const left = await ann.waitFor("presence", ({ leave }) => leave.length > 0, from);
  assert.deepEqual(left.leave.map(({ user }) => user), ["bob"]);
  assert.equal(left.count, 1);
});

test("the past can be asked for", async (t) => {
  const room = newRoom();
  const client = join(t);
  client.subscribe(room);
  for (const number of range(1, 10)) await client.hub.publish(room, number);
  const { items, offset, epoch } = await client.hub.history(room, { limit: 4 });
  assert.equal(offset, 10);
  assert.deepEqual(items.map(({ data }) => data), range(1, 4));
  const rest = await client.hub.history(room, { since: { epoch, offset: 7 } });
  assert.deepEqual(rest.items.map(({ data }) => data), range(8, 10));
});

test("bytes and messages come as they went", async (t) => {
  const room = newRoom();
  const client = join(t);
  client.subscribe(room);
  await client.waitFor("subscribed");
  await client.hub.publish(room, new Uint8Array([0, 255, 128]));
  const { data } = await client.waitFor("publication");
  assert.deepEqual([...data], [0, 255, 128]);
  assert.equal(client.hub.send({ text: "hello" }), true);
  assert.deepEqual((await client.waitFor("message")).data, { text: "hello" });
});

test("what the topic does not allow is refused", async (t) => {
  const client = join(t);
  await assert.rejects(client.hub.publish("ticks", 1), { code: 103 });
  client.subscribe("not..a.name");
  assert.equal((await client.waitFor("error")).code, 101);
});

for (const [user, how] of [["clerk", "with the answer to its upgrade"], ["guest", "when it came"]]) {
  test(`what the application subscribed it to, ${how}, goes on and is recovered`, async (t) => {
    const random = randomFrom(4);
    const client = join(t, user);
    client.subscribe("ticks");
    await client.waitFor("publication");
    client.subscribe("staff.ticks");
    const isOfIt = ({ topic }) => topic === "staff.ticks";
    const began = await client.waitFor("subscribed", isOfIt);
    assert.equal(began.why, "first");
    assert.equal((await client.waitFor("publication", isOfIt)).offset, began.offset + 1);
    for (let cuts = 0; cuts < 5; ++cuts) {
      await sleep(random() * 100);
      const from = client.events.items.length;
      client.cut();
      assert.equal((await client.waitFor("subscribed", isOfIt, from)).recovered, true);
    }
    const last = client.data("staff.ticks").at(-1);
    await client.waitFor("publication", (event) => isOfIt(event) && event.data > last + 100);
    assertConsecutive(client.data("staff.ticks"));
    assert.equal(client.events.items.some(({ kind }) => kind === "error"), false);
  });
}

test("a pattern that the application subscribed it to is live, also after a reconnect", async (t) => {
  const client = join(t, "boss");
  await client.waitForState("open");
  client.subscribe("staff.>");
  assert.equal((await client.waitFor("subscribed")).why, "first");
  await client.waitFor("publication");
  const from = client.events.items.length;
  client.cut();
  assert.equal((await client.waitFor("subscribed", undefined, from)).why, "pattern");
  await client.waitFor("publication", undefined, client.events.items.length);
});

test("nobody else gets what only the application hands out", async (t) => {
  const client = join(t, "clerk");
  await client.waitForState("open");
  for (const topic of ["staff.>", "staff.pay"]) {
    client.subscribe(topic);
    const from = client.events.items.length;
    assert.equal((await client.waitFor("error", undefined, from)).code, 103);
  }
  const given = client.subscribe("staff.ticks");
  await client.waitFor("publication");
  given.unsubscribe(); // and with it what it was given
  client.subscribe("staff.ticks");
  const from = client.events.items.length;
  assert.equal((await client.waitFor("error", undefined, from)).code, 103);
});

test("asking for a sign of life is answered, however often", async (t) => {
  const browser = new EventTarget();
  globalThis.addEventListener = browser.addEventListener.bind(browser);
  t.after(() => delete globalThis.addEventListener);
  const client = join(t);
  await client.waitForState("open");
  for (let asked = 0; asked < 100; ++asked) {
    const answered = once(client.socket, "message");
    browser.dispatchEvent(new Event("online"));
    const [answer] = await within("an answer", answered);
    const { sub, error } = JSON.parse(answer);
    assert.deepEqual([sub, error.code], [".", 106]);
  }
  assert.equal(client.hub.state, "open");
  assert.deepEqual(client.events.items, []);
});

// From here on the server is ended and started anew.

test("after a restart the client hears that the topic has begun anew", async (t) => {
  const room = newRoom();
  const [reader, writer] = [join(t), join(t)];
  reader.subscribe(room);
  reader.subscribe("ticks");
  await reader.waitFor("subscribed", ({ topic }) => topic === room);
  await writer.hub.publish(room, "before");
  await reader.waitForData("before");
  await server.kill();
  const waiting = await reader.waitForState("waiting");
  assert.equal(waiting.code, 1006);
  const late = writer.hub.publish(room, "while it was down");
  const from = reader.events.items.length;
  await server.start();

  for (const topic of [room, "ticks"]) {
    const back = await reader.waitFor("subscribed", (event) => event.topic === topic, from);
    assert.equal(back.recovered, false);
    assert.equal(back.why, "epoch");
  }
  assert.equal((await late).offset, 1);
  assert.equal((await writer.hub.publish(room, "after")).offset, 2);
  await reader.waitForData("after", from);
  // Whoever came back first decides whether the reader's question came before or behind.
  const seen = reader.data(room).filter((data) => data !== "while it was down");
  assert.deepEqual(seen, ["before", "after"]);
  assertConsecutive(
    reader.events.items
      .slice(from)
      .filter(({ kind, topic }) => kind === "publication" && topic === "ticks")
      .map(({ data }) => data),
  );
});

test("a server that is told to end says bye, and the client comes back", async (t) => {
  const client = join(t, "", { random: () => 0.5 });
  client.subscribe("ticks");
  await client.waitFor("publication");
  await server.stop();
  const { code, delay } = await client.waitForState("waiting");
  assert.equal(code, 1012);
  assert.equal(delay, 150, "half of what the server gave, not of the client's own bounds");
  const from = client.states.items.length;
  await server.start();
  await client.waitForState("open", from);
  await client.waitFor("subscribed", ({ why }) => why === "epoch");
});

test("the client survives a server that is killed again and again", async (t) => {
  const random = randomFrom(7);
  const room = newRoom();
  const reader = join(t);
  reader.subscribe(room);
  for (let deaths = 0; deaths < 5; ++deaths) {
    await sleep(random() * 100);
    await server.kill();
    const reply = reader.hub.publish(room, deaths);
    await sleep(random() * 100);
    await server.start();
    assert.equal((await reply).offset, 1);
    await reader.waitForData(deaths);
  }
});
