// Looks whether the rig works: every server passes with every shape of load, and the load generator
// finds each kind of fault that a server can have. Times are not looked at.

import { describeCell, parseCell } from "./cells.mjs";
import { measure } from "./measure.mjs";
import { whyMissing, whyNot } from "./servers.mjs";

const loads = [
  "20x64x1",
  "20x64x16",
  "20x16x4",
  "20x126x3",
  "20x1000x16",
  "3x65536x2",
  "20x1000x4+json",
  "20x1000x4+deflate",
  "20x16384+5stalled",
  "20x64x1+envelope",
  "20x1000x16+envelope",
  "20x64x4+mixed",
  "20x30+recovery",
  "20x30+subscribe",
  "20+presence",
  "50+idle",
].map(parseCell);
const smallRun = {
  warmUp: 10,
  broadcasts: 100,
  leastMs: 0,
  stalledFillBytes: 2 ** 20,
  stalledBytes: 3 * 2 ** 20,
};

// With 4 in flight, broadcast 24 has others before and behind it; with 1, broadcast 49 is the last
// that is measured, and a fault there must not get away either.
const faultRun = { warmUp: 10, broadcasts: 40, leastMs: 0, patienceMs: 1500 };
const faults = [
  ["drop", 24, 4, /^client 4 expected broadcast 24 but got '0+25/],
  ["drop", 49, 1, /^client 4 did not get broadcast 49 within/],
  ["reorder", 24, 4, /^client 4 expected broadcast 24 but got '0+25/],
  ["corrupt", 24, 1, /^client 4 expected broadcast 24 but got '0+24/],
  ["corrupt", 49, 1, /^client 4 expected broadcast 49 but got '0+49/],
  ["duplicate", 24, 4, /^client 4 .* '0+24/],
  ["duplicate", 49, 1, /^client 4 .* '0+49/],
  ["truncate", 24, 4, /^client 4 expected broadcast 24 but got '0+24/],
  ["wrong-opcode", 24, 1, /^client 4 got opcode 2 instead of a text/],
  ["compressed-bit", 24, 1, /^client 4 got a frame that is marked as compressed/],
].map(([fault, at, inFlight, expected]) => ({ fault, at, inFlight, expected }));

// A hub that is not set up for the cell, which must not get away as a fast one. What is wrong within
// a frame is the unit tests' matter.
const bhubFaults = [
  ["frames without a subprotocol", "raw_send", "5x64x1+envelope", [], /^client \d was not granted bhub/],
  ["a history too short", "hub", "5x30+recovery", ["--history", "29"], /^client \d was not recovered: gap$/],
  ["subscriptions refused", "hub", "5x129+subscribe", [], /^client \d got '.*"error".* instead of an answer$/],
  ["presence turned off", "hub", "5+presence", ["--presence", "off"], /presence is not enabled/],
  ["clients that are all one user", "hub", "5+presence", ["--one-user", "on"], /^not every client knows of all others/],
].map(([what, server, cell, flags, expected]) => ({ what, server, cell, flags, expected }));

function judgeBroadcasts({ broadcasts, deliveries, ...result }, cell) {
  const least = cell.deflate ? smallRun.broadcasts / 4 : smallRun.broadcasts;
  if (broadcasts < least || deliveries !== broadcasts * cell.clients) {
    return `wrong count: ${deliveries} deliveries of ${broadcasts} broadcasts`;
  }
  if (cell.deflate && result.wire_bytes_per_delivery > cell.payload / 2) {
    return `${result.wire_bytes_per_delivery} bytes per delivery, so nothing was compressed`;
  }
  return result.server_cpu_us_per_delivery > 0 ? "" : "no CPU figure";
}

function judgeHealthy(result, cell) {
  if (result.errors !== 0) {
    return result.error;
  }
  if (cell.mode === "idle") {
    return Number.isFinite(result.rss_bytes_per_connection) ? "" : "no memory figure";
  }
  if (cell.mode === "stalled") {
    return result.latency_ms_p99 > 0 ? "" : "no latency figure";
  }
  if (cell.mode === "broadcast") {
    return judgeBroadcasts(result, cell);
  }
  // Whoever got something wrong has no figures.
  return result.server_cpu_seconds > 0 ||
    result.server_cpu_us_per_subscribe > 0 ||
    result.server_cpu_us_per_join > 0
    ? ""
    : "no CPU figure";
}

function judgeFaulty(result, expected) {
  if (result.errors !== 1) {
    return "the fault was not found";
  }
  return expected.test(result.error) ? "" : `found as: ${result.error}`;
}

function healthyCases(options, servers) {
  const run = { ...options, ...smallRun };
  return servers.flatMap((server) =>
    loads
      .filter((cell) => !whyNot(server, cell))
      .map((cell) => ({
        name: `${server.name}: ${describeCell(cell)}`,
        judge: async () => judgeHealthy(await measure(run, server, cell), cell),
      })),
  );
}

function faultyCases(options, servers) {
  const raw = servers.find((server) => server.name === "raw_send");
  if (!raw) {
    return [];
  }
  const run = { ...options, ...faultRun };
  return faults.map(({ fault, at, inFlight, expected }) => ({
    name: `finds ${fault} of broadcast ${at} with ${inFlight} in flight`,
    judge: async () => {
      const flags = ["--fault", fault, "--fault-at", String(at)];
      return judgeFaulty(await measure(run, raw, parseCell(`5x64x${inFlight}`), flags), expected);
    },
  }));
}

function bhubFaultyCases(options, servers) {
  const run = { ...options, ...faultRun };
  return bhubFaults.flatMap(({ what, server, cell, flags, expected }) =>
    servers
      .filter(({ name }) => name === server)
      .map((faulty) => ({
        name: `finds ${what}`,
        judge: async () => judgeFaulty(await measure(run, faulty, parseCell(cell), flags), expected),
      })),
  );
}

/** A server may be missing on somebody's machine, but not where every change is tested. */
function missingCases(options, servers) {
  const may = process.env.CI ? "" : " # SKIP";
  return servers.flatMap((server) => {
    const why = whyMissing(server, options.programs);
    const name = `${server.name}${may}: ${why}`;
    return why ? [{ name, judge: async () => (may ? "" : why) }] : [];
  });
}

export async function runSmoke(options, servers) {
  const present = servers.filter((server) => !whyMissing(server, options.programs));
  const cases = [
    ...missingCases(options, servers),
    ...healthyCases(options, present),
    ...faultyCases(options, present),
    ...bhubFaultyCases(options, present),
  ];
  let failed = 0;
  for (const { name, judge } of cases) {
    const complaint = await judge().catch((fault) => fault.message);
    failed += complaint ? 1 : 0;
    console.log(complaint ? `not ok - ${name}: ${complaint}` : `ok - ${name}`);
  }
  console.log(`${cases.length - failed} passed, ${failed} failed`);
  return failed === 0;
}
