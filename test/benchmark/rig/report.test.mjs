// What is made of the figures: tables, aims, chart, JSON.

import assert from "node:assert/strict";
import { test } from "node:test";

import { aimsToMarkdown, judgeAims } from "./aims.mjs";
import { shortNumber, toChart } from "./chart.mjs";
import { keepOthers, toJson } from "./figures.mjs";
import { broadcastResult, figuresOf, idleResult } from "./figures_fixture.mjs";
import { readMicro } from "./micro.mjs";
import { toMarkdown } from "./report.mjs";

const cell = "1000x64x1";
const results = [
  broadcastResult(0, "hub", cell, 6),
  broadcastResult(0, "raw_send", cell, 3),
  broadcastResult(1, "raw_send", cell, 5),
  broadcastResult(1, "hub", cell, 10),
  broadcastResult(2, "hub", cell, 8),
  broadcastResult(2, "raw_send", cell, 4),
  idleResult("hub", 512),
  idleResult("raw_send", 256),
];

function assertHasLines(text, lines) {
  for (const line of lines) {
    assert.ok(text.includes(`${line}\n`), `${line} is not in ${text}`);
  }
}

test("the report shows median, extremes and the ratio to the plain loop", () => {
  assertHasLines(toMarkdown(figuresOf(results)), [
    "| 1,000 clients, 64 B, 1 in flight | 8.00 (6.00-10.00), 2.00x | 4.00 (3.00-5.00) |",
    "| 10,000 idle | 0.50 (0.50-0.50), 2.00x | 0.25 (0.25-0.25) |",
  ]);
});

test("the report names failures and what was left out", () => {
  const failed = { round: 0, server: "ws", cell, mode: "broadcast", errors: 1, error: "was cut" };
  const skipped = [{ server: "beast", cell: "all", why: "bench_beast was not built" }];
  const figures = figuresOf([...results, failed, { ...failed, round: 1 }], { skipped });
  assertHasLines(toMarkdown(figures), [
    "- ws, 1,000 clients, 64 B, 1 in flight: was cut (2 times)",
    "- beast: bench_beast was not built",
  ]);
});

test("a cell says of how many rounds it is, if the server failed in others", () => {
  const failed = { ...broadcastResult(3, "hub", cell, undefined), errors: 1, error: "was cut" };
  assertHasLines(toMarkdown(figuresOf([...results, failed])), [
    "| 1,000 clients, 64 B, 1 in flight | 8.00 (6.00-10.00), 3 of 4 rounds, 2.00x | " +
      "4.00 (3.00-5.00) |",
  ]);
});

test("cells that a run does not measure may be kept, and say where they are from", () => {
  const before = figuresOf(results, { commit: "aaaaaaaaaaaa" });
  const again = [broadcastResult(0, "hub", cell, 1), broadcastResult(0, "raw_send", cell, 2)];
  const once = keepOthers(figuresOf(again, { commit: "bbbbbbbbbbbb" }), before);
  assert.deepEqual(once.cells, [cell, "10000+idle"]);
  assertHasLines(toMarkdown(once), [
    "- commit: bbbbbbbbbbbb",
    "- commit aaaaaaaaaaaa, 2026-01-01, 3 rounds: 10,000 idle",
    "| 1,000 clients, 64 B, 1 in flight | 1.00 (1.00-1.00), 0.50x | 2.00 (2.00-2.00) |",
    "| 10,000 idle | 0.50 (0.50-0.50), 2.00x | 0.25 (0.25-0.25) |",
  ]);
  const other = "100x64x1";
  const more = [broadcastResult(0, "hub", other, 1), broadcastResult(0, "raw_send", other, 1)];
  const twice = keepOthers(figuresOf(more, { commit: "cccccccccccc" }), once);
  assert.deepEqual(
    twice.earlier.map(({ commit, cells }) => [commit, ...cells]),
    [["bbbbbbbbbbbb", cell], ["aaaaaaaaaaaa", "10000+idle"]],
  );
  assert.throws(() => keepOthers({ ...once, machine: { cpu: "another" } }, before), /another machine/);
});

