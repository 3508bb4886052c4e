// examples/live_dashboard: whatever happens to its connection, its figures are those of the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { HubClient } from "../integration/support/hub_client.mjs";
import { RestartableServer } from "../integration/support/restartable_server.mjs";
import { launch } from "./support/browser.mjs";
import { ExamplePage } from "./support/example_page.mjs";
import { OUTAGES, Relay } from "./support/relay.mjs";
import { SleepyBrowser } from "./support/sleepy_browser.mjs";

let server;
let browser;
let sleepy;
let witness;

const SYMBOLS = ["ACME", "GLOBEX", "INITECH"];

/** Another client, which is never cut. */
function witnessOf(seen) {
  const client = new HubClient(seen);
  for (const topic of ["samples", ...SYMBOLS.map((symbol) => `price.${symbol}`)]) {
    client.subscribe(topic);
  }
  return client;
}

before(async () => {
  [server, browser, sleepy] = await Promise.all([
    RestartableServer.start(process.env.LIVE_DASHBOARD),
    launch(),
    SleepyBrowser.start(),
  ]);
  witness = witnessOf(server);
});
after(async () => {
  witness?.close();
  await Promise.all([browser?.close(), sleepy?.close()]);
  await server?.kill();
});

const sleep = (delay) => new Promise((done) => setTimeout(done, delay));

const SAMPLES_PER_SECOND = 4;

const address = (of = server) => `http://localhost:${of.port}/`;

async function open(t, { at, ...options } = {}) {
  const page = await ExamplePage.open(browser, address(at), options);
  t.after(() => page.close());
  await page.see("#state", "Live");
  await seeSamples(page, 2);
  return page;
}

const rowsOf = (page) => page.page.evaluate(() => dashboard.samples.rows);

/** Waits until the page has drawn so many samples. */
function seeSamples(page, least) {
  return page.until((n) => Number(count.textContent) >= n, least);
}

/** What the page shows is what the server has. */
async function assertRight(page, asked = witness) {
  await assertSamples(page, asked);
  for (const index of SYMBOLS.keys()) await assertPrice(page, index, asked);
}

/** The tile shows a price that is newer than now, as the witness got it. */
async function assertPrice(page, index, asked) {
  const topic = `price.${SYMBOLS[index]}`;
  const { epoch, offset } = await asked.hub.history(topic);
  const from = asked.events.items.length;
  const isNewer = ({ index, epoch, offset }) => {
    const { position } = dashboard.prices[index];
    return position?.epoch === epoch && position.offset > offset;
  };
  await page.until(isNewer, { index, epoch, offset });
  let tile;
  let got;
  // The page and the witness may both skip to the newest price, and meet at the next that both got.
  do {
    tile = await page.page.evaluate((index) => {
      const { offset } = dashboard.prices[index].position;
      return { offset, shown: document.querySelectorAll("#prices strong")[index].textContent };
    }, index);
    const isThere = (event) => event.topic === topic && event.offset >= tile.offset;
    got = await asked.waitFor("publication", isThere, from);
  } while (got.offset !== tile.offset);
  assert.equal(tile.shown, got.data.toFixed(2), topic);
}

/** What the page draws has neither holes nor repetitions, and is fresh. */
async function assertSamples(page, asked) {
  const { items, offset: newest } = await asked.hub.history("samples", { limit: 1000 });
  await page.until((n) => dashboard.samples.rows.at(-1)?.offset >= n, newest);
  const { rows, shown } = await page.page.evaluate(() => ({
    rows: dashboard.samples.rows,
    shown: [count, newest].map((element) => Number(element.textContent)),
  }));
  rows.forEach(({ offset }, index) => assert.equal(offset, rows[0].offset + index));
  const drawn = new Map(rows.map(({ offset, ...data }) => [offset, data]));
  const common = items.filter(({ offset }) => drawn.has(offset));
  for (const { offset, data } of common) assert.deepEqual(drawn.get(offset), data);
  // All that the server had are there, but for the oldest, which newer ones may have pushed out.
  const pushedOut = rows.at(-1).offset - newest;
  assert.ok(common.length >= items.length - pushedOut, `${common.length} of ${items.length}`);
  assert.deepEqual(shown, [rows.length, rows.at(-1).offset]);
}

async function sentence(page) {
  return page.page.locator("#recovered").textContent();
}

/** As many were recovered as came while the page was away, `since` then and for so long at least. */
async function assertRecovered(page, since, seconds) {
  await page.see("#recovered", /^All \d+ samples that were missed have been recovered\.$/);
  const most = ((performance.now() - since) / 1000) * SAMPLES_PER_SECOND + 3;
  const text = await sentence(page);
  const number = Number(text.match(/\d+/)[0]);
  const least = seconds * SAMPLES_PER_SECOND - 3;
  assert.ok(number >= least && number <= most, `${text} It should be ${least} to ${most}.`);
}

test("draws what the server has, from the history and then live", async (t) => {
  await sleep(3000);
  const page = await open(t);
  await assertRight(page);
  assert.equal(await sentence(page), "Nothing has been missed so far.");
  await seeSamples(page, 20);
  await assertRight(page);
  await page.picture("live");
  assert.deepEqual(page.complaints, []);
});

test("loads nothing from the network", async (t) => {
  const page = await open(t);
  const origins = page.requests
    .filter((request) => !request.startsWith("data:"))
    .map((request) => new URL(request).origin);
  assert.deepEqual([...new Set(origins)], [new URL(address()).origin]);
});

