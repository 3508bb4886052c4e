// The figures as Markdown.

import { describeCell } from "./measure.mjs";
import { baseline } from "./servers.mjs";
import { ratio, summarize } from "./statistics.mjs";

const number = (digits) => (value) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

const tables = [
  {
    title: "Server CPU per delivery, in microseconds",
    mode: "broadcast",
    member: "server_cpu_us_per_delivery",
    show: number(2),
  },
  {
    title: "Deliveries per second, in thousands",
    mode: "broadcast",
    member: "deliveries_per_second",
    show: (value) => number(0)(value / 1000),
  },
  {
    title: "Memory per idle connection (RSS), in KiB",
    mode: "idle",
    member: "rss_bytes_per_connection",
    show: (value) => number(2)(value / 1024),
  },
];

function cellOf(result) {
  const { mode, clients, payload, in_flight: inFlight } = result;
  return describeCell({ mode, clients, payload, inFlight });
}

function distinct(values) {
  return [...new Set(values)];
}

function entry(table, results, server, cell) {
  const valuesOf = (name) =>
    results.filter((r) => r.server === name && cellOf(r) === cell).map((r) => r[table.member]);
  const values = valuesOf(server);
  const { median, least, most } = summarize(values);
  const text = `${table.show(median)} (${table.show(least)}-${table.show(most)})`;
  const floor = valuesOf(baseline);
  const compared = server !== baseline && floor.length === values.length;
  return compared ? `${text}, ${number(2)(ratio(values, floor))}x` : text;
}

function toTable(table, figures) {
  const results = figures.results.filter((r) => r.mode === table.mode);
  if (results.length === 0) {
    return "";
  }
  const servers = figures.servers.filter((name) => results.some((r) => r.server === name));
  const row = (cells) => `| ${cells.join(" | ")} |`;
  const lines = distinct(results.map(cellOf)).map((cell) =>
    row([cell, ...servers.map((server) => entry(table, results, server, cell))]),
  );
  const head = [row(["", ...servers]), row(["---", ...servers.map(() => "---")])];
  return `## ${table.title}\n\n${[...head, ...lines].join("\n")}\n\n`;
}

export function toMarkdown(figures) {
  const { machine, build, commit, rounds } = figures;
  const pinning = figures.pinned
    ? "The server ran on core 0, the load generator on core 1."
    : "Server and load generator shared one core.";
  return `# Broadcast figures

Made by \`test/benchmark/run.sh\`, not by hand. Medians (smallest-largest) of ${rounds} interleaved
rounds, each with a fresh server; \`x\` is the median of the rounds' ratios to \`${baseline}\`, a plain
loop of one \`send\` per broadcast and client. \`raw_coalesced\` is the same loop with one \`send\` per
client and turn of the loop. \`hub\` is this library with its defaults, \`ws\` is npm's.
${pinning} Every frame was checked at every client.

- commit: ${commit}
- date: ${figures.date}
- machine: ${machine.cores} cores, ${machine.cpu}, ${machine.memory}, Linux ${machine.kernel}
- build: ${build.compiler}, ${build.type}; node ${machine.node}, ws ${machine.ws}

${tables.map((table) => toTable(table, figures)).join("")}`.trimEnd().concat("\n");
}
