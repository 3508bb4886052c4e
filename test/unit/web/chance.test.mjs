// Whatever happens between a client and its hub: each publication arrives once and in order, or the
// application is told; and what it publishes is published once.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ModelHub, chanceFrom } from "./support/model_hub.mjs";
import { Rig, settle } from "./support/rig.mjs";

const NAMES = ["a", "b", "c"];
const STEPS = 3000;
const SEEDS = 10;
const first = Number(process.env.BROADCAST_HUB_TEST_SEED ?? 1);

/** Checks all that one subscription is told. */
class Reader {
  constructor(name) {
    this.name = name;
    this.count = 0;
    this.recoveries = 0;
  }

  handlers = {
    onsubscribed: ({ recovered, epoch, offset }) => {
      if (recovered) {
        assert.deepEqual([epoch, offset], [this.epoch, this.offset], "recovered from elsewhere");
        ++this.recoveries;
        return;
      }
      [this.epoch, this.offset] = [epoch, offset];
    },
    onpublication: ({ topic, data, offset }) => {
      assert.equal(topic, this.name);
      const [epoch, place] = data.split("/");
      assert.equal(Number(place), offset);
      assert.equal(epoch, this.epoch);
      assert.equal(offset, this.offset + 1, `${topic}: a gap or a repetition`);
      this.offset = offset;
      ++this.count;
    },
  };
}

class PatternReader {
  seen = new Set();
  handlers = {
    onpublication: ({ topic, data }) => {
      const where = `${topic}/${data}`;
      assert.equal(this.seen.has(where), false, `${where} came twice`);
      this.seen.add(where);
    },
  };
}

for (let seed = first; seed < first + SEEDS; ++seed) {
  test(`BROADCAST_HUB_TEST_SEED=${seed}`, async (t) => {
    const faults = [];
    t.mock.method(console, "error", (error) => faults.push(error));
    const chance = chanceFrom(seed);
    const below = (count) => Math.floor(chance() * count);
    const hub = new ModelHub(NAMES, 8);
    const rig = new Rig({ random: chance });
    const readers = NAMES.map((name) => new Reader(name));
    const join = ({ name, handlers }) => rig.client.subscribe(name, { ...handlers, last: 4 });
    const joined = readers.map(join);
    // Who leaves a topic while its past is on the way sees that through a pattern, once more.
    const leaves = seed % 2 === 0;
    const patternReader = new PatternReader();
    if (!leaves) rig.client.subscribe("*", patternReader.handlers);
    const published = [];
    let isConnected = false;

    const meet = () => {
      if (rig.client.state !== "connecting" || isConnected) return;
      isConnected = true;
      rig.socket.open();
      hub.meet();
    };
    const toHub = () => {
      const text = isConnected && rig.socket.sent.shift();
      if (text) hub.take(JSON.parse(text));
    };
    const toClient = () => {
      if (isConnected && hub.toClient.length > 0) rig.say(hub.toClient.shift());
    };
    const lose = () => {
      if (!isConnected) return;
      isConnected = false;
      rig.socket.end();
    };
    const joinOrLeave = (one) => {
      if (joined[one].active) joined[one].unsubscribe();
      else joined[one] = join(readers[one]);
    };
    let count = 0;
    const anyName = () => NAMES[below(NAMES.length)];
    const happenings = [
      [20, toHub],
      [30, toClient],
      [10, () => hub.publish(anyName(), "")],
      [5, () => published.push(rig.client.publish(anyName(), `mine ${++count}`))],
      [5, () => rig.clock.advance(below(50))],
      [5, meet],
      [1, () => hub.publish(anyName(), "", undefined, true)],
      [0.7, lose],
      [0.3, () => hub.beginAnew(anyName())],
      [4, () => hub.handOut(anyName())],
      [leaves ? 3 : 0, () => joinOrLeave(below(NAMES.length))],
    ];
    const total = happenings.reduce((sum, [weight]) => sum + weight, 0);
    for (let step = 0; step < STEPS; ++step) {
      let left = chance() * total;
      happenings.find(([weight]) => (left -= weight) < 0)[1]();
    }

    joined.forEach(({ active }, one) => active || joinOrLeave(one));
    for (let quiet = 0; quiet < 1000; ++quiet) {
      rig.clock.advance(100);
      meet();
      toHub();
      toClient();
      // What was skipped last is seen with the next one.
      if (quiet === 500) NAMES.forEach((name) => hub.publish(name, "last"));
    }
    assert.deepEqual(faults, []);
    for (const { name, epoch, offset } of readers) {
      const { epoch: current, head } = hub.topics.get(name);
      assert.deepEqual([epoch, offset], [current, head], name);
    }
    // Or it would be no test.
    assert.ok(readers.every((reader) => reader.count > 10));
    assert.ok(leaves || readers.every((reader) => reader.recoveries > 0));
    assert.ok(leaves ? hub.already > 0 : patternReader.seen.size > 10);

    await settle();
    await Promise.all(published);
    const places = hub.publishedByClient;
    assert.equal(new Set(places).size, places.length, "published twice");
    assert.equal(new Set(places.map((place) => place.split("/")[2])).size, count);
    assert.ok(count > 10);
    rig.client.close();
  });
}
