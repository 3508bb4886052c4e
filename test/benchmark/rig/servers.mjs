// The servers that can be measured. Each prints its port, and sends every message it gets to all.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const wsServer = join(dirname(fileURLToPath(import.meta.url)), "../servers/ws/ws_server.mjs");

/** The one that the others are compared with. */
export const baseline = "raw_send";

const deflateOn = ["--deflate", "on"];
const noBhub = "it does not speak bhub.v1";
const noDeflate = "it has no permessage-deflate here";

/** The figure that the aim for stalled clients is about. */
export const stalledLogBytes = 8 * 2 ** 20;

const longLog = ["--max-lag-bytes", String(stalledLogBytes)];

const known = [
  {
    name: "hub",
    about: "this library with its defaults",
    program: "bench_hub",
    deflate: deflateOn,
    stalled: [...longLog, "--drop-oldest", "on"],
    // By default it would disconnect whoever is 1 MiB behind.
    muchInFlight: longLog,
    manyClients: ["--max-connections", "20000"],
    bhub: {
      envelope: [],
      recovery: ["--history", "1000", "--stats", "on"],
      subscribe: [],
      presence: ["--presence", "on"],
    },
  },
  {
    name: "raw_send",
    about: "a plain loop: one `send` for each broadcast and client",
    program: "bench_raw_send",
    noStalled: "it would keep a copy of everything for each stalled client",
  },
  {
    name: "raw_coalesced",
    about: "the same with one `send` for each client and turn of the loop",
    program: "bench_raw_coalesced",
    noStalled: "it would keep a copy of everything for each stalled client",
  },
  {
    name: "websocketpp",
    about: "websocketpp's own server, one `send` for each connection",
    program: "bench_websocketpp",
  },
  {
    name: "websocketpp_prepared",
    about: "the same with one prepared message that all connections share",
    program: "bench_websocketpp",
    flags: ["--prepared", "on"],
  },
  {
    name: "beast",
    about: "Boost.Beast, asynchronous, a queue of shared messages for each session",
    program: "bench_beast",
    package: "libboost-dev",
    deflate: deflateOn,
  },
  {
    name: "libwebsockets",
    about: "libwebsockets, a queue of shared messages for each connection",
    program: "bench_libwebsockets",
    package: "libwebsockets-dev",
  },
  { name: "ws", about: "npm's `ws`", script: wsServer, deflate: deflateOn },
];

export const serverNames = known.map((server) => server.name);

export function describeServers(names) {
  return known.filter((server) => names.includes(server.name));
}

/** What clients of bhub.v1 do in a cell; undefined where they are plain. */
const kindOfBhub = (cell) =>
  cell.envelope
    ? "envelope"
    : ["recovery", "subscribe", "presence"].find((mode) => mode === cell.mode);

/** How to start a server for a cell. */
export function commandFor(server, cell, programs) {
  const program = server.script
    ? [process.execPath, server.script]
    : [join(programs, server.program)];
  // Recovery has two more, of which one publishes and one is never cut off.
  const clients = cell.clients + (cell.stalled ?? 0) + (cell.mode === "recovery" ? 2 : 0);
  return [
    ...program,
    ...(server.flags ?? []),
    ...(cell.deflate ? server.deflate : []),
    ...((cell.mode === "stalled" && server.stalled) || []),
    ...(server.bhub?.[kindOfBhub(cell)] ?? []),
    ...((clients > 10_000 && server.manyClients) || []),
    ...((cell.payload * cell.inFlight >= 2 ** 20 && server.muchInFlight) || []),
  ];
}

/** Why a server cannot be measured in any cell; empty when it can. */
export function whyMissing(server, programs) {
  if (server.script || existsSync(join(programs, server.program))) {
    return "";
  }
  const remedy = server.package ? `; on Debian: apt install ${server.package}` : "";
  return `${server.program} was not built${remedy}`;
}

/** Why a server is left out in this cell; empty when it is not. */
export function whyNot(server, cell) {
  const comparesDeflate = cell.mode === "broadcast" && (cell.deflate || cell.content === "json");
  if (comparesDeflate && !server.deflate) {
    return noDeflate;
  }
  if (kindOfBhub(cell) && !server.bhub) {
    return noBhub;
  }
  return (cell.mode === "stalled" && server.noStalled) || "";
}
