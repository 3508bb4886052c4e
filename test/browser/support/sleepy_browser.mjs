import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

import { Feed, within } from "../../integration/support/feed.mjs";
import { findChromium, FLAGS } from "./browser.mjs";

/**
 * A Chromium whose pages can be put to sleep: one that playwright starts has its pages in front all
 * the time, and pages in front do not sleep.
 */
export class SleepyBrowser {
  static async start() {
    const profile = mkdtempSync(join(tmpdir(), "sleepy-browser-"));
    const flags = [
      ...FLAGS,
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "--window-size=1000,900",
      "about:blank",
    ];
    const child = spawn(findChromium(), flags, {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const lines = new Feed("Chromium's messages");
    createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
    const line = await lines.find("the address of DevTools", (text) => /ws:\/\//.test(text));
    const address = line.match(/ws:\/\/\S+/)[0];
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    return new SleepyBrowser(child, profile, browser);
  }

  constructor(child, profile, browser) {
    this.child = child;
    this.profile = profile;
    this.browser = browser;
    this.ended = new Promise((resolve) => child.on("close", resolve));
  }

  /** Pages share it; `ExamplePage.openIn` takes it. */
  get context() {
    return this.browser.contexts()[0];
  }

  async close() {
    const devtools = await this.browser.newBrowserCDPSession();
    await devtools.send("Browser.close").catch(() => {});
    await within("the end of Chromium", this.ended);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
