// The parts of the rig that calculate.

import assert from "node:assert/strict";
import { test } from "node:test";

import { describeCell, fullCells, parseCell, selectCells } from "./cells.mjs";
import { compareCounts } from "./measure.mjs";
import { parseOptions } from "./options.mjs";
import { Progress } from "./progress.mjs";
import { planRun } from "./rounds.mjs";
import { commandFor, describeServers, whyNot } from "./servers.mjs";
import { median, ratio, summarize, valuesOf } from "./statistics.mjs";

test("the median of an odd and of an even number of values", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 9, 2, 4]), 6.5);
});

test("a summary has the extremes", () => {
  assert.deepEqual(summarize([3, 1, 20]), { median: 3, least: 1, most: 20 });
});

test("a ratio is taken within each round that has both", () => {
  const rounds = (...values) => new Map(values.map((value, round) => [round, value]));
  assert.equal(ratio(rounds(2, 20, 200), rounds(1, 10, 100)), 2);
  assert.equal(ratio(new Map([[1, 30]]), rounds(1, 10, 100)), 3);
  assert.equal(ratio(new Map([[7, 30]]), rounds(1, 10, 100)), undefined);
});

test("a round that failed has no value", () => {
  const results = [
    { cell: "a", server: "s", round: 0, cpu: 4 },
    { cell: "a", server: "s", round: 1, errors: 1 },
    { cell: "a", server: "other", round: 2, cpu: 5 },
  ];
  const values = valuesOf(results, { cell: "a", server: "s", member: "cpu" });
  assert.deepEqual([...values], [[0, 4]]);
});

test("a cell's name says what it is", () => {
  const described = {
    "1000x64x16": "1,000 clients, 64 B, 16 in flight",
    "1000x1024x1+json": "1,000 clients, 1,024 B, JSON, 1 in flight",
    "1000x1024x1+deflate": "1,000 clients, 1,024 B, JSON deflated, 1 in flight",
    "50x16384+1000stalled": "50 clients, 16,384 B, 1,000 stalled",
    "10000+idle": "10,000 idle",
    "1000x64x16+envelope": "1,000 clients, 64 B in envelopes, 16 in flight",
    "1000x64x16+mixed": "1,000 clients, 64 B, half in envelopes, 16 in flight",
    "10000x100+recovery": "10,000 come back, 100 missed",
    "1000x100+subscribe": "1,000 clients, 100 topics each",
    "10000+presence": "10,000 join and watch",
  };
  for (const [name, words] of Object.entries(described)) {
    assert.equal(describeCell(parseCell(name)), words);
  }
  assert.throws(() => parseCell("1000x64"), /CLIENTSxPAYLOADxIN_FLIGHT/);
});

test("a star selects from the full matrix, and nothing is measured twice", () => {
  const names = selectCells("*x64x16,1000x64x16,7x64x1").map((cell) => cell.name);
  const expected = ["100x64x16", "1000x64x16", "10000x64x16", "18000x64x16", "7x64x1"];
  assert.deepEqual(names, expected);
  assert.throws(() => selectCells("*x65x*"), /no cell of the full matrix fits/);
});

test("the full matrix has all sizes but what no machine can hold", () => {
  assert.ok(fullCells.includes("10000x16384x16"));
  assert.ok(!fullCells.includes("10000x16384x128"));
  assert.equal(fullCells.filter((name) => /^10+x\d+x\d+$/.test(name)).length, 26);
});

test("wrong options are named", () => {
  assert.throws(() => parseOptions(["--bogus"]), /--bogus/);
  assert.throws(() => parseOptions(["--build-dir", "/nowhere"]), /no load_generator in \/nowhere/);
  assert.throws(() => parseOptions(["--idle", "some", "--list"]), /--idle needs a whole number/);
});

test("the idle cell comes with every choice of cells unless it is turned off", () => {
  const names = (...args) => parseOptions(["--list", ...args]).cells.map((cell) => cell.name);
  assert.deepEqual(names("--cells", "5x64x1"), ["5x64x1", "10000+idle"]);
  assert.deepEqual(names("--cells", "5x64x1", "--idle", "0"), ["5x64x1"]);
  assert.deepEqual(names("--full"), fullCells);
});

test("servers are started as the cell needs it", () => {
  const [hub, beast] = describeServers(["hub", "beast"]);
  const flags = (server, cell) => commandFor(server, parseCell(cell), "/b").slice(1);
  assert.deepEqual(flags(beast, "10x64x1"), []);
  assert.deepEqual(flags(beast, "10x64x1+deflate"), ["--deflate", "on"]);
  assert.deepEqual(flags(hub, "18000x64x1"), ["--max-connections", "20000"]);
  assert.deepEqual(flags(hub, "10x16384x16"), []);
  assert.deepEqual(flags(hub, "10x16384x128"), ["--max-lag-bytes", "8388608"]);
  assert.deepEqual(flags(hub, "10x64x1+envelope"), []);
  assert.deepEqual(flags(hub, "10+presence"), ["--presence", "on"]);
  const recovery = ["--history", "1000", "--stats", "on"];
  assert.deepEqual(flags(hub, "9998x100+recovery"), recovery);
  // Two more connections than clients.
  assert.deepEqual(flags(hub, "9999x100+recovery"), [...recovery, "--max-connections", "20000"]);
});

test("a server that cannot do something is left out there, with the reason", () => {
  const [floor] = describeServers(["raw_send"]);
  assert.equal(whyNot(floor, parseCell("10x64x1")), "");
  assert.match(whyNot(floor, parseCell("10x64x1+deflate")), /no permessage-deflate/);
  assert.match(whyNot(floor, parseCell("10x64+5stalled")), /copy/);
  for (const cell of ["10x64x1+envelope", "10x5+recovery", "10x5+subscribe", "10+presence"]) {
    assert.match(whyNot(floor, parseCell(cell)), /bhub.v1/);
  }
});

test("a server that was not built is left out of everything, with the remedy", () => {
  const cells = [parseCell("10x64x1")];
  const { present, skipped } = planRun(
    { cells, programs: "/nowhere" },
    describeServers(["beast", "ws"]),
  );
  assert.deepEqual(present.map((server) => server.name), ["ws"]);
  assert.match(skipped[0].why, /bench_beast was not built; on Debian: apt install libboost-dev/);
});

test("the time left is known from the last time that the same was measured", () => {
  let now = 0;
  const progress = new Progress(["short", "long", "short", "long", "new"], () => now);
  now = 1;
  progress.stepDone();
  assert.equal(progress.secondsLeft(), 4);
  now = 101;
  progress.stepDone();
  assert.equal(progress.secondsLeft(), 1 + 100 + 50.5);
  assert.equal(progress.text(), "2 of 5, 3 min left");
});

test("a recovery that the server has counted otherwise than the clients is a failure", () => {
  const cell = parseCell("10x5+recovery");
  const counted = { hub_recovered: 10, hub_not_recovered: 0, hub_replayed: 50 };
  const result = { mode: "recovery", errors: 0 };
  assert.deepEqual(compareCounts(result, cell, counted), { ...result, ...counted });
  for (const wrong of [{ hub_replayed: 49 }, { hub_recovered: 9 }, { hub_not_recovered: 1 }]) {
    const judged = compareCounts(result, cell, { ...counted, ...wrong });
    assert.equal(judged.errors, 1);
    assert.match(judged.error, /the server counted/);
  }
  assert.equal(compareCounts(result, cell, {}).errors, 1);
  assert.equal(compareCounts({ errors: 1, error: "x" }, cell, {}).error, "x");
});
