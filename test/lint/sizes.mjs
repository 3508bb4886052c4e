// Past the cap a file is split by idea, before anything is added to it.
import { files, lines } from './files.mjs';

const caps = [
  { endings: ['.hpp'], cap: 300 },
  { endings: ['.cpp', '.js', '.mjs', '.sh', '.cmake', 'CMakeLists.txt'], cap: 400 },
];

export function check(root) {
  return ['include', 'lib', 'examples', 'web', 'test', '.ci'].flatMap((folder) =>
    caps.flatMap(({ endings, cap }) =>
      files(root, folder, endings).flatMap((path) => {
        const count = lines(root, path).length;
        return count > cap ? [`${path}: ${count} lines, at most ${cap}`] : [];
      })));
}
