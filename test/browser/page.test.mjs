// The page by itself: what it shows, and who can use it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";

import { DemoServer } from "../integration/support/demo_server.mjs";
import { within } from "../integration/support/feed.mjs";
import { DemoPage, launch } from "./support/browser.mjs";
import { StandIn } from "./support/stand_in.mjs";

let server;
let browser;
let standIn;
let url; // of the page, talking to the stand-in

before(async () => {
  [server, browser, standIn] = await Promise.all([
    DemoServer.start("--log-level", "warn"),
    launch(),
    StandIn.start(),
  ]);
  url = `http://127.0.0.1:${server.httpPort}/?ws=${standIn.port}`;
});
after(async () => {
  await browser?.close();
  standIn?.stop();
  server?.kill();
});

/** A page that talks to the stand-in, and the stand-in's end of it. */
async function openPage(t, options) {
  const coming = standIn.nextClient();
  const page = await DemoPage.open(browser, url, options);
  t.after(() => page.page.context().close());
  const client = await coming;
  await page.see('Sent {"message":"Hello"}');
  return { page, client };
}

test("shows what is received as text, never as HTML", async (t) => {
  const { page, client } = await openPage(t);
  const hostile =
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>&amp;<b>bold</b>';
  client.send(hostile);
  await page.see(`Received ${hostile}`);
  assert.equal(await page.page.locator("#entries img, #entries script, #entries b").count(), 0);
  assert.equal(await page.page.evaluate(() => window.hacked), undefined);

  client.close(4000, "<i>bye</i>");
  await page.see("Closed code 4000 (idle), reason “<i>bye</i>”, clean");
  assert.deepEqual(page.complaints, []);
});

test("shows a binary message by its size", async (t) => {
  const { page, client } = await openPage(t);
  client.send(Buffer.from([1, 2, 3]));
  await page.see("Received binary, 3 bytes");
});

test("keeps the newest 500 entries", async (t) => {
  const { page, client } = await openPage(t);
  for (let i = 1; i <= 600; ++i) client.send(`message ${i}`);
  await page.see("Received message 600");
  const entries = await page.entries();
  assert.equal(entries.length, 500);
  assert.equal(entries[0], "Received message 101");
});

test("follows the newest entry only while the reader is at the end", async (t) => {
  const { page, client } = await openPage(t);
  const log = page.page.getByRole("log");
  const bottoms = () =>
    log.evaluate((element) => ({
      log: element.getBoundingClientRect().bottom,
      newest: document.getElementById("entries").lastElementChild.getBoundingClientRect().bottom,
    }));
  for (let i = 1; i <= 100; ++i) client.send(`message ${i}`);
  await page.see("Received message 100");
  const atEnd = await bottoms();
  assert.ok(Math.abs(atEnd.log - atEnd.newest) < 2, JSON.stringify(atEnd));

  await log.hover();
  await page.page.mouse.wheel(0, -1000);
  await page.page.waitForFunction(() => {
    const newest = document.getElementById("entries").lastElementChild;
    return newest.getBoundingClientRect().top > document.getElementById("log").clientHeight + 600;
  });
  const read = page.page.getByText("message 60", { exact: true });
  const place = () => read.evaluate((element) => element.getBoundingClientRect().top);
  const before = await place();
  client.send("more");
  await page.see("Received more");
  assert.ok(Math.abs((await place()) - before) < 2);
});

test("tells sent, received, opened and closed apart by word, mark and colour", async (t) => {
  const { page, client } = await openPage(t);
  client.send("x");
  await page.see("Received x");
  await page.button("Close").click();
  await page.seeState("Closed");
  const looks = await page.page.locator("#entries > li").evaluateAll((items) =>
    items.map((item) => ({
      label: item.querySelector(".label").textContent,
      mark: item.querySelector(".mark").textContent,
      colour: getComputedStyle(item.querySelector(".kind")).color,
      time: item.querySelector("time").textContent,
    }))
  );
  assert.deepEqual(
    looks.map((look) => look.label),
    ["Opened", "Sent", "Received", "Closed"]
  );
  for (const part of ["mark", "colour"]) {
    assert.equal(new Set(looks.map((look) => look[part])).size, 4, part);
  }
  for (const { time } of looks) assert.match(time, /^\d\d:\d\d:\d\d\.\d{3}$/);
});

test("shows that it is connecting, and can give up", async (t) => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const page = await DemoPage.open(
    browser,
    `http://127.0.0.1:${server.httpPort}/?ws=${silent.address().port}`
  );
  t.after(async () => {
    await page.page.context().close();
    silent.close();
  });
  await page.seeState("Connecting…");
  assert.equal(await page.button("Send Message").getAttribute("aria-disabled"), "true");
  assert.equal(await page.button("Reconnect").count(), 0);
  await page.button("Close").click();
  await page.seeState("Closed");
});

