// What the package of the client is made of.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const CLIENT = new URL("web/client/", ROOT);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");
const manifest = JSON.parse(read("web/client/package.json"));

test("npm packs exactly what is meant to be in it", () => {
  const npm = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: fileURLToPath(CLIENT),
    encoding: "utf8",
  });
  assert.equal(npm.status, 0, npm.stderr);
  const [{ files }] = JSON.parse(npm.stdout);
  assert.deepEqual(files.map(({ path }) => path).sort(), [
    "LICENSE",
    "README.md",
    "broadcast_hub.d.ts",
    "broadcast_hub.js",
    "calls.js",
    "connection.js",
    "package.json",
    "payload_text.d.ts",
    "payload_text.js",
    "topic.js",
    "values.js",
  ]);
});

test("the package has no dependencies, and the version and license of the project", () => {
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies", "scripts"]) {
    assert.equal(kind in manifest, false, kind);
  }
  const [, version] = read("CMakeLists.txt").match(/^project\(broadcast_hub\s+VERSION ([\d.]+)/m);
  assert.equal(manifest.version, version);
  assert.equal(manifest.license, "MIT");
  assert.equal(read("web/client/LICENSE"), read("LICENSE"));
});

test("the client is found by the package's name", async () => {
  const { default: code, types } = manifest.exports["."];
  const { connect } = await import(new URL(code, CLIENT));
  assert.equal(typeof connect, "function");
  assert.match(read(`web/client/${types}`), /^export function connect\(/m);
});
