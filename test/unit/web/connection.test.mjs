// How a client comes, stays, goes and comes back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "../../../web/client/broadcast_hub.js";
import { fakeSockets } from "./support/fake_socket.mjs";
import { HELLO, Rig, collectReports, settle } from "./support/rig.mjs";

const hello = (members) => ({ hello: { ...HELLO.hello, ...members } });

test("offers the protocol and says each state", async () => {
  const rig = new Rig({ url: "ws://hub/path" });
  assert.equal(rig.client.state, "connecting");
  assert.deepEqual(rig.states, [], "connect has not returned yet");
  await settle();
  assert.equal(rig.socket.url, "ws://hub/path");
  assert.deepEqual(rig.socket.protocols, ["bhub.v1"]);
  rig.socket.open();
  assert.equal(rig.client.state, "connecting", "there was no hello");
  rig.say(HELLO);
  assert.equal(rig.client.state, "open");
  assert.equal(rig.client.id, "c1");
  assert.equal(rig.client.raw, false);
  rig.chance = 0.5;
  rig.socket.end(1012, "restart");
  assert.equal(rig.client.state, "waiting");
  rig.clock.advance(250);
  assert.equal(rig.client.state, "connecting");
  rig.client.close();
  assert.deepEqual(rig.states, [
    { state: "connecting" },
    { state: "open", raw: false },
    { state: "waiting", code: 1012, reason: "restart", delay: 250, attempts: 1 },
    { state: "connecting" },
    { state: "closed", code: 1000, reason: "closed" },
  ]);
});

test("takes handlers that are set after connecting", async () => {
  const seen = [];
  const client = connect("ws://hub/", { WebSocket: fakeSockets() });
  client.onstate = ({ state }) => seen.push(state);
  await settle();
  client.close();
  assert.deepEqual(seen, ["connecting", "closed"]);
});

test("throws where there is no WebSocket, and what the WebSocket throws", () => {
  assert.throws(() => connect("ws://hub/", { WebSocket: null }), /options\.WebSocket/);
  class Strict {
    constructor(url) {
      throw new SyntaxError(`${url} is no address`);
    }
  }
  assert.throws(() => connect("nonsense", { WebSocket: Strict }), SyntaxError);
});

test("asks a function for the address before each attempt", async (t) => {
  const reports = collectReports(t);
  let token = 0;
  const url = () => {
    if (token === 2) throw new Error("no token");
    return `ws://hub/?token=${++token}`;
  };
  const rig = new Rig({ url });
  await settle();
  rig.socket.end();
  rig.clock.advance(20000);
  await settle();
  assert.equal(rig.socket.url, "ws://hub/?token=2");
  rig.socket.end();
  rig.clock.advance(500);
  await settle();
  assert.equal(rig.sockets.length, 2);
  assert.equal(rig.client.state, "waiting");
  assert.deepEqual(reports.map(({ message }) => message), ["no token"]);
  token = 3;
  rig.clock.advance(20000);
  await settle();
  assert.equal(rig.socket.url, "ws://hub/?token=4");
});

test("waits with full jitter between bounds that double, 500 to 20000 ms before a hello", () => {
  for (const chance of [0, 0.25, 0.999]) {
    const rig = new Rig();
    rig.chance = chance;
    for (const bound of [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000, 20000]) {
      rig.socket.end();
      assert.deepEqual(rig.clock.waits, [chance * bound]);
      rig.clock.advance(chance * bound);
    }
  }
});

test("waits within the bounds of the hello, and forgets failures after a session that lasted", () => {
  const rig = new Rig();
  rig.chance = 1;
  for (let failures = 0; failures < 5; ++failures) {
    rig.socket.end();
    rig.clock.advance(20000);
  }
  rig.greet(hello({ retry: [100, 300] }));
  rig.clock.advance(300);
  for (const bound of [100, 200, 300, 300]) {
    rig.socket.end();
    assert.deepEqual(rig.clock.waits, [bound]);
    rig.clock.advance(bound);
  }
  rig.socket.open(); // without a hello it was no session
  rig.socket.end();
  assert.deepEqual(rig.clock.waits, [300]);
});

