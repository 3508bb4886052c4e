// What clients of bhub.v1 cost beside deliveries, as Markdown.

import { describeCell, parseCell } from "./cells.mjs";
import { summarize, valuesOf } from "./statistics.mjs";

const number = (digits) => (value) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const megabytes = (value) => number(1)(value / 2 ** 20);
const kilobytes = (value) => number(1)(value / 1024);

const figuresOf = {
  recovery: [
    ["until all have what they missed, s", "recovery_seconds", number(2)],
    ["server CPU, s", "server_cpu_seconds", number(2)],
    ["server CPU per client, us", "server_cpu_us_per_client", number(0)],
    ["growth of the server's memory (RSS), MiB", "rss_growth_bytes", megabytes],
    ["bytes per client on the wire, KiB", "wire_bytes_per_client", kilobytes],
  ],
  subscribe: [
    ["subscribes answered per second", "subscribes_per_second", number(0)],
    ["server CPU per subscribe, us", "server_cpu_us_per_subscribe", number(2)],
    ["memory per subscription (RSS), bytes", "rss_bytes_per_subscription", number(0)],
  ],
  presence: [
    ["until all know of all, s", "seconds", number(2)],
    ["server CPU per join, us", "server_cpu_us_per_join", number(1)],
    ["presence frames per client", "presence_frames_per_client", number(0)],
    ["those behind the first, per second", "presence_frames_per_second", number(1)],
    ["bytes per client on the wire, KiB", "wire_bytes_per_client", kilobytes],
    ["memory per member (RSS), bytes", "rss_bytes_per_member", number(0)],
  ],
};

function rowsOf(results, cell) {
  return (figuresOf[cell.mode] ?? []).flatMap(([what, member, show]) => {
    const values = [...valuesOf(results, { cell: cell.name, server: "hub", member }).values()];
    if (values.length === 0) {
      return [];
    }
    const { median, least, most } = summarize(values);
    return [`| ${describeCell(cell)} | ${what} | ${show(median)} (${show(least)}-${show(most)}) |`];
  });
}

export function bhubToMarkdown({ cells, results }) {
  const rows = cells.map(parseCell).flatMap((cell) => rowsOf(results, cell));
  if (rows.length === 0) {
    return "";
  }
  const head = ["| | | `hub` |", "| --- | --- | --- |"];
  return `## Clients of bhub.v1\n\n${[...head, ...rows].join("\n")}\n\n`;
}
