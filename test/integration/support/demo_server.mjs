import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { Feed, within } from "./feed.mjs";

const program = process.env.DEMO_SERVER;
if (!program) throw new Error("DEMO_SERVER must name the demo_server program");

export const THREADS = process.env.DEMO_THREADS ?? "1";

/** Runs the program to its end, for command lines that must not start a server. */
export async function runToEnd(...flags) {
  const child = spawn(program, flags, { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => (output[name] += text));
  }
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  return within(`the end of demo_server ${flags.join(" ")}`, ended).finally(() =>
    child.kill("SIGKILL")
  );
}

/** A running demo server on free ports. */
export class DemoServer {
  /** Starts one with a hello per hour, unless `flags` say otherwise, and waits for its address. */
  static start(...flags) {
    const interval = flags.includes("--interval") ? [] : ["--interval", "3600"];
    return DemoServer.startAsGiven([program, ...interval, ...flags]);
  }

  /** Starts one with no flags but free ports and the number of threads. */
  static startWithDefaults() {
    return DemoServer.startAsGiven([program]);
  }

  /** `command`: the program, with another in front of it if wanted, and flags. */
  static async startAsGiven(command) {
    const server = new DemoServer(command);
    const line = await server.log.find("the address", (text) => text.includes("http://"));
    server.url = line.match(/http:\/\/\S+/)[0];
    const url = new URL(server.url);
    server.httpPort = Number(url.port);
    server.wsPort = Number(url.searchParams.get("ws") ?? 8081);
    return server;
  }

  constructor([first, ...others]) {
    const threads = others.includes("--threads") ? [] : ["--threads", THREADS];
    const ports = ["--http-port", "0", "--ws-port", "0", ...threads];
    this.log = new Feed("the server's log");
    this.stderr = "";
    const flagsAfterProgram = first === program ? [...ports, ...others] : [...others, ...ports];
    this.child = spawn(first, flagsAfterProgram, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => this.log.push(line));
    this.child.stderr.setEncoding("utf8").on("data", (text) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => {
        // Otherwise a crash would look like a peer's reset and nothing more.
        if (this.stderr) console.error(`demo_server said on stderr:\n${this.stderr}`);
        this.log.end(`exit status ${code}, signal ${signal}, stderr: ${this.stderr}`);
        resolve({ code, signal });
      });
    });
  }

  /** A line of the log with all of `parts`, strings or patterns. */
  line(...parts) {
    const has = (text, part) => (part instanceof RegExp ? part.test(text) : text.includes(part));
    return this.log.find(`a line with ${parts.join(" and ")}`, (text) =>
      parts.every((part) => has(text, part))
    );
  }

  signal(name) {
    this.child.kill(name);
  }

  /** Ends the server, and sees that it ends well. */
  async stop(signal = "SIGTERM") {
    this.signal(signal);
    try {
      const end = await within(`the end of demo_server after ${signal}`, this.ended);
      const tail = this.log.items.slice(-10).join("\n");
      assert.deepEqual(end, { code: 0, signal: null }, `${this.stderr}\n${tail}`);
      assert.equal(this.stderr, "");
    } finally {
      this.kill();
    }
  }

  /** For clean-up: whatever went wrong, nothing is left running. */
  kill() {
    this.child.kill("SIGKILL");
  }
}
