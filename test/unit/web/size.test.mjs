// The client stays small: minified and compressed it must fit into 5.5 KiB.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 5632;
const entry = fileURLToPath(new URL("../../../web/client/broadcast_hub.js", import.meta.url));

test(`the client has at most ${LIMIT} bytes, minified and compressed`, async (t) => {
  const { build } = await import("esbuild").catch((error) => {
    throw new Error("esbuild is missing: run ./test/run.sh, which installs it.", { cause: error });
  });
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  t.diagnostic(`${size} bytes`);
  assert.ok(size <= LIMIT, `${size} bytes`);
});