test("says that an address's ?ws= is no port, and uses 8081", async (t) => {
  const page = await DemoPage.open(browser, url, { closedPort: 8081 });
  t.after(() => page.page.context().close());
  for (const [asked, shown] of [
    ["0", "0"],
    ["65536", "65536"],
    ["-1", "-1"],
    ["80a", "80a"],
    ["1e3", "1e3"],
    ["", ""],
    ["%3Cb%3Ehi%3C%2Fb%3E", "<b>hi</b>"],
  ]) {
    await page.page.goto(`http://127.0.0.1:${server.httpPort}/?ws=${asked}`);
    const notice = await page.page.getByRole("alert").textContent();
    assert.ok(notice.includes(`?ws=${shown}, which is not a port`), notice);
    assert.equal(await page.page.locator("#address").textContent(), "ws://127.0.0.1:8081/");
  }
  await page.picture("bad-port");
});

test("uses 8081 unless told otherwise, and the page's own host", async (t) => {
  const page = await DemoPage.open(browser, `http://localhost:${server.httpPort}/`, {
    closedPort: 8081,
  });
  t.after(() => page.page.context().close());
  assert.equal(await page.page.locator("#address").textContent(), "ws://localhost:8081/");
  assert.equal(await page.page.getByRole("alert").count(), 0);
});

test("works with the keyboard alone, and the focus is never lost", async (t) => {
  const { page } = await openPage(t);
  const { keyboard } = page.page;
  const focused = () => page.page.evaluate(() => document.activeElement.id);

  await keyboard.press("Tab");
  assert.equal(await focused(), "send");
  await page.picture("keyboard-focus");
  await keyboard.press("Enter");
  await page.see('Sent {"message":"Hey"}');
  await keyboard.press("Space");
  await page.see('Sent {"message":"Hey"}', 2);

  await keyboard.press("Tab");
  assert.equal(await focused(), "close");
  await keyboard.press("Enter");
  await page.seeState("Closed");
  assert.equal(await focused(), "reconnect");

  await keyboard.press("Enter");
  await page.seeState("Open");
  assert.equal(await focused(), "send");
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  assert.equal(await focused(), "log");
});

test("shows where the focus is", async (t) => {
  const { page } = await openPage(t);
  for (const id of ["send", "close", "log"]) {
    await page.page.keyboard.press("Tab");
    const outline = await page.page
      .locator(`#${id}`)
      .evaluate((element) => getComputedStyle(element).outlineWidth);
    assert.equal(outline, "3px", id);
  }
});

test("keeps the focus when the server closes", async (t) => {
  const { page, client } = await openPage(t);
  await page.button("Send Message").focus();
  client.close(1001);
  await page.seeState("Closed");
  assert.equal(await page.page.evaluate(() => document.activeElement.id), "send");
});

test("has names and landmarks for a screen reader", async (t) => {
  const { page } = await openPage(t);
  const { page: browserPage } = page;
  assert.equal(await browserPage.locator("html").getAttribute("lang"), "en");
  const wanted = [
    ["banner", {}],
    ["main", {}],
    ["heading", { name: "broadcast_hub demo", level: 1 }],
    ["region", { name: "Connection" }],
    ["group", { name: "Actions" }],
    ["button", { name: "Send Message", disabled: false }],
    ["button", { name: "Close", disabled: false }],
    ["log", { name: "Messages" }],
    ["listitem", { name: "" }],
  ];
  for (const [role, options] of wanted) {
    const count = await browserPage.getByRole(role, options).count();
    assert.ok(count >= 1, `${role} ${JSON.stringify(options)}`);
  }
  assert.equal(await browserPage.getByRole("log").getAttribute("aria-live"), "polite");
  assert.equal(await browserPage.getByRole("status").textContent(), "Open");

  await page.button("Close").click();
  await page.seeState("Closed");
  assert.equal(
    await browserPage.getByRole("button", { name: "Send Message", disabled: true }).count(),
    1
  );
  assert.equal(await browserPage.getByRole("button", { name: "Reconnect" }).count(), 1);
  const tree = await browserPage.locator("main").ariaSnapshot();
  assert.match(tree, /status: Closed[^]*Opened[^]*Sent[^]*Closed/);
  assert.doesNotMatch(tree, /[●↑↓✕]/);
});

// The lowest contrast of any text on the page (WCAG 2.1, section 1.4.3 wants 4.5).
function lowestContrast() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let lowest = { ratio: 21 };
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [light, dark] = [getComputedStyle(element).color, background(element)]
      .map(luminance)
      .sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < lowest.ratio) lowest = { ratio, text: element.textContent };
  }
  return lowest;
}

