// Runs test files with node's runner: node run.mjs <folder> <file>...
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const [folder, ...files] = process.argv.slice(2);
if (!existsSync(join(folder, "node_modules", "ws"))) {
  console.error(`${folder}/node_modules is missing: run ./test/run.sh, which installs it.`);
  process.exit(1);
}
const result = spawnSync(process.execPath, ["--test", ...files.map((file) => join(folder, file))], {
  stdio: "inherit",
});
process.exit(result.status ?? 1);
