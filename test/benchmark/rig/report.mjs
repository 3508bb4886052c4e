// The figures as Markdown.

import { aimsToMarkdown } from "./aims.mjs";
import { bhubToMarkdown } from "./bhub.mjs";
import { describeCell, parseCell } from "./cells.mjs";
import { microToMarkdown } from "./micro.mjs";
import { baseline, describeServers } from "./servers.mjs";
import { ratio, summarize, valuesOf } from "./statistics.mjs";

const number = (digits) => (value) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

const envelope = (cell) => cell.mode === "broadcast" && cell.envelope;
const plain = (cell) =>
  cell.mode === "broadcast" && cell.content === "letters" && !cell.envelope;
const json = (cell) => cell.mode === "broadcast" && cell.content === "json";
const idle = (cell) => cell.mode === "idle";
const stalled = (cell) => cell.mode === "stalled";
const megabytes = (value) => number(1)(value / 2 ** 20);

const tables = [
  {
    title: "Server CPU per delivery, in microseconds",
    fits: plain,
    member: "server_cpu_us_per_delivery",
    show: number(2),
  },
  {
    title: "Deliveries per second, in thousands",
    fits: plain,
    member: "deliveries_per_second",
    show: (value) => number(0)(value / 1000),
  },
  {
    title: "With permessage-deflate: server CPU per delivery, in microseconds",
    fits: json,
    member: "server_cpu_us_per_delivery",
    show: number(2),
  },
  {
    title: "With permessage-deflate: bytes per delivery on the wire",
    fits: json,
    member: "wire_bytes_per_delivery",
    show: number(0),
  },
  {
    title: "In envelopes (bhub.v1): server CPU per delivery, in microseconds",
    fits: envelope,
    member: "server_cpu_us_per_delivery",
    show: number(2),
  },
  {
    title: "In envelopes (bhub.v1): bytes per delivery on the wire",
    fits: envelope,
    member: "wire_bytes_per_delivery",
    show: number(0),
  },
  {
    title: "Memory per idle connection (RSS), in KiB",
    fits: idle,
    member: "rss_bytes_per_connection",
    show: (value) => number(2)(value / 1024),
  },
  {
    title: "Beside stalled clients: p99 latency of the others, in milliseconds",
    fits: stalled,
    member: "latency_ms_p99",
    show: number(2),
  },
  {
    title: "Beside stalled clients: growth of the server's memory (RSS), in MiB",
    fits: stalled,
    member: "rss_growth_bytes",
    show: megabytes,
  },
  {
    title: "Beside stalled clients: growth of the kernel's memory for sockets, in MiB",
    fits: stalled,
    member: "socket_growth_bytes",
    show: megabytes,
  },
];

/** Empty, unless the server failed in some of them. */
function roundsBehind(values, results, server, cell) {
  const all = results.filter((r) => r.server === server && r.cell === cell.name).length;
  return values.size < all ? `, ${values.size} of ${all} rounds` : "";
}

function entry(table, results, server, cell) {
  const { member } = table;
  const values = valuesOf(results, { cell: cell.name, server, member });
  if (values.size === 0) {
    return "-";
  }
  const { median, least, most } = summarize([...values.values()]);
  const rounds = roundsBehind(values, results, server, cell);
  const text = `${table.show(median)} (${table.show(least)}-${table.show(most)})${rounds}`;
  const floor = valuesOf(results, { cell: cell.name, server: baseline, member });
  const times = server === baseline ? undefined : ratio(values, floor);
  return times === undefined ? text : `${text}, ${number(2)(times)}x`;
}

function toTable(table, figures) {
  const cells = figures.cells.map(parseCell).filter(table.fits);
  const names = new Set(cells.map((cell) => cell.name));
  const results = figures.results.filter((r) => names.has(r.cell));
  const measured = results.filter((r) => Number.isFinite(r[table.member]));
  if (measured.length === 0) {
    return "";
  }
  const servers = figures.servers.filter((name) => measured.some((r) => r.server === name));
  const row = (texts) => `| ${texts.join(" | ")} |`;
  const lines = cells.map((cell) =>
    row([describeCell(cell), ...servers.map((server) => entry(table, results, server, cell))]),
  );
  const head = [row(["", ...servers]), row(["---", ...servers.map(() => "---")])];
  return `## ${table.title}\n\n${[...head, ...lines].join("\n")}\n\n`;
}

/** Equal lines once, with how often. */
function counted(lines) {
  return [...new Set(lines)].map((line) => {
    const count = lines.filter((other) => other === line).length;
    return `- ${line}${count > 1 ? ` (${count} times)` : ""}`;
  });
}

function failures(results) {
  const failed = results.filter((r) => r.errors > 0);
  const full = results.filter((r) => r.memory_limit_reached);
  if (failed.length + full.length === 0) {
    return "";
  }
  const where = ({ server, cell }) => `${server}, ${describeCell(parseCell(cell))}`;
  const lines = [
    ...failed.map((r) => `${where(r)}: ${r.error}`),
    ...full.map((r) => `${where(r)}: grew past the memory limit`),
  ];
  return `## Failures\n\n${counted(lines).join("\n")}\n\n`;
}

function leftOut(skipped) {
  if (skipped.length === 0) {
    return "";
  }
  const lines = skipped.map(({ server, why }) => `${server}: ${why}`);
  return `## Left out\n\n${[...new Set(lines)].map((line) => `- ${line}`).join("\n")}\n\n`;
}

function earlierRuns({ cells, earlier = [] }) {
  return earlier
    .map((run) => {
      const which = run.cells.map((cell) => describeCell(parseCell(cell))).join("; ");
      const all = run.cells.length * 2 > cells.length ? `${run.cells.length} of the cells` : which;
      return `- commit ${run.commit}, ${run.date}, ${run.rounds} rounds: ${all}\n`;
    })
    .join("");
}

function libraries({ machine, build }) {
  const versions = Object.entries(build.libraries ?? {}).map((entry) => entry.join(" "));
  return [...versions, `node ${machine.node}`, `ws ${machine.ws}`].join(", ");
}

export function toMarkdown(figures) {
  const { machine, build, commit, rounds } = figures;
  const pinning = figures.pinned
    ? "The server ran on core 0, the load generator on core 1."
    : "Server and load generator shared one core.";
  const servers = describeServers(figures.servers)
    .map(({ name, about }) => `- \`${name}\`: ${about}`)
    .join("\n");
  return `# Broadcast figures

Made by \`test/benchmark/run.sh\`, not by hand. Medians (smallest-largest) of ${rounds} interleaved
rounds, each with a fresh server; \`x\` is the median of the rounds' ratios to \`${baseline}\`.
${pinning} Every frame was checked at every client.

- commit: ${commit}
- date: ${figures.date}
${earlierRuns(figures)}- machine: ${machine.cores} cores, ${machine.cpu}, ${machine.memory}, Linux ${machine.kernel}
- build: ${build.compiler}, ${build.type}; ${libraries(figures)}

![Server CPU per delivery and memory per idle connection, as bars](figures.svg)

${servers}

${aimsToMarkdown(figures)}${tables.map((table) => toTable(table, figures)).join("")}${bhubToMarkdown(
    figures,
  )}${microToMarkdown(figures.micro)}${failures(figures.results)}${leftOut(figures.skipped)}`
    .trimEnd()
    .concat("\n");
}
