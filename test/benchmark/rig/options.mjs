// The command line.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { defaultCells, fullCells, parseCell, selectCells } from "./cells.mjs";
import { serverNames } from "./servers.mjs";
import { usageError } from "./usage.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export const help = `usage: run.sh [options]
  --build-dir DIR     use the programs of this CMake build folder instead of making a release build
  --servers LIST      of ${serverNames.join(",")}
                      (default: all)
  --cells LIST        what to measure (default: a choice that takes a quarter of an hour):
                        CLIENTSxPAYLOADxIN_FLIGHT          payload in bytes
                        CLIENTSxPAYLOADxIN_FLIGHT+json     JSON, for comparison with
                        CLIENTSxPAYLOADxIN_FLIGHT+deflate  the same with permessage-deflate
                        CLIENTSxPAYLOADxIN_FLIGHT+envelope in frames of bhub.v1
                        CLIENTSxPAYLOADxIN_FLIGHT+mixed    for every second client
                        CLIENTSxPAYLOAD+COUNTstalled       latency beside clients that stop reading
                        CLIENTS+idle                       memory of idle connections
                        CLIENTSxMISSED+recovery            all come back and get what they missed
                        CLIENTSxTOPICS+subscribe           all subscribe to topics
                        CLIENTS+presence                   all join a topic and watch it
                      one with a * stands for all cells of the full matrix that fit it
  --full              the whole matrix, which takes an hour or two
  --idle CLIENTS      adds CLIENTS+idle; 0: does not (default: 10000)
  --rounds N          (default: 5)
  --warm-up N         most broadcasts before each measurement (default: 50)
  --broadcasts N      least number of broadcasts in each measurement of up to 1,000 clients; it
                      goes down with more clients (default: 200)
  --least-ms N        least time of each measurement (default: 1000)
  --keep              leave the figures of other cells, which earlier runs on this machine with the
                      same build have written there
  --out DIR           for figures.md, .json and .svg (default: docs/benchmarks)
  --list              print the names of the cells that would be measured, and stop
  --smoke             look whether everything works and measure nothing
  --micro             run the micro benchmarks instead; what follows is for Google Benchmark`;

const defaults = {
  servers: serverNames.join(","),
  cells: defaultCells.join(","),
  idle: "10000",
  rounds: "5",
  "warm-up": "50",
  broadcasts: "200",
  "least-ms": "1000",
  out: join(root, "docs/benchmarks"),
};

function wholeNumber(name, text, least) {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least) {
    throw usageError(`--${name} needs a whole number from ${least} on, not ${text}`);
  }
  return Number(text);
}

function parseServers(text) {
  const names = text.split(",");
  const unknown = names.find((name) => !serverNames.includes(name));
  if (unknown !== undefined) {
    throw usageError(`--servers does not know ${unknown}`);
  }
  return names;
}

function parseCells(values) {
  const idle = wholeNumber("idle", values.idle, 0);
  const cells = selectCells(values.full ? fullCells.join(",") : values.cells);
  const wanted = idle > 0 ? [...cells, parseCell(`${idle}+idle`)] : cells;
  return wanted.filter(
    (cell, place) => wanted.findIndex((other) => other.name === cell.name) === place,
  );
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
  const switches = ["help", "smoke", "full", "list", "keep"];
  const options = { "build-dir": { type: "string" } };
  for (const name of switches) {
    options[name] = { type: "boolean" };
  }
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
  const cells = parseCells(values);
  if (values.list) {
    return { list: true, cells };
  }
  if (!values["build-dir"]) {
    throw usageError("--build-dir is missing; run.sh gives it");
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
    keep: Boolean(values.keep),
    out: resolve(values.out),
  };
}
