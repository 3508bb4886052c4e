// permessage-deflate with Chromium's own offer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DeflateServer } from "../integration/support/deflate_server.mjs";
import { launch } from "./support/browser.mjs";

let server;
let browser;
before(async () => {
  server = await DeflateServer.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.kill();
});

test("Chromium agrees on it, and messages come back as they were sent", async () => {
  const page = await browser.newPage();
  const texts = [JSON.stringify(Array(500).fill({ price: 100, side: "buy" })), "short", "ü€😀".repeat(300)];
  const result = await page.evaluate(
    ([url, sent]) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url);
        const received = [];
        socket.onopen = () => sent.forEach((text) => socket.send(text));
        socket.onerror = () => reject(new Error("the connection failed"));
        socket.onmessage = ({ data }) => {
          received.push(data);
          if (received.length === sent.length) resolve({ received, extensions: socket.extensions });
        };
      }),
    [`ws://localhost:${server.port}/`, texts]
  );
  assert.match(result.extensions, /^permessage-deflate/);
  assert.deepEqual(result.received, texts);
  assert.equal(await server.compressions(), 2);
});
