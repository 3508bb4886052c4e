// What several rounds say together.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function summarize(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The figures of one server in one cell, by round; rounds that failed have none. */
export function valuesOf(results, { cell, server, member }) {
  const found = results.filter(
    (r) => r.cell === cell && r.server === server && Number.isFinite(r[member]),
  );
  return new Map(found.map((r) => [r.round, r[member]]));
}

/**
 * Round by round, so that a machine that was slow for a whole round changes nothing. Undefined when
 * no round has both.
 */
export function ratio(values, baselineValues) {
  const rounds = [...values.keys()].filter((round) => baselineValues.has(round));
  return rounds.length === 0
    ? undefined
    : median(rounds.map((round) => values.get(round) / baselineValues.get(round)));
}