for (const colorScheme of ["light", "dark"]) {
  test(`is easy to read in the ${colorScheme} colours`, async (t) => {
    const { page, client } = await openPage(t, { colorScheme, reducedMotion: "reduce" });
    client.send("something to read");
    await page.see("Received something to read");
    const open = await page.page.evaluate(lowestContrast);
    assert.ok(open.ratio >= 4.5, JSON.stringify(open));
    await page.picture(`${colorScheme}-open`);

    await page.button("Close").click();
    await page.seeState("Closed");
    const closed = await page.page.evaluate(lowestContrast);
    assert.ok(closed.ratio >= 4.5, JSON.stringify(closed));
    await page.picture(`${colorScheme}-closed`);

    const colour = await page.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red] = colour.match(/\d+/g).map(Number);
    assert.ok(colorScheme === "dark" ? red < 60 : red > 200, colour);
  });
}

test("moves nothing for people who want no motion", async (t) => {
  const animation = async (reducedMotion) => {
    const { page } = await openPage(t, { reducedMotion });
    const entry = page.page.locator(".entry").first();
    return entry.evaluate((element) => getComputedStyle(element).animationName);
  };
  assert.equal(await animation("reduce"), "none");
  assert.notEqual(await animation("no-preference"), "none");
});

for (const [width, height, colorScheme] of [
  [320, 568, "light"],
  [360, 640, "dark"],
  [390, 844, "light"],
  [640, 320, "dark"],
]) {
  test(`fits a phone of ${width} by ${height}, ${colorScheme}`, async (t) => {
    const { page, client } = await openPage(t, {
      viewport: { width, height },
      isMobile: true,
      hasTouch: true,
      colorScheme,
    });
    client.send("long".repeat(200));
    await page.see(`Received ${"long".repeat(200)}`);
    const overflow = () =>
      page.page.evaluate(() => {
        const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
        const log = document.getElementById("log");
        return [
          scrollWidth - clientWidth,
          scrollHeight - clientHeight,
          log.scrollWidth - log.clientWidth,
        ];
      });
    assert.deepEqual(await overflow(), [0, 0, 0]);
    await page.picture(`phone-${width}-open`);

    await page.button("Close").tap();
    await page.seeState("Closed");
    assert.deepEqual(await overflow(), [0, 0, 0]);
    for (const name of ["Send Message", "Close", "Reconnect"]) {
      const box = await page.button(name).boundingBox();
      assert.ok(box.height >= 44 && box.x >= 0 && box.x + box.width <= width, name);
    }
    const newest = await page.page.locator("#entries > li").last().boundingBox();
    const log = await page.page.getByRole("log").boundingBox();
    assert.ok(log.y + log.height <= height && newest.y >= log.y, JSON.stringify([log, newest]));
    assert.ok(newest.y + newest.height <= log.y + log.height + 1, JSON.stringify([log, newest]));
    await page.picture(`phone-${width}-closed`);
  });
}

test("loads nothing from anywhere else and gives no cause for complaint", async (t) => {
  const { page } = await openPage(t);
  const origins = page.requests
    .filter((request) => !request.startsWith("data:"))
    .map((request) => new URL(request).origin);
  assert.deepEqual([...new Set(origins)], [new URL(url).origin]);
  assert.deepEqual(page.complaints, []);
  const policy = page.page.locator('meta[http-equiv="Content-Security-Policy"]');
  assert.match(await policy.getAttribute("content"), /default-src 'none'.*connect-src ws:/);
});

test("connects again when the Back button brings it back", async (t) => {
  const own = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  t.after(() => own.close());
  const coming = standIn.nextClient();
  const page = await DemoPage.open(own, url);
  const client = await coming;
  await page.seeState("Open");
  const left = once(client, "close");
  await page.page.goto(`http://127.0.0.1:${server.httpPort}/style.css`);
  await within("the end of the first connection", left);
  // Listening from the start: it may have spoken before the navigation is over.
  const spoken = standIn.nextClient().then((second) => once(second, "message"));
  // A page out of the cache fires no load event, and its scripts are beyond playwright's reach.
  await page.page.goBack({ waitUntil: "commit" });
  const [hello] = await within("the second Hello", spoken);
  assert.equal(hello.toString(), '{"message":"Hello"}');
});

test("shows the state of the newest connection when an older one ends late", async (t) => {
  const { page, client } = await openPage(t);
  // The server does not answer the page's close frame yet.
  client.pause();
  const coming = standIn.nextClient();
  await page.page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
  const second = await coming;
  await page.see('Sent {"message":"Hello"}', 2);
  client.resume();
  await page.see("Closed code 1000 (normal), reason “page left”, clean");
  assert.equal(await page.state().textContent(), "Open");
  const hey = new Promise((heard) => {
    second.on("message", (data) => data.toString() === '{"message":"Hey"}' && heard());
  });
  await page.button("Send Message").click();
  await within("a Hey over the second connection", hey);
});
