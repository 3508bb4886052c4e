// The figures as a chart: one panel for each of the most telling cells, one bar for each server.

import { defaultCells, describeCell, parseCell } from "./cells.mjs";
import { summarize, valuesOf } from "./statistics.mjs";

const width = 960;
const margin = 24;
const gap = 32;
const top = 104;
const panelWidth = (width - 2 * margin - gap) / 2;
const nameWidth = 162;
const labelWidth = 64;
const barRoom = panelWidth - nameWidth - labelWidth;
const rowHeight = 22;
const titleHeight = 30;
const panelGap = 22;

// Readable on its own background in both modes, whatever the page around it looks like.
const style = `
  .page { fill: #ffffff; } .ink { fill: #1f2328; } .soft { fill: #59636e; }
  .hub { fill: #0969da; } .floor { fill: #818b98; } .peer { fill: #b6c2cf; }
  .axis { stroke: #d1d9e0; } .range { stroke: #1f2328; }
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-size: 13px; }
  .head { font-size: 20px; font-weight: 600; } .title { font-weight: 600; }
  .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } .ink { fill: #f0f6fc; } .soft { fill: #9198a1; }
    .hub { fill: #4493f8; } .floor { fill: #9198a1; } .peer { fill: #545d68; }
    .axis { stroke: #3d444d; } .range { stroke: #f0f6fc; }
  }`;

const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function text(x, y, kind, content, anchor = "start") {
  const place = `x="${x}" y="${y}" text-anchor="${anchor}"`;
  return `<text ${place} class="${kind}">${escaped(content)}</text>`;
}

/** Three digits that count. */
export function shortNumber(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function barsOf(figures, cell, { member, scale }) {
  return figures.servers.flatMap((server) => {
    const values = [...valuesOf(figures.results, { cell: cell.name, server, member }).values()];
    return values.length === 0 ? [] : [{ server, ...summarize(values.map((v) => v * scale)) }];
  });
}

const cpu = { member: "server_cpu_us_per_delivery", scale: 1, unit: "µs" };
const memory = { member: "rss_bytes_per_connection", scale: 1 / 1024, unit: "KiB" };

function panelsOf(figures) {
  return figures.cells
    .map(parseCell)
    .filter(
      (cell) =>
        cell.mode === "idle" ||
        (cell.content === "letters" && !cell.envelope && defaultCells.includes(cell.name)),
    )
    .map((cell) => {
      const measure = cell.mode === "idle" ? memory : cpu;
      const what = cell.mode === "idle" ? "memory per connection" : "CPU per delivery";
      const title = `${describeCell(cell)}: ${what}, ${measure.unit}`;
      return { title, bars: barsOf(figures, cell, measure) };
    })
    .filter(({ bars }) => bars.length > 0);
}

function kindOf(server) {
  if (server === "hub") {
    return "hub";
  }
  return server.startsWith("raw_") ? "floor" : "peer";
}

function drawBar({ server, median, least, most }, x, y, scale) {
  const start = x + nameWidth;
  const place = (value) => start + Math.max(0, value) * scale;
  const middle = y + rowHeight / 2;
  const length = Math.max(place(median) - start, 1);
  const weight = server === "hub" ? "ink strong" : "ink";
  return [
    text(start - 8, middle + 4, weight, server, "end"),
    `<rect x="${start}" y="${y + 3}" width="${length.toFixed(1)}" height="${rowHeight - 6}" ` +
      `rx="2" class="${kindOf(server)}"/>`,
    `<line x1="${place(least).toFixed(1)}" x2="${place(most).toFixed(1)}" y1="${middle}" ` +
      `y2="${middle}" class="range"/>`,
    text(Math.max(place(most), start + length) + 6, middle + 4, weight, shortNumber(median)),
  ];
}

function drawPanel({ title, bars }, x, y) {
  const scale = barRoom / Math.max(...bars.map((bar) => bar.most));
  const rows = y + titleHeight;
  const bottom = rows + bars.length * rowHeight;
  return [
    text(x, y + 16, "ink title", title),
    ...bars.flatMap((bar, place) => drawBar(bar, x, rows + place * rowHeight, scale)),
    `<line x1="${x + nameWidth}" x2="${x + nameWidth}" y1="${rows}" y2="${bottom}" class="axis"/>`,
  ];
}

export function toChart(figures) {
  const panels = panelsOf(figures);
  const parts = [];
  let y = top;
  for (let place = 0; place < panels.length; place += 2) {
    const pair = panels.slice(place, place + 2);
    pair.forEach((panel, column) => {
      parts.push(...drawPanel(panel, margin + column * (panelWidth + gap), y));
    });
    y += titleHeight + Math.max(...pair.map(({ bars }) => bars.length)) * rowHeight + panelGap;
  }
  const subtitle =
    `Shorter is better. Medians, with thin lines from the smallest to the largest of ` +
    `${figures.rounds} rounds. Each panel has a scale of its own.`;
  const legend = "raw_send and raw_coalesced only send; they show how much of it is the kernel's.";
  const source = `${figures.date}, commit ${figures.commit}, ${figures.machine.cpu}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + margin}" ` +
    `width="${width}" height="${y + margin}" role="img">
<title>What a broadcast costs the server</title>
<style>${style}
</style>
<rect width="${width}" height="${y + margin}" class="page"/>
${text(margin, 40, "ink head", "What a broadcast costs the server")}
${text(margin, 62, "soft", subtitle)}
${text(margin, 80, "soft", legend)}
${parts.join("\n")}
${text(margin, y + 8, "soft", source)}
</svg>
`;
}
