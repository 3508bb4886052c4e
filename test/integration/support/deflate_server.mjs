import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { Feed } from "./feed.mjs";

/** A running deflate_server: it publishes to all whatever anybody sends. */
export class DeflateServer {
  static async start() {
    const server = new DeflateServer();
    server.port = Number(await server.lines.at(0));
    return server;
  }

  constructor() {
    this.lines = new Feed("the server's output");
    this.child = spawn(process.env.DEFLATE_SERVER, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.child.stdout }).on("line", (line) => this.lines.push(line));
    this.child.on("close", (code) => this.lines.end(`exit status ${code}`));
  }

  /** How many publications it has compressed so far. */
  async compressions() {
    const next = this.lines.items.length;
    this.child.stdin.write("compressions\n");
    return Number(await this.lines.at(next));
  }

  kill() {
    this.child.kill("SIGKILL");
  }
}
