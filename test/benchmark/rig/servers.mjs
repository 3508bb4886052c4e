// The servers that can be measured. Each prints its port, and sends every message it gets to all.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const wsServer = join(dirname(fileURLToPath(import.meta.url)), "../servers/ws/ws_server.mjs");

/** The one that the others are compared with. */
export const baseline = "raw_send";

export function knownServers(programs) {
  return [
    { name: "hub", command: [join(programs, "bench_hub")] },
    { name: "raw_send", command: [join(programs, "bench_raw_send")] },
    { name: "raw_coalesced", command: [join(programs, "bench_raw_coalesced")] },
    { name: "ws", command: [process.execPath, wsServer] },
  ];
}
