// What the library wants to reach, as ratios within one run, and whether it did.

import { describeCell, parseCell } from "./cells.mjs";
import { baseline, stalledLogBytes } from "./servers.mjs";
import { median, ratio, valuesOf } from "./statistics.mjs";

const cpu = "server_cpu_us_per_delivery";
const plain = (cell) => cell.mode === "broadcast" && cell.content === "letters" && !cell.envelope;
const coalescing = (cell) => plain(cell) && cell.inFlight > 1 && cell.payload <= 1024;

const hub = (cell, member) => ({ cell: cell.name, server: "hub", member });

/** The hub beside another server in the same cell. */
const beside = (server) => (results, cell) =>
  ratio(
    valuesOf(results, hub(cell, cpu)),
    valuesOf(results, { cell: cell.name, server, member: cpu }),
  );

/** The hub in this cell beside itself in another. */
const besideCell = (other, member) => (results, cell) =>
  ratio(
    valuesOf(results, hub(cell, member)),
    valuesOf(results, { cell: other(cell), server: "hub", member }),
  );

const alone = (member) => (results, cell) => {
  const values = [...valuesOf(results, hub(cell, member)).values()];
  return values.length === 0 ? undefined : median(values);
};

const times = (figure) => `${figure.toFixed(2)}x`;
const kibibytes = (figure) => `${(figure / 1024).toFixed(2)} KiB`;
const mebibytes = (figure) => `${(figure / 2 ** 20).toFixed(1)} MiB`;

const aims = [
  {
    name: "1 in flight, any size and count: CPU per delivery to `raw_send`",
    fits: (cell) => plain(cell) && cell.inFlight === 1,
    figure: beside(baseline),
    most: () => 1.05,
    show: times,
  },
  ...[
    ["raw_coalesced", 1.1],
    ["websocketpp_prepared", 0.5],
    ["ws", 0.1],
  ].map(([server, most]) => ({
    name: `16 and 128 in flight, 64 B and 1 KiB: CPU per delivery to \`${server}\``,
    fits: coalescing,
    figure: beside(server),
    most: () => most,
    show: times,
  })),
  {
    name: "16 KiB: CPU per delivery to `raw_send`",
    fits: (cell) => plain(cell) && cell.payload === 16384,
    figure: beside(baseline),
    most: () => 1.05,
    show: times,
  },
  {
    name: "permessage-deflate, 1 KiB JSON, 1,000 clients: CPU per delivery to that without",
    fits: (cell) => cell.deflate && cell.clients === 1000,
    figure: besideCell((cell) => cell.name.replace("+deflate", "+json"), cpu),
    most: () => 1.2,
    show: times,
  },
  {
    name: "clients of bhub.v1: CPU per delivery in envelopes to that of plain payloads",
    fits: (cell) => cell.envelope && !cell.mixed,
    figure: besideCell((cell) => cell.name.replace("+envelope", ""), cpu),
    most: () => 1.05,
    show: times,
  },
  {
    name: "presence, 10,000 join within a second: frames a second for each client",
    fits: (cell) => cell.mode === "presence" && cell.clients === 10_000,
    figure: alone("presence_frames_per_second"),
    most: () => 10,
    show: (figure) => figure.toFixed(1),
  },
  {
    name: "10,000 idle connections: memory of each (RSS)",
    fits: (cell) => cell.mode === "idle" && cell.clients === 10_000,
    figure: alone("rss_bytes_per_connection"),
    most: () => 1024,
    show: kibibytes,
  },
  {
    name:
      "stalled clients: memory grows (RSS) by no more than the log's 8 MiB, 1 KiB for each and a " +
      "partial frame for each",
    fits: (cell) => cell.mode === "stalled" && cell.stalled > 0,
    figure: alone("rss_growth_bytes"),
    most: (cell) => stalledLogBytes + cell.stalled * (1024 + cell.payload),
    show: mebibytes,
  },
  {
    name: "stalled clients: p99 latency of the others to that without stalled ones",
    fits: (cell) => cell.mode === "stalled" && cell.stalled > 0,
    figure: besideCell((cell) => cell.name.replace(/\d+stalled/, "0stalled"), "latency_ms_p99"),
    most: () => 1.1,
    show: times,
  },
  {
    name: "18,000 clients: CPU per delivery to that with 1,000",
    fits: (cell) => plain(cell) && cell.clients === 18_000,
    figure: besideCell((cell) => cell.name.replace(/^18000/, "1000"), cpu),
    most: () => 1.25,
    show: times,
  },
];

