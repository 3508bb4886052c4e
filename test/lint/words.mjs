// Nothing is left for later, and no package registry is named, in lock files neither: each machine
// has its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { files, lines, text } from './files.mjs';

const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK']
  .join('|')})\\b`);
const folders = ['include', 'lib', 'examples', 'web', 'test', 'docs', '.ci', '.github'];
const endings = ['.hpp', '.cpp', '.js', '.mjs', '.html', '.css', '.sh', '.cmake', '.txt', '.md'];

// Put together here, so that this file does not name them.
const hosts = new RegExp([['registry', 'npmjs'], ['deb', 'debian'], ['security', 'debian'],
  ['pypi', 'org'], ['files', 'pythonhosted'], ['crates', 'io']]
  .map((parts) => parts.join('\\.')).join('|'));

/** All text that we wrote, but for lock files. */
function written(root) {
  const everything = ['', '.mjs', '.json', '.yml', '.npmrc'].concat(endings);
  const known = ['README.md', 'CMakeLists.txt', 'CMakePresets.json'];
  return known.filter((path) => existsSync(join(root, path)))
    .concat(folders.flatMap((folder) => files(root, folder, everything)))
    .filter((path) => !/\.(png|svg)$/.test(path));
}

function hostsNamed(root) {
  return written(root).flatMap((path) => lines(root, path).flatMap((line, index) => {
    const found = line.match(hosts);
    return found ? [`${path}:${index + 1}: names ${found[0]}`] : [];
  }));
}

export function check(root) {
  const marks = folders.flatMap((folder) => files(root, folder, endings)).flatMap((path) =>
    lines(root, path).flatMap((line, index) => {
      const found = line.match(unfinished);
      return found ? [`${path}:${index + 1}: ${found[0]}`] : [];
    }));
  const addresses = ['test', 'examples']
    .flatMap((folder) => files(root, folder, ['package-lock.json']))
    .filter((path) => /"resolved":/.test(text(root, path)))
    .map((path) => `${path}: has download addresses`);
  return [...marks, ...addresses, ...hostsNamed(root)];
}
