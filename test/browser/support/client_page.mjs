// A page that has the JavaScript client and nothing else, and the browsers that open it. Chromium
// and Firefox are driven in the same way, through WebDriver BiDi.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import puppeteer from "puppeteer-core";

import { DEADLINE_MS } from "../../integration/support/feed.mjs";
import { FLAGS, findProgram } from "./browser.mjs";

const CLIENT = fileURLToPath(new URL("../../../web/client/", import.meta.url));

/** Without questions, updates and looks at the network that are not the test's. */
const FIREFOX_PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "captivedetect.canonicalURL": "",
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.getAddons.cache.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
};

const PROGRAMS = { chrome: "chromium", firefox: "firefox-esr" };

/** A browser of its own, with a new profile. `name`: "chrome" or "firefox". */
export async function launchBrowser(name) {
  const profile = mkdtempSync(join(tmpdir(), `${name}-profile-`));
  const browser = await puppeteer.launch({
    browser: name,
    protocol: "webDriverBiDi",
    executablePath: findProgram(PROGRAMS[name]),
    headless: true,
    userDataDir: profile,
    ...(name === "chrome" ? { args: FLAGS } : { extraPrefsFirefox: FIREFOX_PREFERENCES }),
  });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The folder web/client and an empty page, on a port of their own. */
export class ClientPages {
  static async start() {
    const pages = new ClientPages();
    pages.#server.listen(0, "127.0.0.1");
    await once(pages.#server, "listening");
    return pages;
  }

  #server = createServer(({ url }, answer) => {
    const isScript = /^\/\w+\.js$/.test(url);
    answer.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    answer.end(isScript ? readFileSync(join(CLIENT, url)) : "<!doctype html><title>Client</title>");
  });

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** A client in a page; `window.states` and `window.events` have what it told. */
export class PageClient {
  static async open(browser, pages, url) {
    const page = await browser.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto(pages.url);
    await page.evaluate(async (to) => {
      const { connect } = await import("/broadcast_hub.js");
      window.states = [];
      window.events = [];
      window.hub = connect(to, { onstate: (event) => window.states.push(event) });
    }, url);
    return new PageClient(page);
  }

  constructor(page) {
    this.page = page;
  }

  async subscribe(topic) {
    await this.page.evaluate((name) => {
      const note = (kind) => (event) => window.events.push({ kind, ...event });
      window.hub.subscribe(name, {
        onpublication: note("publication"),
        onsubscribed: note("subscribed"),
      });
    }, topic);
  }

  /** Waits until there is such an event, and returns it. */
  async event(wanted, from = 0) {
    const found = await this.page.waitForFunction(
      (like, first) =>
        window.events
          .slice(first)
          .find((event) => Object.keys(like).every((key) => event[key] === like[key])),
      { polling: 20 },
      wanted,
      from
    );
    return found.jsonValue();
  }

  async state(state, from = 0) {
    await this.page.waitForFunction(
      (wanted, first) => window.states.slice(first).some((event) => event.state === wanted),
      { polling: 20 },
      state,
      from
    );
  }

  countOf(list) {
    return this.page.evaluate((name) => window[name].length, list);
  }

  /** What was published on the topic, as the page heard it. */
  data(topic) {
    return this.page.evaluate(
      (name) =>
        window.events
          .filter(({ kind, topic: of }) => kind === "publication" && of === name)
          .map(({ data }) => data),
      topic
    );
  }

  close() {
    return this.page.close();
  }
}
