// Every example says what it is and of which version, and refuses what it does not understand.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import process from "node:process";
import { test } from "node:test";

const programs = (process.env.EXAMPLES ?? "").split(":");
const header = new URL("../../include/broadcast_hub/version.hpp", import.meta.url);
const [, version] = /BROADCAST_HUB_VERSION "([^"]+)"/.exec(await readFile(header, "utf8"));

// One that starts to serve would never end.
function run(program, ...flags) {
  const options = { encoding: "utf8", timeout: 20_000, stdio: ["ignore", "pipe", "pipe"] };
  return spawnSync(program, flags, options);
}

test("all of them are here", () => {
  assert.ok(programs.length >= 11, programs.join(", "));
});

/** `why`: what the one line on stderr has behind the program's name. */
function assertRefused(program, given, why) {
  const { status, stdout, stderr } = run(program, ...given);
  assert.equal(status, 2, `${given.join(" ")}: ${stdout}${stderr}`);
  assert.equal(stdout, "");
  assert.equal(stderr, `${basename(program)}: ${why}; see --help\n`);
}

const wrong = ["", " 0", "0 ", "8080x", "80.5", "1e3", "0x50", "010", "+1", "65536", "4294967297"];
const range = (name, least, most, value) =>
  `${name} is '${value}'; it must be a whole number from ${least} to ${most}`;

for (const [name, given, why] of [
  ...wrong.flatMap((port) => [
    ["chat", [port], range("PORT", 0, 65535, port)],
    ["live_dashboard", [port], range("PORT", 0, 65535, port)],
  ]),
  ...["", "many", "0", "1000001"].map((samples) => [
    "live_dashboard",
    ["0", samples],
    range("SAMPLES", 1, 1000000, samples),
  ]),
  ["chat", ["0", "1"], "'1' is not understood"],
  ["live_dashboard", ["0", "1", "2"], "'2' is not understood"],
  ["example_client", ["hubb"], "'hubb' is not understood"],
  ["example_client", ["hub", "hub"], "'hub' is not understood"],
  ["example_rooms", ["8081"], "'8081' is not understood"],
]) {
  test(`${name} ${JSON.stringify(given)} says what is wrong`, () => {
    const program = programs.find((each) => basename(each) === name);
    assertRefused(program, given, why);
  });
}

for (const program of programs) {
  const name = basename(program);

  test(`${name} --help says what it is`, () => {
    for (const flag of ["--help", "-h"]) {
      const { status, stdout, stderr } = run(program, flag);
      assert.equal(status, 0, stderr);
      assert.equal(stderr, "");
      assert.match(stdout, /--help/);
      assert.match(stdout, /--version/);
      assert.ok(stdout.length > 200, stdout);
    }
  });

  test(`${name} --version says of which broadcast_hub it is`, () => {
    const { status, stdout, stderr } = run(program, "--version");
    assert.equal(status, 0, stderr);
    assert.equal(stdout, `${name} of broadcast_hub ${version}\n`);
  });

  test(`${name} refuses a flag that it does not know`, () => {
    const { status, stdout, stderr } = run(program, "--no-such-flag");
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, new RegExp(`^${name}: .*--no-such-flag.*--help\n$`));
  });
}
