// One measurement: a fresh server, one run of the load generator.

import { join } from "node:path";

import { endServer, runLoad, startServer } from "./processes.mjs";

function loadCommand(options, server, cell, started) {
  const flags = {
    mode: cell.mode,
    server: server.name,
    port: started.port,
    pid: started.pid,
    clients: cell.clients,
    payload: cell.payload ?? 64,
    "in-flight": cell.inFlight ?? 1,
    "warm-up": options.warmUp,
    broadcasts: options.broadcasts,
    "least-ms": options.leastMs,
    "patience-ms": options.patienceMs ?? 10_000,
  };
  const pairs = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [join(options.programs, "load_generator"), ...pairs];
}

/** What the load generator says; `errors` is 1 when the server was at fault. */
export async function measure(options, server, cell) {
  const started = await startServer(server.command);
  try {
    return await runLoad(loadCommand(options, server, cell, started));
  } finally {
    await endServer(started);
  }
}

export function describeCell(cell) {
  const clients = cell.clients.toLocaleString("en");
  return cell.mode === "idle"
    ? `${clients} idle`
    : `${clients} clients, ${cell.payload.toLocaleString("en")} B, ${cell.inFlight} in flight`;
}

function describeFigure(result) {
  return result.mode === "idle"
    ? `${Math.round(result.rss_bytes_per_connection)} B per connection`
    : `${result.server_cpu_us_per_delivery.toFixed(3)} us per delivery`;
}

/** Nobody is always first: each round begins with another server. */
function rotated(servers, round) {
  const first = round % servers.length;
  return [...servers.slice(first), ...servers.slice(0, first)];
}

export async function measureRounds(options, servers) {
  const results = [];
  for (let round = 0; round < options.rounds; ++round) {
    for (const cell of options.cells) {
      for (const server of rotated(servers, round)) {
        const result = await measure(options, server, cell);
        if (result.errors > 0) {
          throw new Error(`${server.name}, ${describeCell(cell)}: ${result.error}`);
        }
        console.log(
          `round ${round + 1}/${options.rounds}: ${describeCell(cell)}: ${server.name}: ` +
            describeFigure(result),
        );
        results.push({ round, ...result });
      }
    }
  }
  return results;
}
