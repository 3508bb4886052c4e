// Figures in files.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { toChart } from "./chart.mjs";
import { toMarkdown } from "./report.mjs";

const microLines = (micro) =>
  Object.entries(micro).map(([name, values]) => `  "${name}": ${JSON.stringify(values)}`);

/** One line for each result, so that a difference between two runs can be read. */
export function toJson({ results, micro, ...about }) {
  const lines = results.map((result) => `  ${JSON.stringify(result)}`);
  const head = JSON.stringify(about, null, 1).replace(/\n}$/, "");
  const small = micro ? ` "micro": {\n${microLines(micro).join(",\n")}\n },\n` : "";
  return `${head},\n${small} "results": [\n${lines.join(",\n")}\n ]\n}\n`;
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