test("a connection that is cut, and goes on", async (t) => {
  const page = await open(t);
  const since = performance.now();
  await page.button("Cut the connection").click();
  await page.see("#state", "Cut");
  const before = await rowsOf(page);
  await sleep(2000);
  assert.deepEqual(await rowsOf(page), before);
  assert.equal(await page.page.locator("#state").textContent(), "Cut");
  assert.equal(await page.button("Cut the connection").isDisabled(), true);
  await page.picture("cut");

  await page.button("Go on").click();
  await page.see("#state", "Live");
  await assertRecovered(page, since, 2);
  await assertRight(page);
  await page.picture("went-on");
  // The client's own attempts failed in the page, without a word to the console.
  assert.deepEqual(page.complaints, []);
});

/** Waits until the server has published so many more samples. */
function moreSamples(count) {
  const last = witness.of("publication", "samples").at(-1).offset;
  const isIt = ({ topic, offset }) => topic === "samples" && offset === last + count;
  return witness.waitFor("publication", isIt);
}

for (const [manner, takeAway, stateOffline] of OUTAGES) {
  test(`offline ${manner}, and online again`, async (t) => {
    const name = manner.replaceAll(" ", "-");
    const network = await Relay.start(server.port);
    t.after(() => network.stop());
    const page = await open(t, { at: network });
    const since = performance.now();
    takeAway(network);
    await page.setOnline(false);
    await page.see("#state", stateOffline);
    const before = await rowsOf(page);
    await moreSamples(8);
    assert.deepEqual(await rowsOf(page), before);
    await page.picture(`offline-${name}`);

    network.goOnline();
    const online = performance.now();
    await page.setOnline(true);
    await page.picture(`online-${name}`);
    await assertRecovered(page, since, 2);
    const seconds = (performance.now() - online) / 1000;
    t.diagnostic(`${seconds.toFixed(1)} s from being online to having everything`);
    // By silence alone a dead connection would be noticed 15 s after the last frame.
    assert.ok(seconds < 10, `${seconds} s`);
    await page.see("#state", "Live");
    await assertRight(page);
    await page.picture(`recovered-${name}`);
  });
}

test("offline while a connection is made, and online again", async (t) => {
  const page = await open(t);
  const since = performance.now();
  await page.button("Cut the connection").click();
  await page.see("#state", "Cut");
  await page.setOnline(false);
  await page.button("Go on").click();
  await page.see("#state", "Connection lost");
  await sleep(1500);
  await page.picture("no-network");
  await page.setOnline(true);
  await page.see("#state", "Live");
  await assertRecovered(page, since, 1.5);
  await assertRight(page);
});

test("away for longer than the server's history goes back", async (t) => {
  const kept = 8; // two seconds
  const brief = await RestartableServer.start(process.env.LIVE_DASHBOARD, String(kept));
  t.after(() => brief.kill());
  const other = witnessOf(brief);
  t.after(() => other.close());
  const page = await open(t, { at: brief });
  const before = await rowsOf(page);
  await page.button("Cut the connection").click();
  await page.see("#state", "Cut");
  await sleep(((kept + 6) * 1000) / SAMPLES_PER_SECOND);
  await page.button("Go on").click();
  await page.see("#state", "Live");
  await page.see("#recovered", /^Not recovered: the server's history does not go back that far\./);
  const loaded = Number((await sentence(page)).match(/in its history: (\d+)\.$/)[1]);
  assert.ok(loaded === kept || loaded === kept - 1, `${loaded}`); // one may be new meanwhile
  await assertRight(page, other);
  assert.ok((await rowsOf(page))[0].offset > before.at(-1).offset + 1, "there was a gap");
  await page.picture("gap");
  await seeSamples(page, kept + 4);
  await assertRight(page, other);
  assert.deepEqual(page.complaints, []);
});

for (const seconds of [2, 12]) {
  test(`asleep for ${seconds} s`, async (t) => {
    const page = await ExamplePage.openIn(sleepy.context, address());
    t.after(() => page.page.close());
    await seeSamples(page, 2);
    const since = performance.now();
    await page.fallAsleep();
    await sleep(seconds * 1000);
    await page.wakeUp();
    await page.page.bringToFront();
    await page.see("#state", "Live");
    await assertRecovered(page, since, seconds);
    await assertRight(page);
    await page.picture(`slept-${seconds}-s`);
  });
}

for (const [manner, end] of [
  ["killed", () => server.kill()],
  ["stopped", () => server.stop()],
]) {
  test(`the server is ${manner} and started anew on its port`, async (t) => {
    const page = await open(t);
    await end();
    await page.see("#state", "Connection lost");
    await page.picture(`server-${manner}`);
    await server.start();
    await page.see("#state", "Live");
    await page.see("#recovered", /^Not recovered: the server has started anew\./);
    await seeSamples(page, 8);
    await assertRight(page);
    assert.ok((await rowsOf(page))[0].offset <= 2, "from the first one of the new server on");
    await page.picture(`server-${manner}-and-back`);
  });
}

test("in the dark, and on a phone", async (t) => {
  const page = await open(t, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    colorScheme: "dark",
  });
  await seeSamples(page, 20);
  const overflow = await page.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(overflow, 0);
  await page.picture("phone-dark");
});
