// What several rounds say together.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function summarize(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Round by round, so that a machine that was slow for a whole round changes nothing. */
export function ratio(values, baselineValues) {
  return median(values.map((value, round) => value / baselineValues[round]));
}
