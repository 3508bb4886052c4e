// The demo as a person sees it: two browsers, and the server's log beside them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DemoServer } from "../integration/support/demo_server.mjs";
import { DemoPage, launch } from "./support/browser.mjs";

const OPENED = (server) => `Opened ws://localhost:${server.wsPort}/`;
const HELLO = 'Sent {"message":"Hello"}';
const HEY = 'Sent {"message":"Hey"}';
const GOTCHA = 'Received {"message":"Gotcha"}';
const CHANGED = 'Received {"message":"Something changed"}';
const PERIODIC = 'Received {"message":"Hello hello!"}';

let server;
let browsers;
let first;
let second;
const address = new Map(); // of a page's connection, as the server's log has it

before(async () => {
  server = await DemoServer.start("--interval", "0.5");
  browsers = await Promise.all([launch(), launch()]);
});
after(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  server?.kill();
});

async function openPage(browser) {
  const before = server.log.items.length;
  const page = await DemoPage.open(browser, server.url);
  await noteAddress(page, before);
  return page;
}

async function noteAddress(page, from) {
  const line = await server.log.find("the new connection", (text) => /opened/.test(text), from);
  address.set(page, line.match(/(127\.0\.0\.1|\[::1\]):\d+/)[0]);
}

test("opening the page opens a connection, says hello and is greeted", async () => {
  first = await openPage(browsers[0]);
  await first.see(GOTCHA);
  await first.see(CHANGED);
  assert.deepEqual((await first.entries()).slice(0, 2), [OPENED(server), HELLO]);
  await first.seeState("Open");
  await server.line("sent", address.get(first), '{"message":"Gotcha"}');
  await server.line("received", address.get(first), '{"message":"Hello"}');
});

test("a second browser is greeted, and the first hears that something changed", async () => {
  const before = await first.count(CHANGED);
  second = await openPage(browsers[1]);
  await second.see(GOTCHA);
  await first.see(CHANGED, before + 1);
  assert.notEqual(address.get(first), address.get(second));
});

test("both hear the periodic hello", async () => {
  for (const page of [first, second]) await page.see(PERIODIC, (await page.count(PERIODIC)) + 2);
  await server.line(/broadcast/, '{"message":"Hello hello!"}', /\b2\b/);
});

for (const [name, sender] of [
  ["first", () => first],
  ["second", () => second],
]) {
  test(`Send Message in the ${name} browser reaches both`, async () => {
    const before = await Promise.all([first.count(CHANGED), second.count(CHANGED)]);
    await sender().button("Send Message").click();
    await sender().see(HEY);
    await first.see(CHANGED, before[0] + 1);
    await second.see(CHANGED, before[1] + 1);
    await server.line("received", address.get(sender()), '{"message":"Hey"}');
  });
}

test("the two pages look as they should, for people to see", async () => {
  await first.picture("steps-first");
  await second.picture("steps-second");
  assert.deepEqual(first.complaints, []);
  assert.deepEqual(second.complaints, []);
});

test("Close closes, on both sides, and the other browser goes on", async () => {
  await first.button("Close").click();
  await first.seeState("Closed");
  const last = (await first.entries()).at(-1);
  assert.match(last, /^Closed code 1000 \(normal\).*, clean$/);
  await server.line("closed", address.get(first), "1000", "closed by the user");
  assert.equal(await first.button("Send Message").getAttribute("aria-disabled"), "true");
  await first.picture("steps-closed");

  await second.see(PERIODIC, (await second.count(PERIODIC)) + 2);
  assert.equal((await first.entries()).at(-1), last);
});

test("a closed page sends nothing, whatever is pressed", async () => {
  const before = await first.entries();
  await first.button("Send Message").click({ force: true });
  await first.button("Close").click({ force: true });
  assert.deepEqual(await first.entries(), before);
});

test("Reconnect opens a new connection", async () => {
  const before = server.log.items.length;
  await first.button("Reconnect").click();
  await first.see(OPENED(server), 2);
  await first.see(HELLO, 2);
  await first.see(GOTCHA, 2);
  await first.seeState("Open");
  await noteAddress(first, before);
  assert.equal(await first.button("Reconnect").count(), 0);
  await first.button("Send Message").click();
  await first.see(HEY, 2);
  await server.line("received", address.get(first), '{"message":"Hey"}');
});

test("closing the page closes its connection", async () => {
  await second.page.close();
  await server.line("closed", address.get(second), "1001");
});

test("leaving the page for another closes its connection", async () => {
  const leaving = await openPage(browsers[1]);
  await leaving.see(GOTCHA);
  await leaving.page.goto("about:blank");
  await server.line("closed", address.get(leaving));
});

test("closing a whole browser closes its connection", async () => {
  const leaving = await openPage(browsers[1]);
  await leaving.see(GOTCHA);
  await browsers[1].close();
  await server.line("closed", address.get(leaving));
});

test("the page sees the server end, and says so when it cannot come back", async () => {
  assert.deepEqual(first.complaints, []);
  await server.stop();
  await first.seeState("Closed");
  assert.match((await first.entries()).at(-1), /^Closed code 1001 \(going away\).*, clean$/);

  await first.button("Reconnect").click();
  await first.see("Closed code 1006 (no close frame: unreachable, refused or lost), not clean");
  await first.seeState("Closed");
});
