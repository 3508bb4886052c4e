import { DEADLINE_MS } from "../../integration/support/feed.mjs";
import { keepPicture } from "./browser.mjs";
import { WatchedPage } from "./watched_page.mjs";

/** A page of an example in a context of its own, and what can happen to it. */
export class ExamplePage extends WatchedPage {
  static async open(browser, url, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1000, height: 720 },
      ...options,
    });
    return ExamplePage.openIn(context, url);
  }

  static async openIn(context, url) {
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    const example = new ExamplePage(context, page, await context.newCDPSession(page));
    await page.goto(url);
    return example;
  }

  constructor(context, page, devtools) {
    super(page);
    this.context = context;
    this.devtools = devtools;
  }

  /** Waits until the element has the text; `text` is a string or a pattern. */
  async see(selector, text) {
    await this.page.locator(selector).filter({ hasText: text }).first().waitFor();
  }

  /** Waits until the function says so in the page, also in one in the background. */
  async until(isSo, argument) {
    await this.page.waitForFunction(isSo, argument, { polling: 50 });
  }

  /** Until `true`, nothing reaches the page any more, as without a network. */
  setOnline(isOnline) {
    return this.context.setOffline(!isOnline);
  }

  /** A page in the background that the browser does not let run. Only in a `SleepyBrowser`. */
  fallAsleep() {
    return this.devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  }

  wakeUp() {
    return this.devtools.send("Page.setWebLifecycleState", { state: "active" });
  }

  picture(name) {
    return keepPicture(this.page, name);
  }

  close() {
    return this.context.close();
  }
}
