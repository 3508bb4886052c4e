// The command line.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export const serverNames = ["hub", "raw_send", "raw_coalesced", "ws"];

export const help = `usage: run.sh [options]
  --build-dir DIR     use the programs of this CMake build folder instead of making a release build
  --servers LIST      of ${serverNames.join(",")} (default: all)
  --cells LIST        CLIENTSxPAYLOADxIN_FLIGHT, payload in bytes (default: 1000x64x1,1000x64x16)
  --idle CLIENTS      connections for the memory figure; 0: none (default: 10000)
  --rounds N          (default: 5)
  --warm-up N         broadcasts before each measurement (default: 50)
  --broadcasts N      least number of broadcasts in each measurement (default: 200)
  --least-ms N        least time of each measurement (default: 2000)
  --out DIR           for figures.md and figures.json (default: docs/benchmarks)
  --smoke             look whether everything works and measure nothing`;

const defaults = {
  servers: serverNames.join(","),
  cells: "1000x64x1,1000x64x16",
  idle: "10000",
  rounds: "5",
  "warm-up": "50",
  broadcasts: "200",
  "least-ms": "2000",
  out: join(root, "docs/benchmarks"),
};

export function usageError(text) {
  return Object.assign(new Error(text), { isUsage: true });
}

function wholeNumber(name, text, least) {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least) {
    throw usageError(`--${name} needs a whole number from ${least} on, not ${text}`);
  }
  return Number(text);
}

export function parseCell(text) {
  const found = /^(\d+)x(\d+)x(\d+)$/.exec(text);
  if (!found) {
    throw usageError(`a cell is CLIENTSxPAYLOADxIN_FLIGHT, not ${text}`);
  }
  const [clients, payload, inFlight] = found.slice(1).map(Number);
  return { mode: "broadcast", clients, payload, inFlight };
}

function parseServers(text) {
  const names = text.split(",");
  const unknown = names.find((name) => !serverNames.includes(name));
  if (unknown !== undefined) {
    throw usageError(`--servers does not know ${unknown}`);
  }
  return names;
}

function findPrograms(folder) {
  const found = [folder, join(folder, "test/benchmark")].find((place) =>
    existsSync(join(place, "load_generator")),
  );
  if (!found) {
    throw usageError(`no load_generator in ${folder}; build the target benchmark_programs first`);
  }
  return found;
}

function readValues(args) {
  const options = {
    help: { type: "boolean" },
    smoke: { type: "boolean" },
    "build-dir": { type: "string" },
  };
  for (const name of Object.keys(defaults)) {
    options[name] = { type: "string" };
  }
  try {
    return { ...defaults, ...parseArgs({ args, options }).values };
  } catch (fault) {
    throw usageError(fault.message);
  }
}

export function parseOptions(args) {
  const values = readValues(args);
  if (values.help) {
    return { help: true };
  }
  if (!values["build-dir"]) {
    throw usageError("--build-dir is missing; run.sh gives it");
  }
  const idle = wholeNumber("idle", values.idle, 0);
  const cells = values.cells.split(",").filter(Boolean).map(parseCell);
  if (idle > 0) {
    cells.push({ mode: "idle", clients: idle });
  }
  return {
    smoke: Boolean(values.smoke),
    programs: findPrograms(resolve(values["build-dir"])),
    servers: parseServers(values.servers),
    cells,
    rounds: wholeNumber("rounds", values.rounds, 1),
    warmUp: wholeNumber("warm-up", values["warm-up"], 0),
    broadcasts: wholeNumber("broadcasts", values.broadcasts, 1),
    leastMs: wholeNumber("least-ms", values["least-ms"], 0),
    out: resolve(values.out),
  };
}
