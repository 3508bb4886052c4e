// examples/chat: two people, whose connections are not the best.
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
let ann;
let bob;

before(async () => {
  [server, browser] = await Promise.all([RestartableServer.start(process.env.CHAT), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

async function open(name, where = browser, through = server) {
  const url = `http://localhost:${through.port}/${name && `?${name}`}`;
  const page = await (where === browser
    ? ExamplePage.open(browser, url)
    : ExamplePage.openIn(where.context, url));
  if (name) await page.see("#state", "Connected");
  return page;
}

async function say(page, text) {
  await page.page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.button("Send").click();
}

/** Waits for a message that has arrived, not one that is being sent. */
const hear = (page, text) => page.see(".line:not(.pending) .text", text);

/** The open room's messages, the oldest first. */
const texts = (page) =>
  page.page
    .locator(".line .text")
    .evaluateAll((all) => all.map((each) => each.textContent));

const people = async (page) => (await page.page.locator("#people li").allTextContents()).join(" ");

async function seePeople(page, names) {
  await page.until(
    (wanted) =>
      [...document.querySelectorAll("#people li")].map((e) => e.textContent).join(" ") === wanted,
    names,
  );
}

test("whoever comes says their name", async () => {
  ann = await open("");
  await ann.picture("enter");
  await ann.page.getByLabel("Your name").fill("Ann Öberg");
  await ann.button("Come in").click();
  await ann.see("#state", "Connected");
  await ann.see("#title", "# general");
  await seePeople(ann, "Ann Öberg");
});

test("two people see each other and hear each other", async () => {
  bob = await open("Bob");
  await seePeople(ann, "Ann Öberg Bob");
  await seePeople(bob, "Ann Öberg Bob");
  await say(ann, "Hello, is anybody here?");
  await hear(bob, "Hello, is anybody here?");
  await say(bob, "I am.");
  await hear(ann, "I am.");
  assert.deepEqual(await texts(ann), ["Hello, is anybody here?", "I am."]);
  assert.deepEqual(await texts(bob), await texts(ann));
  await ann.picture("two-people");
});

test("rooms are apart, and say what is unread", async () => {
  await bob.page.getByRole("button", { name: "# music" }).click();
  await say(bob, "Listen to this");
  await say(bob, "and this");
  await ann.see(".badge:visible", "2");
  assert.ok(!(await texts(ann)).includes("and this"));
  await ann.picture("unread");
  await ann.page.getByRole("button", { name: "# music" }).click();
  await hear(ann, "and this");
  assert.equal(await ann.page.locator(".badge:visible").count(), 0);
  for (const page of [ann, bob]) await page.page.getByRole("button", { name: "# general" }).click();
});

test("whoever comes later reads what was said before", async (t) => {
  const carl = await open("Carl");
  t.after(() => carl.close());
  await hear(carl, "I am.");
  assert.deepEqual(await texts(carl), ["Hello, is anybody here?", "I am."]);
  await seePeople(ann, "Ann Öberg Bob Carl");
  await carl.close();
  await seePeople(ann, "Ann Öberg Bob");
});

test("what is said is text, never HTML", async () => {
  const hostile = '<img src=x onerror="window.hacked = 1"><b>bold</b>';
  await say(bob, hostile);
  await hear(ann, hostile);
  assert.equal(await ann.page.locator("#log img, #log b").count(), 0);
  assert.equal(await ann.page.evaluate(() => window.hacked), undefined);
});

test("nobody speaks for others, and there are no other rooms", async (t) => {
  const eve = new HubClient(server, "Eve");
  t.after(() => eve.close());
  const lie = { from: "Bob", text: "I am Bob", at: 1 };
  await assert.rejects(eve.hub.publish("chat.general", lie), { code: 103 });
  for (const wrong of [{ from: "Eve", text: "" }, { from: "Eve", text: 1, at: 1 }, "Eve", [1], 1]) {
    await assert.rejects(eve.hub.publish("chat.general", wrong), { code: 103 });
  }
  await assert.rejects(eve.hub.publish("chat.secret", { ...lie, from: "Eve" }), { code: 103 });
  eve.subscribe("chat.secret");
  assert.equal((await eve.waitFor("error")).reason, "no such room");
});

test("loading the page anew is neither leaving nor coming", async () => {
  await bob.page.reload();
  await bob.see("#state", "Connected");
  await hear(bob, "I am.");
  await new Promise((done) => setTimeout(done, 4000)); // longer than the time of grace
  assert.equal(await people(ann), "Ann Öberg Bob");
});

test("nothing of this is a cause for complaint", () => {
  assert.deepEqual(ann.complaints, []);
  assert.deepEqual(bob.complaints, []);
});

test("a page that slept has everything when it wakes", async (t) => {
  const sleepy = await SleepyBrowser.start();
  t.after(() => sleepy.close());
  const dora = await open("Dora", sleepy);
  await hear(dora, "I am.");
  await dora.fallAsleep();
  for (const text of ["Dora?", "Are you asleep?"]) {
    await say(ann, text);
    await hear(bob, text);
  }
  await dora.wakeUp();
  await dora.page.bringToFront();
  await hear(dora, "Are you asleep?");
  await dora.see("#state", "Connected");
  assert.deepEqual(await texts(dora), await texts(ann));
  await dora.picture("woken");
});

test("what is said while the server is down is said when it is back, once", async () => {
  await server.kill();
  await ann.see("#state", "Connection lost");
  await say(ann, "Does this work?");
  await ann.see(".pending .text", "Does this work?");
  await ann.picture("server-down");
  await server.start();
  await hear(bob, "Does this work?");
  await hear(ann, "Does this work?");
  for (const page of [ann, bob]) {
    await page.see("#state", "Connected");
    await page.see(".note", "The server has started anew");
    assert.equal((await texts(page)).filter((text) => text === "Does this work?").length, 1);
    await seePeople(page, "Ann Öberg Bob");
  }
  await say(bob, "It does.");
  await hear(ann, "It does.");
  await ann.picture("server-back");
});

test("a server that says bye is found again", async () => {
  await server.stop();
  await bob.see("#state", "Connection lost");
  await server.start();
  for (const page of [ann, bob]) await page.see("#state", "Connected");
  await say(ann, "Still here");
  await hear(bob, "Still here");
});

for (const [manner, takeAway, stateOffline] of OUTAGES) {
  test(`offline ${manner}, and online again`, async (t) => {
    const name = manner.replaceAll(" ", "-");
    const network = await Relay.start(server.port);
    t.after(() => network.stop());
    const tina = await open("Tina", browser, network);
    t.after(() => tina.close());
    await hear(tina, (await texts(ann)).at(-1));
    const before = await texts(tina);
    takeAway(network);
    await tina.setOnline(false);
    await tina.see("#state", stateOffline);
    const missed = [1, 2, 3].map((number) => `Said while Tina is ${manner}, ${number}`);
    for (const text of missed) {
      await say(ann, text);
      await hear(bob, text);
    }
    const written = `Written ${manner}`;
    await say(tina, written);
    await tina.see(".pending .text", written);
    assert.deepEqual(await texts(tina), [...before, written]);
    await tina.picture(`offline-${name}`);

    network.goOnline();
    const online = performance.now();
    await tina.setOnline(true);
    await hear(tina, missed.at(-1));
    await hear(ann, written);
    await hear(tina, written);
    const seconds = (performance.now() - online) / 1000;
    t.diagnostic(`${seconds.toFixed(1)} s from being online to having everything`);
    // By silence alone a dead connection would be noticed 35 s after the last frame.
    assert.ok(seconds < 15, `${seconds} s`);
    await tina.see("#state", "Connected");
    assert.deepEqual(await texts(tina), [...before, ...missed, written]);
    assert.deepEqual((await texts(ann)).slice(-4), [...missed, written]);
    await tina.picture(`recovered-${name}`);
  });
}

test("in the dark, on a phone", async (t) => {
  const page = await ExamplePage.open(browser, `http://localhost:${server.port}/?Emil`, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    colorScheme: "dark",
  });
  t.after(() => page.close());
  await hear(page, "Still here");
  const overflow = await page.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(overflow, 0);
  await page.picture("phone-dark");
});
