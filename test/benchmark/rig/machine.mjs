// Where and from what the figures come.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

import { root } from "./options.mjs";
import { pinned } from "./processes.mjs";

function git(...args) {
  return execFileSync("git", ["-C", root, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

function describeCommit() {
  try {
    const changed = git("status", "--porcelain") === "" ? "" : " with uncommitted changes";
    return `${git("rev-parse", "--short=12", "HEAD")}${changed}`;
  } catch {
    return "none";
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

export function describeRun(options) {
  const lock = readJson(join(root, "test/benchmark/servers/ws/package-lock.json"));
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: describeCommit(),
    machine: {
      cores: cpus().length,
      cpu: cpus()[0].model,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      kernel: release(),
      node: process.versions.node,
      ws: lock.packages["node_modules/ws"].version,
    },
    build: readJson(join(options.programs, "build.json")),
    pinned,
    servers: options.servers,
    cells: options.cells.map((cell) => cell.name),
  };
}
