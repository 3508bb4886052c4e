// One measurement: a fresh server, one run of the load generator.

import { join } from "node:path";

import { endServer, runLoad, startServer } from "./processes.mjs";
import { commandFor } from "./servers.mjs";

/** Published beside stalled clients, which fill their buffers with the first part of it. */
const stalledBytes = 100_000_000;
const stalledFillBytes = 8 * 2 ** 20;

function amountOf(options, cell) {
  if (cell.mode === "stalled") {
    const fill = Math.ceil((options.stalledFillBytes ?? stalledFillBytes) / cell.payload);
    const all = Math.ceil((options.stalledBytes ?? stalledBytes) / cell.payload);
    return { "warm-up": fill, broadcasts: Math.max(all - fill, 1) };
  }
  if (["recovery", "subscribe", "presence"].includes(cell.mode)) {
    return {};
  }
  const fewer = Math.min(1, 1000 / cell.clients);
  // Compressing for each client takes ten times as long.
  const share = cell.deflate ? fewer / 4 : fewer;
  return {
    "warm-up": Math.ceil(options.warmUp * share),
    broadcasts: Math.max(Math.ceil(options.broadcasts * share), 2 * (cell.inFlight ?? 1)),
  };
}

function loadCommand(options, server, cell, started) {
  const flags = {
    mode: cell.mode,
    server: server.name,
    port: started.port,
    pid: started.pid,
    clients: cell.clients,
    payload: cell.payload ?? 64,
    content: cell.content ?? "letters",
    deflate: cell.deflate ? "on" : "off",
    envelope: cell.envelope ? "on" : "off",
    mixed: cell.mixed ? "on" : "off",
    "in-flight": cell.inFlight ?? 1,
    stalled: cell.stalled ?? 0,
    missed: cell.missed ?? 1,
    topics: cell.topics ?? 1,
    ...amountOf(options, cell),
    "least-ms": options.leastMs,
    "patience-ms": options.patienceMs ?? 10_000,
  };
  const pairs = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [join(options.programs, "load_generator"), ...pairs];
}

/** What the server has counted must be what the clients got, or the result is a failure. */
export function compareCounts(result, cell, counted) {
  if (result.errors > 0 || cell.mode !== "recovery") {
    return result;
  }
  const replayed = cell.clients * cell.missed;
  const right =
    counted.hub_recovered === cell.clients &&
    counted.hub_not_recovered === 0 &&
    counted.hub_replayed === replayed;
  const error = `the server counted ${JSON.stringify(counted)}`;
  return { ...result, ...counted, ...(right ? {} : { errors: 1, error }) };
}

/**
 * What the load generator says; `errors` is 1 when the server was at fault. `extra` is added to the
 * server's command line, behind what it is started with for the cell.
 */
export async function measure(options, server, cell, extra = []) {
  const started = await startServer([...commandFor(server, cell, options.programs), ...extra]);
  let result;
  let said;
  try {
    result = await runLoad(loadCommand(options, server, cell, started));
  } finally {
    said = await endServer(started);
  }
  return compareCounts(result, cell, said.length > 0 ? JSON.parse(said.at(-1)) : {});
}
