// Starts processes on a core of their own, and ends each one by its process id.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";

export const serverCore = 0;
export const loadCore = 1;
export const pinned = availableParallelism() > 1;

const startLimitMs = 10_000;
const endLimitMs = 5_000;
const running = new Set();

/** The death signal ends them even when this process is killed. */
function startOn(core, command) {
  const pin = pinned ? ["taskset", "--cpu-list", String(core)] : [];
  const [program, ...args] = ["setpriv", "--pdeathsig", "KILL", ...pin, ...command];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

export function endAll() {
  for (const child of running) {
    child.kill("SIGKILL");
  }
}

/** Resolves when the server has printed its port. */
export async function startServer(command) {
  const child = startOn(serverCore, command);
  const lines = createInterface({ input: child.stdout });
  const said = [];
  const late = setTimeout(() => child.kill("SIGKILL"), startLimitMs);
  const port = await new Promise((done, fail) => {
    lines.once("line", (line) => {
      lines.on("line", (later) => said.push(later));
      done(Number(line));
    });
    child.once("error", fail);
    child.once("exit", () => fail(new Error(`${command.join(" ")} ended without printing a port`)));
  });
  clearTimeout(late);
  return { child, port, pid: child.pid, said };
}

/** Resolves to what it has printed behind its port, line by line, when the process is gone. */
export async function endServer({ child, said }) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return said;
  }
  const gone = once(child, "close");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
  await gone;
  clearTimeout(late);
  return said;
}

/** Resolves to what the load generator printed; it prints one line also for a faulty server. */
export async function runLoad(command) {
  const child = startOn(loadCore, command);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await once(child, "close");
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`${command.join(" ")} printed no result`);
  }
}