test("keeps its bounds when those of the hello are nonsense", () => {
  for (const retry of [undefined, null, 7, "ab", [], [0, 0], [0, 20000], [5], [9, 1], [-1, 2], ["1", "2"]]) {
    const rig = new Rig();
    rig.chance = 1;
    rig.greet(hello({ retry }));
    rig.socket.end();
    assert.deepEqual(rig.clock.waits, [500], JSON.stringify(retry));
  }
});

const codes = {
  "comes back after": [1001, 1004, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 2999, 3001, 3999,
    4000, 4008, 4499, 5000],
  "stays away after": [1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003, 4500, 4501, 4999],
};
for (const [name, list] of Object.entries(codes)) {
  test(`${name} ${list.join(", ")}`, () => {
    for (const code of list) {
      const rig = Rig.open();
      rig.socket.end(code, "why");
      const expected = name.startsWith("comes") ? "waiting" : "closed";
      assert.equal(rig.client.state, expected, `${code}`);
      assert.equal(rig.states.at(-1).code, code);
      assert.equal(rig.states.at(-1).reason, "why");
      assert.equal(rig.clock.timers.size, expected === "waiting" ? 1 : 0);
    }
  });
}

test("comes back when the server that said bye wants it", () => {
  const rig = Rig.open();
  rig.say({ bye: { after: [4000, 30000] } });
  assert.equal(rig.client.state, "open", "until the server closes");
  rig.chance = 0.25;
  rig.socket.end(1012);
  assert.deepEqual(rig.clock.waits, [10500]);
  rig.clock.advance(10500);
  rig.socket.end();
  assert.deepEqual(rig.clock.waits, [0.25 * 500], "only once");
});

test("takes bounds that are one point", () => {
  const rig = Rig.open();
  rig.say({ bye: { after: [700, 700] } });
  rig.socket.end(1012);
  assert.deepEqual(rig.clock.waits, [700]);
});

test("an attempt is left in time, whatever comes before the hello", () => {
  const rig = new Rig({ connectTimeout: 1000 });
  rig.socket.open();
  rig.clock.advance(900);
  rig.say({}, { msg: "early" });
  rig.clock.advance(101);
  assert.equal(rig.client.state, "waiting");
});

test("an address that comes late leaves its socket the rest of the time", async () => {
  let give;
  const rig = new Rig({ connectTimeout: 1000, url: () => new Promise((resolve) => (give = resolve)) });
  rig.clock.advance(900);
  give("ws://late/");
  await settle();
  assert.equal(rig.sockets.length, 1);
  rig.clock.advance(101);
  assert.equal(rig.client.state, "waiting");
});

// The last thing that a page showed was that it waits.
test("no listener is told of a state that is over", () => {
  const rig = Rig.open();
  const seen = [];
  rig.client.on("state", ({ state }) => state === "waiting" && rig.client.close());
  rig.client.on("state", ({ state }) => seen.push(state));
  rig.socket.end();
  assert.deepEqual(seen, ["closed"]);
});

// A hub could have its clients come back at once, again and again.
test("waits up to a tenth of a second, whatever the server says", () => {
  for (const [options, floor] of [[{}, 100], [{ retryFloor: 7 }, 7]]) {
    for (const chance of [0, 0.5, 1]) {
      const rig = new Rig(options);
      rig.chance = chance;
      rig.greet(hello({ retry: [1, 1] }));
      rig.socket.end();
      assert.deepEqual(rig.clock.waits, [chance * floor]);
      for (const least of [0, 1]) {
        rig.clock.advance(floor);
        rig.greet(hello({ retry: [1, 1] }));
        rig.say({ bye: { after: [least, least] } });
        rig.socket.end();
        assert.deepEqual(rig.clock.waits, [least + chance * (floor - least)]);
      }
    }
  }
});

test("takes no bye that is nonsense", () => {
  const ranges = [undefined, 5, [], [1], [5, 1], [-5, 1], ["0", "1"], [null, null]];
  for (const bye of [7, null, [], ...ranges.map((after) => ({ after }))]) {
    const rig = Rig.open();
    rig.say({ bye });
    rig.socket.end(1012);
    assert.deepEqual(rig.clock.waits, [250], JSON.stringify(bye));
  }
});

test("stays away when the server said bye and then closed for good", () => {
  const rig = Rig.open();
  rig.say({ bye: { after: [0, 100] } });
  rig.socket.end(4501);
  assert.equal(rig.client.state, "closed");
});

