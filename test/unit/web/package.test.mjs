// What the package of the client is made of, and that its declarations name all that there is.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Rig } from "./support/rig.mjs";

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
    "connection.js",
    "package.json",
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

const declarations = read("web/client/broadcast_hub.d.ts");

/** The members of an interface, in the order of the alphabet. */
function declared(name) {
  const [, body] = declarations.match(new RegExp(`^export interface ${name}\\b[^]*?\\{([^]*?)^}`, "m"));
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(<:]/gm)].map(([, member]) => member).sort();
}

test("the declarations name every member of a client", () => {
  const { client } = new Rig();
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(client));
  const members = [...methods, ...Object.keys(client)].filter((name) => name !== "constructor");
  assert.deepEqual(declared("Client"), members.sort());
});

test("the declarations name every member of a subscription", () => {
  const { client } = new Rig();
  const members = Object.keys(client.subscribe("news"));
  const own = declared("Subscription");
  assert.deepEqual(own, members.sort());
  assert.deepEqual(declared("SubscriptionHandlers"),
    ["onerror", "onpresence", "onpublication", "onsubscribed"]);
  assert.deepEqual(declared("SubscriptionOptions"), ["last", "presence", "since"]);
});

test("the declared options are those that are used", () => {
  const code = ["broadcast_hub.js", "connection.js"].map((file) => read(`web/client/${file}`)).join();
  for (const option of declared("ClientOptions")) {
    assert.match(code, new RegExp(`\\b${option}\\b`), option);
  }
});
