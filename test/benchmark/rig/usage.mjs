// Faults of the command line.

export function usageError(text) {
  return Object.assign(new Error(text), { isUsage: true });
}
