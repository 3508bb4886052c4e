// Every relative link of a page leads to something.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { files, lines } from './files.mjs';

const pages = (root) => ['README.md',
  ...files(root, 'docs', ['.md']), ...files(root, '.github', ['.md'])];

function deadLinks(root, path) {
  return lines(root, path).flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((found) => found[1].split('#')[0])
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}:${index + 1}: ${target} does not exist`));
}

export function check(root) {
  return pages(root).flatMap((path) => deadLinks(root, path));
}