test("an aim is judged by its worst cell", () => {
  const more = ["100x64x1", "100x16384x1"].flatMap((name, place) => [
    broadcastResult(0, "hub", name, place === 0 ? 4.1 : 4.4),
    broadcastResult(0, "raw_send", name, 4),
  ]);
  assertHasLines(aimsToMarkdown({ results: more }), [
    "| 1 in flight, any size and count: CPU per delivery to `raw_send` | 1.05x | 1.10x (worst: " +
      "100 clients, 16,384 B, 1 in flight) | **missed** in 1 of 2 |",
    "| 16 KiB: CPU per delivery to `raw_send` | 1.05x | 1.10x (worst: 100 clients, 16,384 B, " +
      "1 in flight) | **missed** in 1 of 1 |",
    "| 18,000 clients: CPU per delivery to that with 1,000 | | not measured in this run | |",
  ]);
});

test("deflate and stalled clients are compared with the cell without them", () => {
  const stalled = (name, latency, growth) => ({
    round: 0,
    server: "hub",
    cell: name,
    mode: "stalled",
    latency_ms_p99: latency,
    rss_growth_bytes: growth,
    errors: 0,
  });
  const judged = judgeAims({ results: [
    broadcastResult(0, "hub", "1000x1024x1+json", 5),
    broadcastResult(0, "hub", "1000x1024x1+deflate", 5.5),
    stalled("50x16384+0stalled", 2, 0),
    stalled("50x16384+1000stalled", 3, 2 ** 20),
  ] });
  const figures = judged.flatMap(({ cases }) => cases.map(({ figure }) => figure));
  assert.deepEqual(figures, [1.1, 2 ** 20, 1.5]);
});

test("envelopes are compared with the cell of plain payloads", () => {
  const figures = figuresOf([
    broadcastResult(0, "hub", cell, 4),
    broadcastResult(0, "hub", `${cell}+envelope`, 4.4),
  ]);
  assertHasLines(toMarkdown(figures), [
    "| clients of bhub.v1: CPU per delivery in envelopes to that of plain payloads | 1.05x | " +
      "1.10x (worst: 1,000 clients, 64 B in envelopes, 1 in flight) | **missed** in 1 of 1 |",
    "| 1,000 clients, 64 B in envelopes, 1 in flight | 4.40 (4.40-4.40) |",
    "| 1,000 clients, 64 B, 1 in flight | 4.00 (4.00-4.00) |",
  ]);
});

test("what clients of bhub.v1 cost is in the report", () => {
  const ofHub = (name, figures) => ({ round: 0, server: "hub", cell: name, errors: 0, ...figures });
  const figures = figuresOf([
    ofHub("10000x100+recovery", { mode: "recovery", recovery_seconds: 1.5 }),
    ofHub("10000x100+recovery", { mode: "recovery", round: 1, recovery_seconds: 2.5 }),
    ofHub("1000x100+subscribe", { mode: "subscribe", subscribes_per_second: 123456 }),
    ofHub("10000+presence", { mode: "presence", presence_frames_per_second: 9.5 }),
  ]);
  assertHasLines(toMarkdown(figures), [
    "| 10,000 come back, 100 missed | until all have what they missed, s | 2.00 (1.50-2.50) |",
    "| 1,000 clients, 100 topics each | subscribes answered per second | 123,456 (123,456-123,456) |",
    "| presence, 10,000 join within a second: frames a second for each client | 10.0 | 9.5 " +
      "(worst: 10,000 join and watch) | met |",
  ]);
  assert.ok(!toMarkdown(figuresOf(results)).includes("## Clients of bhub.v1"));
});

