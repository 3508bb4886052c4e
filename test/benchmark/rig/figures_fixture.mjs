// Made-up figures for the tests.

export function broadcastResult(round, server, cell, cpu) {
  return {
    round,
    server,
    cell,
    mode: "broadcast",
    server_cpu_us_per_delivery: cpu,
    deliveries_per_second: 1e6 / cpu,
    errors: 0,
  };
}

export function idleResult(server, bytes) {
  return {
    round: 0,
    server,
    cell: "10000+idle",
    mode: "idle",
    rss_bytes_per_connection: bytes,
    errors: 0,
  };
}

/** Figures of a run with these results. */
export function figuresOf(results, rest = {}) {
  return {
    machine: { cpu: "a <fast> one" },
    build: {},
    rounds: 3,
    date: "2026-01-01",
    commit: "0123456789ab",
    servers: [...new Set(results.map((r) => r.server))],
    cells: [...new Set(results.map((r) => r.cell))],
    skipped: [],
    results,
    ...rest,
  };
}
