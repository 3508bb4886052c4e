// A cell is one shape of load; its name says all about it.

import { usageError } from "./usage.mjs";

const whole = (text) => Number(text);

/** The first pattern that fits a name makes the cell. */
const shapes = [
  {
    pattern: /^(\d+)x(\d+)x(\d+)(?:\+(json|deflate|envelope|mixed))?$/,
    make: ([clients, payload, inFlight, extra]) => ({
      mode: "broadcast",
      clients: whole(clients),
      payload: whole(payload),
      inFlight: whole(inFlight),
      content: extra === "json" || extra === "deflate" ? "json" : "letters",
      deflate: extra === "deflate",
      envelope: extra === "envelope" || extra === "mixed",
      mixed: extra === "mixed",
    }),
  },
  {
    pattern: /^(\d+)\+idle$/,
    make: ([clients]) => ({ mode: "idle", clients: whole(clients) }),
  },
  {
    pattern: /^(\d+)x(\d+)\+(\d+)stalled$/,
    make: ([clients, payload, stalled]) => ({
      mode: "stalled",
      clients: whole(clients),
      payload: whole(payload),
      stalled: whole(stalled),
    }),
  },
  {
    pattern: /^(\d+)x(\d+)\+recovery$/,
    make: ([clients, missed]) => ({
      mode: "recovery",
      clients: whole(clients),
      missed: whole(missed),
      payload: 64,
    }),
  },
  {
    pattern: /^(\d+)x(\d+)\+subscribe$/,
    make: ([clients, topics]) => ({
      mode: "subscribe",
      clients: whole(clients),
      topics: whole(topics),
    }),
  },
  {
    pattern: /^(\d+)\+presence$/,
    make: ([clients]) => ({ mode: "presence", clients: whole(clients) }),
  },
];

export function parseCell(name) {
  for (const { pattern, make } of shapes) {
    const found = pattern.exec(name);
    if (found) {
      return { name, deflate: false, envelope: false, ...make(found.slice(1)) };
    }
  }
  throw usageError(
    `a cell is CLIENTSxPAYLOADxIN_FLIGHT, with +json, +deflate, +envelope or +mixed behind it, ` +
      `CLIENTS+idle, CLIENTSxPAYLOAD+COUNTstalled, CLIENTSxMISSED+recovery, ` +
      `CLIENTSxTOPICS+subscribe or CLIENTS+presence, not ${name}`,
  );
}

const number = (value) => value.toLocaleString("en");

function describeContent(cell) {
  if (cell.envelope) {
    return cell.mixed ? ", half in envelopes" : " in envelopes";
  }
  return cell.deflate ? ", JSON deflated" : cell.content === "json" ? ", JSON" : "";
}

export function describeCell(cell) {
  const clients = number(cell.clients);
  if (cell.mode === "idle") {
    return `${clients} idle`;
  }
  if (cell.mode === "recovery") {
    return `${clients} come back, ${number(cell.missed)} missed`;
  }
  if (cell.mode === "subscribe") {
    return `${clients} clients, ${number(cell.topics)} topics each`;
  }
  if (cell.mode === "presence") {
    return `${clients} join and watch`;
  }
  const load = `${clients} clients, ${number(cell.payload)} B`;
  if (cell.mode === "stalled") {
    return `${load}, ${number(cell.stalled)} stalled`;
  }
  return `${load}${describeContent(cell)}, ${cell.inFlight} in flight`;
}

const product = (...lists) =>
  lists.reduce((rows, list) => rows.flatMap((row) => list.map((entry) => [...row, entry])), [[]]);

/** What the machine can hold: all of it could lie in buffers of the kernel and of the server. */
const mostBytesInFlight = 4 * 2 ** 30;

const matrix = product([100, 1000, 10000], [64, 1024, 16384], [1, 16, 128])
  .filter((sizes) => sizes.reduce((a, b) => a * b) <= mostBytesInFlight)
  .map((sizes) => sizes.join("x"));

const compared = ["1000x1024x1", "1000x1024x16"].flatMap((cell) => [
  `${cell}+json`,
  `${cell}+deflate`,
]);

/** Clients that speak bhub.v1. */
const bhub = [
  "1000x64x1+envelope",
  "1000x64x16+envelope",
  "1000x64x16+mixed",
  "1000x64x128+envelope",
  "100x1024x16+envelope",
  "1000x1024x16+envelope",
  "1000x16384x1+envelope",
  "10000x64x1+envelope",
  "10000x100+recovery",
  "1000x100+subscribe",
  "10000+presence",
];

/** Every cell that there is an aim for, and the whole matrix. */
export const fullCells = [
  ...matrix,
  "18000x64x1",
  "18000x64x16",
  ...compared,
  "50x16384+0stalled",
  "50x16384+1000stalled",
  ...bhub,
  "10000+idle",
];

/** A quarter of an hour's worth. */
export const defaultCells = [
  "1000x64x1",
  "1000x64x16",
  "1000x64x128",
  "1000x1024x16",
  "1000x16384x1",
  "10000x64x1",
  "1000x1024x16+json",
  "1000x1024x16+deflate",
  ...bhub,
];

/** Names, separated by commas; one with a `*` stands for all of the full matrix that fit it. */
export function selectCells(list) {
  const names = list.split(",").filter(Boolean).flatMap((entry) => {
    if (!entry.includes("*")) {
      return [entry];
    }
    const escaped = entry.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    const chosen = fullCells.filter((name) => new RegExp(`^${escaped}$`).test(name));
    if (chosen.length === 0) {
      throw usageError(`no cell of the full matrix fits ${entry}`);
    }
    return chosen;
  });
  return [...new Set(names)].map(parseCell);
}
