import { accessSync, constants, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

import { DEADLINE_MS } from "../../integration/support/feed.mjs";
import { WatchedPage } from "./watched_page.mjs";

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

export function findProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`${name} is not in PATH: run ./test/run.sh, which installs it`);
}

export function findChromium() {
  return findProgram("chromium");
}

/** A Chromium process of its own, with a new profile. */
export function launch(options = {}) {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS, ...options });
}

/** Keeps a picture for people to look at. */
export async function keepPicture(page, name) {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

/** A demo page in a context of its own, and what a person sees of it. */
export class DemoPage extends WatchedPage {
  /** `closedPort`: sockets to it are never made, for a port that is not one of the test's own. */
  static async open(browser, url, { closedPort, ...options } = {}) {
    const context = await browser.newContext({
      viewport: { width: 1000, height: 720 },
      ...options,
    });
    context.setDefaultTimeout(DEADLINE_MS);
    if (closedPort) {
      await context.routeWebSocket(new RegExp(`:${closedPort}/`), (route) => route.close());
    }
    const page = await context.newPage();
    const demo = new DemoPage(page);
    await page.goto(url);
    return demo;
  }

  state() {
    return this.page.getByRole("status");
  }

  /** The log's entries so far, like "Sent {"message":"Hey"}". */
  entries() {
    return this.page.locator("#entries > li").evaluateAll((items) =>
      items.map((item) => {
        const part = (name) => item.querySelector(name).textContent;
        return `${part(".label")} ${part(".text")}`;
      })
    );
  }

  /** Waits until the log has `count` entries that are `text`. */
  async see(text, count = 1) {
    await this.#wait(`${count} times "${text}"`, async () => {
      const entries = await this.entries();
      return entries.filter((entry) => entry === text).length >= count;
    });
  }

  async seeState(text) {
    await this.#wait(
      `the state "${text}"`,
      async () => (await this.state().textContent()) === text
    );
  }

  async count(text) {
    return (await this.entries()).filter((entry) => entry === text).length;
  }

  picture(name) {
    return keepPicture(this.page, name);
  }

  // The page is asked once per frame that it draws.
  async #wait(what, done) {
    const end = performance.now() + DEADLINE_MS;
    while (!(await done())) {
      if (performance.now() > end) {
        throw new Error(`waited for ${what}; the log has:\n${(await this.entries()).join("\n")}`);
      }
      await this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
    }
  }
}
