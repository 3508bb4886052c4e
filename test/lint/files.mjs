// What all lints share: the files of the project, and where each one includes what.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Neither written by us nor committed.
const foreign = new Set(['.git', 'build', 'node_modules']);

/** Paths below `folder`, relative to `root`, whose names end with one of `endings`. */
export function files(root, folder, endings) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return foreign.has(entry.name) ? [] : files(root, path, endings);
    return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
  }).sort();
}

export function text(root, path) {
  return readFileSync(join(root, path), 'utf8');
}

/** The lines of a file, without the empty one behind the last line break. */
export function lines(root, path) {
  const all = text(root, path).split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
}

/** Every include of a file: its name, whether it is quoted, and the line. */
export function includes(root, path) {
  return lines(root, path).flatMap((line, index) => {
    const found = line.match(/^\s*#\s*include\s*(["<])([^">]+)[">]/);
    return found ? [{ name: found[2], quoted: found[1] === '"', line: index + 1 }] : [];
  });
}
