import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CLIENT = fileURLToPath(new URL("../../../../web/client/", import.meta.url));

export const PACKAGE = "broadcast-hub-client";

/** A new project whose only package is the client, as `npm pack` makes it. */
export class InstalledPackage {
  #folder = mkdtempSync(join(tmpdir(), "client-package-"));
  app = join(this.#folder, "app");

  constructor() {
    const [{ filename }] = JSON.parse(
      this.#npm(CLIENT, "pack", "--json", "--ignore-scripts", "--pack-destination", this.#folder),
    );
    mkdirSync(this.app);
    this.write("package.json", JSON.stringify({ private: true, type: "module" }));
    this.#npm(this.app, "install", "--offline", "--no-audit", "--no-fund", join(this.#folder, filename));
  }

  /** A file of the project; returns its path. */
  write(name, content) {
    const path = join(this.app, name);
    writeFileSync(path, content);
    return path;
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #npm(cwd, ...args) {
    const own = ["--cache", join(this.#folder, "cache"), "--no-update-notifier"];
    const run = spawnSync("npm", [...args, ...own], { cwd, encoding: "utf8" });
    assert.equal(run.status, 0, `npm ${args[0]}: ${run.stderr}`);
    return run.stdout;
  }
}
