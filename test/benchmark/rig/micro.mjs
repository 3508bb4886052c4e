// The micro benchmarks that there are aims for.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { summarize } from "./statistics.mjs";

const program = "micro/micro_benchmarks";

const family = (member, pattern, about, unit) => ({ member, pattern, about, unit });

/** Benchmarks whose names end with a number; `unit` is one of what that counts. */
const families = [
  family(
    "publish_ns_by_threads",
    /^publish_without_subscribers\/real_time\/threads:(\d+)$/,
    "publishing without subscribers",
    "thread",
  ),
  family(
    "publish_into_history_ns_by_threads",
    /^publish_into_history\/real_time\/threads:(\d+)$/,
    "publishing into a history",
    "thread",
  ),
  family(
    "publish_ns_by_patterns",
    /^publish_beside_patterns\/(\d+)$/,
    "publishing beside patterns that do not match",
    "pattern",
  ),
  ...[
    ["", "in_order", ""],
    ["_mixed", "mixed", ", mixed order"],
  ].flatMap(([suffix, order, words]) => [
    family(
      `delivery_ns_in_common${suffix}`,
      new RegExp(`^deliver_in_common/${order}/(\\d+)$`),
      `fan-out without sockets, all up to date${words}`,
      "subscriber",
    ),
    family(
      `delivery_ns_by_connection${suffix}`,
      new RegExp(`^deliver_by_connection/${order}/(\\d+)$`),
      `fan-out without sockets, each with cursors${words}`,
      "subscriber",
    ),
  ]),
  family(
    "delivery_ns_by_topics",
    /^deliver_on_topics\/(\d+)$/,
    "delivery to one subscriber on many topics, by a pattern",
    "topic",
  ),
  family(
    "late_delivery_ns_by_topics",
    /^deliver_late_on_topics\/(\d+)$/,
    "delivery to one subscriber on many topics, by names, after a stall",
    "topic",
  ),
];

/**
 * From what Google Benchmark prints as JSON: nanoseconds for each publication or delivery, by
 * threads, patterns or subscribers.
 */
export function readMicro(report) {
  const times = Object.fromEntries(families.map(({ member }) => [member, {}]));
  const runs = report.benchmarks.filter(
    (run) => run.run_type === "iteration" && run.items_per_second > 0,
  );
  for (const { name, items_per_second: rate } of runs) {
    for (const { member, pattern } of families) {
      const found = pattern.exec(name);
      if (found) {
        (times[member][found[1]] ??= []).push(Math.round(1e10 / rate) / 10);
      }
    }
  }
  return times;
}

/** Empty when there is nothing to show. */
export function microToMarkdown(micro = {}) {
  const rows = families.flatMap(({ member, about, unit }) =>
    Object.entries(micro[member] ?? {}).map(([number, values]) => {
      const { median, least, most } = summarize(values);
      const [middle, ...ends] = [median, least, most].map((value) => value.toFixed(1));
      const count = `${Number(number).toLocaleString("en")} ${unit}${number === "1" ? "" : "s"}`;
      return `| ${about} | ${count} | ${middle} (${ends.join("-")}) |`;
    }),
  );
  if (rows.length === 0) {
    return "";
  }
  const head = ["| | | each takes |", "| --- | --- | --- |"];
  return `## Micro benchmarks, in nanoseconds\n\n${[...head, ...rows].join("\n")}\n\n`;
}

async function runOnce(path) {
  const { stdout } = await promisify(execFile)(path, [
    "--benchmark_filter=^(publish|deliver)_",
    "--benchmark_min_time=0.1",
    "--benchmark_repetitions=3",
    "--benchmark_enable_random_interleaving=true",
    "--benchmark_format=json",
  ], { maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout).benchmarks;
}

/**
 * Empty when the program was not built. The threads may run on any core. Sizes take turns, so that a
 * machine that was slow for a while changes little.
 */
export async function runMicro(programs, rounds) {
  const path = join(programs, program);
  if (!existsSync(path)) {
    return {};
  }
  const benchmarks = [];
  for (let round = 1; round <= rounds; ++round) {
    console.log(`micro benchmarks: round ${round}/${rounds}`);
    benchmarks.push(...(await runOnce(path)));
  }
  return readMicro({ benchmarks });
}
