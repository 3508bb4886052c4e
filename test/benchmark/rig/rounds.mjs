// Rounds of measurements: each cell, and in it each server, once per round.

import { describeCell } from "./cells.mjs";
import { measure } from "./measure.mjs";
import { Progress } from "./progress.mjs";
import { whyMissing, whyNot } from "./servers.mjs";

/** Nobody is always first: each round begins with another server. */
function rotated(servers, round) {
  const first = round % servers.length;
  return [...servers.slice(first), ...servers.slice(0, first)];
}

/** What to measure, and what not with the reason; both in words. */
export function planRun(options, servers) {
  const { programs } = options;
  const missing = servers
    .map((server) => ({ server: server.name, cell: "all", why: whyMissing(server, programs) }))
    .filter(({ why }) => why);
  const present = servers.filter((server) => !whyMissing(server, programs));
  const pairs = options.cells.flatMap((cell) =>
    present.map((server) => ({ server: server.name, cell: cell.name, why: whyNot(server, cell) })),
  );
  return { present, skipped: [...missing, ...pairs.filter(({ why }) => why)] };
}

function measurementsOf(options, present) {
  const steps = [];
  for (let round = 0; round < options.rounds; ++round) {
    for (const cell of options.cells) {
      for (const server of rotated(present, round)) {
        if (!whyNot(server, cell)) {
          steps.push({ round, cell, server });
        }
      }
    }
  }
  return steps;
}

function describeFigure(result) {
  if (result.errors > 0) {
    return `FAILED: ${result.error}`;
  }
  if (result.mode === "idle") {
    return `${Math.round(result.rss_bytes_per_connection)} B per connection`;
  }
  if (result.mode === "stalled") {
    return result.memory_limit_reached
      ? `over the memory limit after ${Math.round(result.published_bytes / 1e6)} MB`
      : `p99 ${result.latency_ms_p99.toFixed(2)} ms`;
  }
  if (result.mode === "recovery") {
    return `${result.recovery_seconds.toFixed(2)} s`;
  }
  if (result.mode === "subscribe") {
    return `${Math.round(result.subscribes_per_second)} subscribes per second`;
  }
  if (result.mode === "presence") {
    return `${result.server_cpu_us_per_join.toFixed(1)} us per join`;
  }
  return `${result.server_cpu_us_per_delivery.toFixed(3)} us per delivery`;
}

/** A server that fails costs its own figures only. */
async function measureOrFail(options, { server, cell }) {
  try {
    return await measure(options, server, cell);
  } catch (fault) {
    return { server: server.name, mode: cell.mode, errors: 1, error: fault.message };
  }
}

/** Gives all results so far to `roundDone` after each round: a long run may be cut short. */
export async function measureRounds(options, present, roundDone) {
  const steps = measurementsOf(options, present);
  const progress = new Progress(steps.map(({ cell, server }) => `${cell.name} ${server.name}`));
  const results = [];
  for (const step of steps) {
    const result = await measureOrFail(options, step);
    progress.stepDone();
    console.log(
      `${progress.text()}: round ${step.round + 1}/${options.rounds}: ` +
        `${describeCell(step.cell)}: ${step.server.name}: ${describeFigure(result)}`,
    );
    results.push({ round: step.round, cell: step.cell.name, ...result });
    if (results.length % (steps.length / options.rounds) === 0) {
      roundDone(results, step.round + 1);
    }
  }
}