function cellsOf(results) {
  return [...new Set(results.map((r) => r.cell))].map(parseCell);
}

const nanoseconds = (figure) => `${figure.toFixed(0)} ns`;

function judgePublishing(what, { 1: alone, 8: together } = {}) {
  const caseOf = (figure, most) => [{ where: "", figure, most }];
  return [
    {
      name: `publishing 64 B ${what}, one thread: time of each (5 million a second)`,
      show: nanoseconds,
      cases: alone ? caseOf(median(alone), 200) : [],
    },
    {
      name: `publishing 64 B ${what}, 8 threads together: time of each to that by one thread`,
      show: times,
      cases: alone && together ? caseOf(median(together) / median(alone), 2) : [],
    },
  ];
}

/** The median with each other number beside that with the smallest. */
function judgeFlat(name, unit, most, byNumber = {}) {
  const [least, ...others] = Object.keys(byNumber).sort((a, b) => a - b);
  const cases = others.map((number) => ({
    where: ` (worst: ${Number(number).toLocaleString("en")} ${unit})`,
    figure: median(byNumber[number]) / median(byNumber[least]),
    most,
  }));
  return { name, show: times, cases };
}

function judgeFanOut(what, byNumber) {
  const name = `fan-out without sockets, ${what}: time of each delivery to that with 1,000`;
  return judgeFlat(name, "subscribers", 1.25, byNumber);
}

function judgeTopics(what, byNumber) {
  const name = `one subscriber on many topics, ${what}: time of each delivery to that on 100`;
  // Work that grew with their number would show 100.
  return judgeFlat(name, "topics", 10, byNumber);
}

function judgeMicro(micro = {}) {
  return [
    ...judgePublishing("without subscribers", micro.publish_ns_by_threads),
    ...judgePublishing("into a history", micro.publish_into_history_ns_by_threads),
    judgeFlat(
      "publishing beside patterns that do not match: time of each to that with 10",
      "patterns",
      1.2,
      micro.publish_ns_by_patterns,
    ),
    judgeFanOut("all up to date", micro.delivery_ns_in_common),
    judgeFanOut("all up to date, mixed order", micro.delivery_ns_in_common_mixed),
    judgeFanOut("each with cursors", micro.delivery_ns_by_connection),
    judgeFanOut("each with cursors, mixed order", micro.delivery_ns_by_connection_mixed),
    judgeTopics("by a pattern", micro.delivery_ns_by_topics),
    judgeTopics("by names, after a stall", micro.late_delivery_ns_by_topics),
  ];
}

/** One entry for each aim: in each cell that it is about, the figure and the most it may be. */
export function judgeAims({ results, micro }) {
  const judged = aims.map((aim) => {
    const cases = cellsOf(results)
      .filter(aim.fits)
      .map((cell) => ({
        where: ` (worst: ${describeCell(cell)})`,
        figure: aim.figure(results, cell),
        most: aim.most(cell),
      }))
      .filter(({ figure }) => figure !== undefined);
    return { name: aim.name, show: aim.show, cases };
  });
  return [...judged, ...judgeMicro(micro)];
}

function aimRow({ name, show, cases }) {
  if (cases.length === 0) {
    return `| ${name} | | not measured in this run | |`;
  }
  const worst = cases.reduce((a, b) => (a.figure / a.most >= b.figure / b.most ? a : b));
  const missed = cases.filter(({ figure, most }) => figure > most).length;
  const verdict = missed === 0 ? "met" : `**missed** in ${missed} of ${cases.length}`;
  return `| ${name} | ${show(worst.most)} | ${show(worst.figure)}${worst.where} | ${verdict} |`;
}

export function aimsToMarkdown(figures) {
  const head = ["| `hub` | at most | figure | |", "| --- | --- | --- | --- |"];
  return `## Aims\n\n${[...head, ...judgeAims(figures).map(aimRow)].join("\n")}\n\n`;
}
