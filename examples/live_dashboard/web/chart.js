// The chart, drawn by uPlot: one line for each symbol, as wide as there is room.

import uPlot from "./uPlot.esm.js";

const HEIGHT = 300;
const MINUTE = 60; // seconds, as times are here

export class Chart {
  #place;
  #symbols;
  #plot;
  #data;

  constructor(place, symbols) {
    this.#place = place;
    this.#symbols = symbols;
    this.#data = [[], ...symbols.map(() => [])];
    this.#build();
    new ResizeObserver(() => this.#fit()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#build());
  }

  show(rows) {
    const lines = this.#symbols.map((_, index) => rows.map(({ prices }) => prices[index]));
    this.#data = [rows.map(({ at }) => at / 1000), ...lines];
    this.#plot.setData(this.#data);
  }

  #build() {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
    const axis = {
      stroke: colour("--soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
    };
    const series = this.#symbols.map((label, index) => ({
      label,
      stroke: colour(`--symbol-${index + 1}`),
      width: 2,
      points: { show: false },
    }));
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        width: this.#place.clientWidth,
        height: HEIGHT,
        cursor: { y: false },
        legend: { show: false },
        scales: { x: { range: (_, first, last) => [last - MINUTE, last] } },
        axes: [
          { ...axis, values: "{HH}:{mm}:{ss}", space: 90, size: 36 },
          { ...axis, size: 60 },
        ],
        series: [{}, ...series],
      },
      this.#data,
      this.#place,
    );
  }

  #fit() {
    this.#plot.setSize({ width: this.#place.clientWidth, height: HEIGHT });
  }
}
