// Figures in files.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { fullCells } from "./cells.mjs";
import { toChart } from "./chart.mjs";
import { toMarkdown } from "./report.mjs";
import { usageError } from "./usage.mjs";

const microLines = (micro) =>
  Object.entries(micro).map(([name, values]) => `  "${name}": ${JSON.stringify(values)}`);

/** One line for each result, so that a difference between two runs can be read. */
export function toJson({ results, micro, ...about }) {
  const lines = results.map((result) => `  ${JSON.stringify(result)}`);
  const head = JSON.stringify(about, null, 1).replace(/\n}$/, "");
  const small = micro ? ` "micro": {\n${microLines(micro).join(",\n")}\n },\n` : "";
  return `${head},\n${small} "results": [\n${lines.join(",\n")}\n ]\n}\n`;
}

/** Undefined when there are none. */
export function readFigures(folder) {
  const path = join(folder, "figures.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** The runs that figures are from, each with the cells that are still its own. */
function runsOf({ commit, date, rounds, cells, earlier = [] }) {
  const ofEarlier = new Set(earlier.flatMap((run) => run.cells));
  return [{ commit, date, rounds, cells: cells.filter((cell) => !ofEarlier.has(cell)) }, ...earlier];
}

/** In the order of the matrix, then as they come. */
function inOrder(cells) {
  const place = (cell) => (fullCells.includes(cell) ? fullCells.indexOf(cell) : fullCells.length);
  return [...cells].sort((a, b) => place(a) - place(b));
}

/** Adds what a run has not measured, from figures of before. */
export function keepOthers(figures, before) {
  const source = ({ machine, build, pinned }) => JSON.stringify({ machine, build, pinned });
  if (source(figures) !== source(before)) {
    throw usageError(
      "--keep: the figures that are there come from another machine or build; measure all anew",
    );
  }
  const isOld = (cell) => !figures.cells.includes(cell);
  const earlier = runsOf(before)
    .map((run) => ({ ...run, cells: run.cells.filter(isOld) }))
    .filter((run) => run.cells.length > 0);
  return {
    ...figures,
    servers: before.servers.filter((server) => figures.servers.includes(server)),
    cells: inOrder([...figures.cells, ...before.cells.filter(isOld)]),
    earlier,
    skipped: [...figures.skipped, ...before.skipped.filter(({ cell }) => isOld(cell))],
    results: [...figures.results, ...before.results.filter(({ cell }) => isOld(cell))],
  };
}

/** Returns the Markdown. */
export function writeFigures(folder, figures) {
  const markdown = toMarkdown(figures);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "figures.json"), toJson(figures));
  writeFileSync(join(folder, "figures.md"), markdown);
  writeFileSync(join(folder, "figures.svg"), toChart(figures));
  return markdown;
}