test("answers pings", () => {
  const rig = Rig.open();
  rig.say({}, {});
  assert.deepEqual(rig.socket.sent, ["{}", "{}"]);
});

test("leaves a connection on which nothing came for a ping and ten seconds", () => {
  const rig = Rig.open();
  rig.say(hello({ ping: 1 })); // a second hello says nothing
  rig.clock.advance(34999);
  rig.say({});
  rig.clock.advance(34999);
  rig.socket.deliver('"a sign of life"');
  rig.clock.advance(34999);
  assert.equal(rig.client.state, "open");
  const silent = rig.socket;
  rig.clock.advance(2);
  assert.equal(rig.client.state, "waiting");
  assert.equal(rig.states.at(-1).code, 1006);
  assert.deepEqual(silent.closes, [[1000, undefined]]);
  rig.clock.advance(250);
  assert.equal(rig.sockets.length, 2);
  // The old socket's end comes late, and is nothing new.
  silent.deliver(JSON.stringify(HELLO));
  silent.end(1002);
  assert.equal(rig.client.state, "connecting");
});

test("takes the time of a ping from the hello", () => {
  const rig = new Rig();
  rig.greet(hello({ ping: 1000 }));
  rig.clock.advance(10999);
  assert.equal(rig.client.state, "open");
  rig.clock.advance(2);
  assert.equal(rig.client.state, "waiting");
});

test("what came while a handler held everything up is read before silence is judged", () => {
  const rig = new Rig();
  rig.greet(hello({ ping: 1000 }));
  rig.clock.block(60000);
  rig.say({});
  rig.clock.advance(5000);
  assert.equal(rig.client.state, "open");
  assert.equal(rig.sockets.length, 1);
  rig.clock.advance(6001);
  assert.equal(rig.client.state, "waiting");
});

test("waits for ever for a server that says that it does not ping", () => {
  const rig = new Rig();
  rig.greet(hello({ ping: 0 }));
  assert.equal(rig.clock.timers.size, 0);
});

test("keeps within what a timer can", () => {
  const rig = new Rig();
  rig.greet(hello({ ping: Number.MAX_SAFE_INTEGER }));
  assert.deepEqual(rig.clock.waits, [2 ** 31 - 1]);
});

test("leaves a connection that does not come about", () => {
  const rig = new Rig({ connectTimeout: undefined });
  rig.clock.advance(10000);
  assert.equal(rig.client.state, "connecting");
  rig.clock.advance(1);
  assert.equal(rig.client.state, "waiting");
  rig.clock.advance(250);
  rig.clock.advance(5000);
  rig.socket.open(); // and says nothing
  rig.clock.advance(5000);
  assert.equal(rig.client.state, "connecting");
  rig.clock.advance(1);
  assert.equal(rig.client.state, "waiting");
  assert.deepEqual(rig.clock.waits, [500], "there was no hello");
});

test("leaves nothing behind when it is closed, whatever its state", () => {
  const ways = {
    connecting: () => new Rig(),
    open: () => Rig.open(),
    waiting: () => {
      const rig = Rig.open();
      rig.socket.end();
      return rig;
    },
  };
  for (const [state, make] of Object.entries(ways)) {
    const rig = make();
    assert.equal(rig.client.state, state);
    const { socket } = rig;
    rig.client.close();
    rig.client.close();
    assert.equal(rig.client.state, "closed");
    assert.equal(rig.clock.timers.size, 0);
    assert.deepEqual(socket.closes, state === "waiting" ? [] : [[1000, undefined]]);
    assert.equal(rig.states.filter((event) => event.state === "closed").length, 1);
    if (state === "open") socket.deliver(JSON.stringify({ msg: "late" }));
    if (state !== "waiting") socket.end(1006);
    assert.deepEqual(rig.messages, []);
    assert.equal(rig.client.state, "closed");
    assert.equal(rig.clock.timers.size, 0);
  }
});

test("may be closed in any handler of a state", () => {
  for (const last of ["open", "waiting", "connecting"]) {
    const rig = new Rig({ onstate: undefined });
    rig.client.onstate = ({ state }) => state === last && rig.client.close();
    rig.greet();
    if (last !== "open") rig.socket.end();
    rig.clock.advance(250);
    assert.equal(rig.client.state, "closed", last);
    assert.equal(rig.clock.timers.size, 0);
  }
});