test("publishing is judged by the micro benchmarks' medians", () => {
  const run = (threads, perSecond) => ({
    name: `publish_without_subscribers/real_time/threads:${threads}`,
    run_type: "iteration",
    items_per_second: perSecond,
  });
  const micro = readMicro({
    benchmarks: [
      run(1, 1e7),
      run(1, 5e6),
      run(1, 2e7),
      run(8, 4e6),
      { ...run(1, 1), run_type: "aggregate" },
      { name: "make_text_frame/64", run_type: "iteration" },
    ],
  });
  assertHasLines(aimsToMarkdown({ results: [], micro }), [
    "| publishing 64 B without subscribers, one thread: time of each (5 million a second) | " +
      "200 ns | 100 ns | met |",
    "| publishing 64 B without subscribers, 8 threads together: time of each to that by one " +
      "thread | 2.00x | 2.50x | **missed** in 1 of 1 |",
    "| publishing 64 B into a history, one thread: time of each (5 million a second) | " +
      "| not measured in this run | |",
  ]);
});

test("what should not depend on a number is judged by the worst number", () => {
  const runs = (name, perSecond) =>
    Object.entries(perSecond).map(([number, rate]) => ({
      name: `${name}/${number}`,
      run_type: "iteration",
      items_per_second: rate,
    }));
  const micro = readMicro({
    benchmarks: [
      ...runs("deliver_in_common/in_order", { 1000: 6e7, 18000: 5e7, 1000000: 5.5e7 }),
      ...runs("deliver_by_connection/mixed", { 1000: 1e7, 50000: 4e6, 1000000: 5e6 }),
      ...runs("publish_beside_patterns", { 10000: 1e7, 10: 1e7 }),
    ],
  });
  assertHasLines(aimsToMarkdown({ results: [], micro }), [
    "| fan-out without sockets, all up to date: time of each delivery to that with 1,000 | 1.25x " +
      "| 1.20x (worst: 18,000 subscribers) | met |",
    "| fan-out without sockets, each with cursors, mixed order: time of each delivery to that " +
      "with 1,000 | 1.25x | 2.50x (worst: 50,000 subscribers) | **missed** in 2 of 2 |",
    "| publishing beside patterns that do not match: time of each to that with 10 | 1.20x | " +
      "1.00x (worst: 10,000 patterns) | met |",
  ]);
});

test("micro benchmarks are in the report and in the JSON, on one line for each", () => {
  const micro = { publish_ns_by_threads: { 1: [90, 110, 100], 8: [50] }, delivery_ns: {} };
  const figures = figuresOf(results, { micro });
  assertHasLines(toMarkdown(figures), [
    "| publishing without subscribers | 1 thread | 100.0 (90.0-110.0) |",
    "| publishing without subscribers | 8 threads | 50.0 (50.0-50.0) |",
  ]);
  assert.deepEqual(JSON.parse(toJson(figures)), figures);
  assertHasLines(toJson(figures), ['  "publish_ns_by_threads": {"1":[90,110,100],"8":[50]},']);
});

test("the chart has a bar for each server, and its text cannot break it", () => {
  const chart = toChart(figuresOf(results));
  assert.equal(chart.match(/<rect [^>]*class="hub"/g).length, 2);
  assert.equal(chart.match(/<rect [^>]*class="floor"/g).length, 2);
  assert.ok(chart.includes("a &lt;fast&gt; one"));
  assert.ok(chart.includes("prefers-color-scheme: dark"));
  assert.ok(!/NaN|undefined|Infinity/.test(chart));
});

test("numbers are short", () => {
  assert.deepEqual([0.0772, 0.43, 6.939, 12.21, 1234.5].map(shortNumber), [
    "0.077",
    "0.430",
    "6.94",
    "12.2",
    "1,235",
  ]);
});

test("the JSON has one line for each result", () => {
  const json = toJson(figuresOf(results));
  assert.deepEqual(JSON.parse(json), figuresOf(results));
  assert.equal(json.split("\n").filter((line) => line.includes('"round"')).length, results.length);
});
