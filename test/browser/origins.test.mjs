// A page that connects to localhost, opened by each name of this machine, in the browser that
// BROWSER names. The demo lets all of them in, unless it is told to be strict.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { DemoServer } from "../integration/support/demo_server.mjs";
import { DEADLINE_MS } from "../integration/support/feed.mjs";
import { launchBrowser } from "./support/client_page.mjs";

const PAGE = fileURLToPath(new URL("inline_page/", import.meta.url));

let launched;
let lenient;
let strict;

before(async () => {
  [launched, lenient, strict] = await Promise.all([
    launchBrowser(process.env.BROWSER),
    DemoServer.start("--web", PAGE),
    DemoServer.start("--web", PAGE, "--strict-origin"),
  ]);
});
after(async () => {
  await launched?.close();
  lenient?.kill();
  strict?.kill();
});

const originOf = (server, host) => `http://${host}:${server.httpPort}`;

async function open(t, server, host) {
  const page = await launched.browser.newPage();
  t.after(() => page.close());
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(`${originOf(server, host)}/?ws=${server.wsPort}`);
  return page;
}

const linesOf = (page) =>
  page.evaluate(() => Array.from(document.querySelectorAll("#lines li"), (e) => e.textContent));

/** Waits until the page has so many lines, and returns them. */
async function lines(page, count) {
  const enough = (least) => document.querySelectorAll("#lines li").length >= least;
  try {
    await page.waitForFunction(enough, { polling: 20 }, count);
  } catch (error) {
    throw new Error(`${error.message}; the page has: ${(await linesOf(page)).join(", ")}`);
  }
  return linesOf(page);
}

async function assertServed(t, server, host) {
  const page = await open(t, server, host);
  const greeted = [
    `opened ${originOf(server, host)}`,
    "received Gotcha",
    "received Something changed", // by its own hello
  ];
  assert.deepEqual(await lines(page, 3), greeted);
  await page.click("#send");
  assert.deepEqual(await lines(page, 4), [...greeted, "received Something changed"]);
  await server.line("received", '{"message":"Hello"}');
  await server.line("received", '{"message":"Hey"}');
}

async function assertRefused(t, server, host) {
  const page = await open(t, server, host);
  assert.deepEqual(await lines(page, 1), ["closed 1006"]);
  await server.line("with status 403", `"${originOf(server, host)}"`);
}

for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
  test(`a page opened as ${host} talks to localhost`, (t) => assertServed(t, lenient, host));
}

test("a strict server serves a page opened as localhost", (t) =>
  assertServed(t, strict, "localhost"));

for (const host of ["127.0.0.1", "[::1]"]) {
  test(`a strict server refuses a page opened as ${host}, and says why`, (t) =>
    assertRefused(t, strict, host));
}

test("both servers end well", () => Promise.all([lenient.stop(), strict.stop()]));
