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
  const late = setTimeout(() => child.kill("SIGKILL"), startLimitMs);
  const port = await new Promise((done, fail) => {
    lines.once("line", (line) => done(Number(line)));
    child.once("error", fail);
    child.once("exit", () => fail(new Error(`${command.join(" ")} ended without printing a port`)));
  });
  clearTimeout(late);
  return { child, port, pid: child.pid };
}

/** Resolves when the process is gone. */
export async function endServer({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
  await gone;
  clearTimeout(late);
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
