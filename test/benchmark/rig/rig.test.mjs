// The parts of the rig that calculate.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseCell, parseOptions } from "./options.mjs";
import { toMarkdown } from "./report.mjs";
import { median, ratio, summarize } from "./statistics.mjs";

test("the median of an odd and of an even number of values", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 9, 2, 4]), 6.5);
});

test("a summary has the extremes", () => {
  assert.deepEqual(summarize([3, 1, 20]), { median: 3, least: 1, most: 20 });
});

test("a ratio is taken within each round", () => {
  assert.equal(ratio([2, 20, 200], [1, 10, 100]), 2);
});

test("a cell names clients, payload and broadcasts in flight", () => {
  assert.deepEqual(parseCell("1000x64x16"), {
    mode: "broadcast",
    clients: 1000,
    payload: 64,
    inFlight: 16,
  });
  assert.throws(() => parseCell("1000x64"), /CLIENTSxPAYLOADxIN_FLIGHT/);
});

test("wrong options are named", () => {
  assert.throws(() => parseOptions(["--bogus"]), /--bogus/);
  assert.throws(() => parseOptions(["--build-dir", "/nowhere"]), /no load_generator in \/nowhere/);
});

test("the report shows median, extremes and the ratio to the plain loop", () => {
  const cell = { mode: "broadcast", clients: 1000, payload: 64, in_flight: 1 };
  const result = (round, server, cpu) => ({
    ...cell,
    round,
    server,
    server_cpu_us_per_delivery: cpu,
    deliveries_per_second: 1e6 / cpu,
  });
  const idle = (server, bytes) => ({
    mode: "idle",
    clients: 10000,
    payload: 64,
    in_flight: 1,
    server,
    rss_bytes_per_connection: bytes,
  });
  const markdown = toMarkdown({
    machine: {},
    build: {},
    servers: ["hub", "raw_send"],
    results: [
      result(0, "hub", 6),
      result(0, "raw_send", 3),
      result(1, "raw_send", 5),
      result(1, "hub", 10),
      result(2, "hub", 8),
      result(2, "raw_send", 4),
      idle("hub", 512),
      idle("raw_send", 256),
    ],
  });
  for (const line of [
    "| 1,000 clients, 64 B, 1 in flight | 8.00 (6.00-10.00), 2.00x | 4.00 (3.00-5.00) |",
    "| 10,000 idle | 0.50 (0.50-0.50), 2.00x | 0.25 (0.25-0.25) |",
  ]) {
    assert.ok(markdown.includes(`${line}\n`), `${line} is not in ${markdown}`);
  }
});
