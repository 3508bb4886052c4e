import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { Feed, within } from "./feed.mjs";

/**
 * A running program that can be started anew on the port that it had: its first argument is the
 * port, 0 for a free one, and the first number that it prints is that which it got.
 */
export class RestartableServer {
  static async start(program, ...flags) {
    const server = new RestartableServer(program, flags);
    await server.start();
    return server;
  }

  port = 0;

  constructor(program, flags) {
    this.program = program;
    this.flags = flags;
  }

  async start() {
    const lines = new Feed("the server's output");
    const child = spawn(this.program, [String(this.port), ...this.flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    this.child = child;
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        lines.end(`exit status ${code}, signal ${signal}`);
        resolve({ code, signal });
      });
    });
    this.port = Number((await lines.at(0)).match(/\d+/)[0]);
  }

  /** Ends it without a word to anybody. */
  async kill() {
    this.child.kill("SIGKILL");
    await within("the end of the server", this.ended);
  }

  /** Ends it as an administrator does. */
  async stop() {
    this.child.kill("SIGTERM");
    assert.deepEqual(await within("the end of the server", this.ended), { code: 0, signal: null });
  }
}
