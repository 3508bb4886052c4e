// The client's declarations: they compile, they say what is wrong, and they are those of the module.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as client from "../../../web/client/broadcast_hub.js";
import { Declarations, loadTypeScript } from "./support/declarations.mjs";
import { InstalledPackage, PACKAGE } from "./support/installed_package.mjs";
import { HELLO, Rig } from "./support/rig.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const USE = at("types/use.ts");

let declared;
before(async () => (declared = await Declarations.read()));

/** Compiles a program, without the declarations of any package. */
function compile(program, ...flags) {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--typeRoots", at("types/none")];
  const run = spawnSync(process.execPath, [tsc, ...strict, "--target", "es2022", ...flags, program], {
    encoding: "utf8",
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
}

const places = {
  "a page that is bundled": ["--lib", "es2022,dom", "--module", "esnext", "--moduleResolution", "bundler"],
  "a page with the modules of Node": ["--lib", "es2022,dom", "--module", "nodenext"],
  "Node, where there is no browser": ["--lib", "es2022", "--module", "nodenext", at("types/url.d.ts")],
};
for (const [place, flags] of Object.entries(places)) {
  test(`right uses compile, and wrong ones do not, for ${place}`, async () => {
    await loadTypeScript();
    compile(USE, ...flags);
  });
}

test("the declarations are found by the name of the package", async (t) => {
  await loadTypeScript();
  const installed = new InstalledPackage();
  t.after(() => installed.remove());
  const byPath = /"[./]+\/web\/client\/broadcast_hub\.js"/g;
  const use = readFileSync(USE, "utf8").replace(byPath, JSON.stringify(PACKAGE));
  const program = installed.write("use.ts", use);
  for (const [module, resolution] of [["esnext", "bundler"], ["nodenext", "nodenext"], ["esnext", "node10"]]) {
    compile(program, "--lib", "es2022,dom", "--module", module, "--moduleResolution", resolution);
  }
});

const sorted = (list) => [...list].sort();
const namesOf = (members) => sorted(members.map(({ name }) => name));

test("each declared name, option and member is used in what is compiled", () => {
  const used = readFileSync(USE, "utf8");
  const members = declared.names.flatMap((name) => declared.ownMembers(name));
  for (const name of [...declared.names, ...namesOf(members)]) {
    assert.match(used, new RegExp(`\\b${name}\\b`), name);
  }
});

test("what is declared to be there at run time is what the module exports", () => {
  assert.deepEqual(declared.values, sorted(Object.keys(client)));
  for (const name of declared.values) assert.equal(typeof client[name], "function", name);
});

test("the declarations name every member of a client, and what it is", () => {
  const { client: made } = new Rig();
  const prototype = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(made));
  delete prototype.constructor;
  const own = Object.getOwnPropertyDescriptors(made);
  const members = declared.members("Client");
  assert.deepEqual(namesOf(members), sorted(Object.keys({ ...prototype, ...own })));
  for (const { name, isMethod, isReadonly } of members) {
    const { value, get, set, writable } = prototype[name] ?? own[name];
    assert.equal(typeof value === "function" && name in prototype, isMethod, name);
    assert.equal(get !== undefined && set === undefined, isReadonly, name);
    if (!isMethod && !isReadonly) assert.equal(writable, true, name);
  }
});

test("the declarations name every member of a subscription", () => {
  const { client: made } = new Rig();
  const members = Object.keys(made.subscribe("news"));
  assert.deepEqual(namesOf(declared.ownMembers("Subscription")), sorted(members));
});

test("the declared options are those that are used", () => {
  const code = ["broadcast_hub.js", "calls.js", "connection.js", "topic.js"]
    .map((file) => readFileSync(at(`../../../web/client/${file}`), "utf8"))
    .join();
  for (const interfaceName of ["ClientOptions", "SubscriptionOptions"]) {
    for (const { name } of declared.members(interfaceName)) {
      assert.match(code, new RegExp(`\\b${name}\\b`), name);
    }
  }
});

/** An object has what its interface must have, and nothing that its interface does not name. */
function assertIs(interfaceName, object) {
  const members = declared.members(interfaceName);
  const present = Object.keys(object).filter((name) => object[name] !== undefined);
  for (const name of present) {
    assert.ok(members.some((member) => member.name === name), `${interfaceName} has no ${name}`);
  }
  for (const { name, isOptional } of members) {
    assert.ok(isOptional || object[name] !== undefined, `${interfaceName} must have ${name}`);
  }
}

test("what handlers are given is as it is declared", () => {
  const rig = new Rig();
  rig.greet(HELLO);
  const { subscription, log } = rig.subscribe("news", { presence: true });
  const published = [];
  subscription.onpublication = (event) => published.push(event);
  const ann = { cid: "c2", user: "u2", info: { name: "Ann" } };
  rig.say({ t: "news", o: 11, d: 1 }, { t: "news", join: [ann, { cid: "c3" }], leave: [], n: 3 });
  const errors = [];
  subscription.onerror = (error) => errors.push(error);
  rig.say({ unsub: "news", code: 2600, reason: "ended" });

  assertIs("SubscribedEvent", log.take("subscribed")[0]);
  assertIs("Publication", published[0]);
  const [came] = log.take("presence");
  assertIs("PresenceEvent", came);
  for (const subscriber of came.join) assertIs("Subscriber", subscriber);
  assertIs("HubError", errors[0]);
});

test("what commands resolve with is as it is declared", async () => {
  const rig = Rig.open();
  const replies = [
    [rig.client.publish("news", 1), "Position", { e: "k", o: 1 }],
    [rig.client.presence("news"), "Presence", { clients: { c1: {} }, n: 1 }],
    [rig.client.presence("news"), "Presence", { n: 812 }],
    [rig.client.history("news"), "History", { e: "k", o: 1, items: [{ o: 1, d: 1 }] }],
  ];
  rig.take().forEach(({ id }, index) => rig.say({ id, ok: replies[index][2] }));
  for (const [reply, interfaceName] of replies) assertIs(interfaceName, await reply);
  const { items } = await replies[3][0];
  assertIs("Publication", items[0]);
});
