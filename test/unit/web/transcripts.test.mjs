// Every transcript that is for a client, replayed against ours.
import assert from "node:assert/strict";
import { test } from "node:test";

import { transcriptsFor, Values } from "../../support/transcript.mjs";
import { Rig, settle } from "./support/rig.mjs";

/** The client, its application and its network, as the steps of a transcript move them. */
class Replay {
  values = new Values();
  told = [];
  subscriptions = new Map();
  unread = []; // frames of the client
  rig = new Rig();

  constructor() {
    this.rig.chance = 1; // waits are as long as they may be
  }

  async play({ time, who, what }) {
    const { clock } = this.rig;
    if (time > clock.now) clock.advance(time - clock.now);
    const [verb, name, rest] = split(what);
    if (who === "app") this.#ask(verb, name, rest);
    else if (who === "net") this.#network(verb, Number(name));
    else if (who === "server") this.rig.say(this.values.fill(JSON.parse(what)));
    await settle();
    if (this.rig.socket.readyState === 1) this.unread.push(...this.rig.take());
  }

  expectFrame({ place, what }) {
    const expected = JSON.parse(what);
    const isNext = this.unread.length && this.values.matches(expected, this.unread[0]);
    assert.ok(isNext, `${place}: ${what} is not the next of ${JSON.stringify(this.unread)}`);
    this.unread.shift();
  }

  expectTold({ place, what }) {
    // Those about different subscriptions may come in any order.
    const [, name] = split(what);
    const index = this.told.findIndex((each) => split(each)[1] === name);
    assert.equal(this.told[index], what, `${place}: not the next of ${JSON.stringify(this.told)}`);
    this.told.splice(index, 1);
  }

  #network(verb, code) {
    if (verb === "connected") this.rig.socket.open();
    else this.rig.socket.end(code);
  }

  #ask(verb, name, rest) {
    const { client } = this.rig;
    if (verb === "unsubscribe") this.subscriptions.get(name).unsubscribe();
    if (verb === "publish") {
      client
        .publish(name, JSON.parse(rest))
        .then(({ offset }) => this.told.push(`published ${name} ${offset}`));
    }
    if (verb !== "subscribe") return;
    const handlers = {
      onsubscribed: ({ recovered, why }) =>
        this.told.push(`subscribed ${name} ${recovered ? "recovered" : why}`),
      onpublication: ({ data, offset, skipped }) =>
        this.told.push(
          `publication ${name} ${offset} ${JSON.stringify(data)}${skipped ? ` skipped ${skipped}` : ""}`
        ),
    };
    this.subscriptions.set(name, client.subscribe(name, { ...handlers, ...JSON.parse(rest) }));
  }
}

/** The first two words, and the rest. */
function split(what) {
  const [, first, second, rest] = what.match(/^(\S+)(?: (\S+))?(?: (.*))?$/);
  return [first, second, rest];
}

const replayed = transcriptsFor("client");

test("there are transcripts", () => assert.ok(replayed.length > 5));

for (const { name, steps } of replayed) {
  test(name, async () => {
    const replay = new Replay();
    for (const step of steps.filter(({ who }) => who !== "other")) {
      if (step.who === "client") replay.expectFrame(step);
      else if (step.who === "told") replay.expectTold(step);
      else await replay.play(step);
    }
    assert.deepEqual(replay.unread, []);
    assert.deepEqual(replay.told, []);
    replay.rig.client.close();
  });
}
