// node run.mjs <lint> <root of the project>: one complaint a line, exit status 1 if there is any.
import { argv, exit } from 'node:process';

const [lint, root] = argv.slice(2);
const { check } = await import(`./${lint}.mjs`);

function complaints() {
  try {
    return check(root);
  } catch (error) {
    return [error.message];
  }
}

const faults = complaints();
for (const fault of faults) console.error(fault);
console.log(`${lint}: ${faults.length === 0 ? 'clean' : `${faults.length} faults`}`);
exit(faults.length === 0 ? 0 : 1);
