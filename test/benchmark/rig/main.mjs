// The whole of a run: options in, figures or a verdict out.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describeRun } from "./machine.mjs";
import { measureRounds } from "./measure.mjs";
import { help, parseOptions } from "./options.mjs";
import { endAll } from "./processes.mjs";
import { toMarkdown } from "./report.mjs";
import { knownServers } from "./servers.mjs";
import { runSmoke } from "./smoke.mjs";

async function runMeasurement(options, servers) {
  const results = await measureRounds(options, servers);
  const figures = { ...describeRun(options), results };
  const markdown = toMarkdown(figures);
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, "figures.json"), `${JSON.stringify(figures, null, 1)}\n`);
  writeFileSync(join(options.out, "figures.md"), markdown);
  console.log(`\n${markdown}\nWritten to ${options.out}/figures.md and figures.json`);
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    return 0;
  }
  const servers = knownServers(options.programs).filter((s) => options.servers.includes(s.name));
  if (options.smoke) {
    return (await runSmoke(options, servers)) ? 0 : 1;
  }
  await runMeasurement(options, servers);
  return 0;
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
