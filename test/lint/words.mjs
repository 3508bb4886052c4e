// Nothing is left for later, and lock files name no download addresses: each machine has its own
// registry.
import { files, lines, text } from './files.mjs';

const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK']
  .join('|')})\\b`);
const folders = ['include', 'lib', 'examples', 'web', 'test', 'docs', '.ci', '.github'];
const endings = ['.hpp', '.cpp', '.js', '.mjs', '.html', '.css', '.sh', '.cmake', '.txt', '.md'];

export function check(root) {
  const marks = folders.flatMap((folder) => files(root, folder, endings)).flatMap((path) =>
    lines(root, path).flatMap((line, index) => {
      const found = line.match(unfinished);
      return found ? [`${path}:${index + 1}: ${found[0]}`] : [];
    }));
  const addresses = files(root, 'test', ['package-lock.json'])
    .filter((path) => /"resolved":/.test(text(root, path)))
    .map((path) => `${path}: has download addresses`);
  return [...marks, ...addresses];
}
