// The whole of a run: options in, figures or a verdict out.

import { keepOthers, readFigures, writeFigures } from "./figures.mjs";
import { describeRun } from "./machine.mjs";
import { runMicro } from "./micro.mjs";
import { help, parseOptions } from "./options.mjs";
import { endAll } from "./processes.mjs";
import { measureRounds, planRun } from "./rounds.mjs";
import { describeServers } from "./servers.mjs";
import { runSmoke } from "./smoke.mjs";

function printSkipped(skipped) {
  const cellsOf = new Map();
  for (const { server, cell, why } of skipped) {
    const line = `${server}: ${why}`;
    cellsOf.set(line, [...(cellsOf.get(line) ?? []), cell]);
  }
  for (const [line, cells] of cellsOf) {
    console.log(`skipping ${line} (cells: ${cells.join(", ")})`);
  }
}

/** Returns whether every server did its work. */
async function runMeasurement(options, servers) {
  const { present, skipped } = planRun(options, servers);
  printSkipped(skipped);
  const micro = await runMicro(options.programs, options.rounds);
  const about = { ...describeRun(options), micro };
  const before = options.keep ? readFigures(options.out) : undefined;
  let faults = 0;
  let markdown = "";
  await measureRounds(options, present, (results, rounds) => {
    const figures = { ...about, rounds, skipped, results };
    markdown = writeFigures(options.out, before ? keepOthers(figures, before) : figures);
    faults = results.filter((result) => result.errors > 0).length;
  });
  console.log(`\n${markdown}\nWritten to ${options.out}: figures.md, figures.json, figures.svg`);
  return faults === 0;
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help || options.list) {
    console.log(options.help ? help : options.cells.map((cell) => cell.name).join("\n"));
    return 0;
  }
  const servers = describeServers(options.servers);
  const run = options.smoke ? runSmoke : runMeasurement;
  return (await run(options, servers)) ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => process.exit(1));
}
process.on("exit", endAll);

main().then(
  (status) => {
    process.exitCode = status;
  },
  (fault) => {
    console.error(`run.sh: ${fault.message}`);
    process.exitCode = fault.isUsage ? 2 : 1;
  },
);
