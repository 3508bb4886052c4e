// Code in README.md and docs/ is a region of a file that is compiled or run, so it cannot rot.
//
// In the text, directly before the code block:   <!-- region: examples/01_hello_hub.cpp#hello -->
// In the file, around the code:                  // [region hello] ... // [endregion hello]
//                                                (with # instead of // in CMake and shell files)
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { files, lines } from './files.mjs';

const languages_with_region = ['cpp', 'c++', 'cmake', 'sh', 'bash', 'js', 'javascript', 'html'];
const marker = /^<!-- region: (\S+)#(\S+) -->$/;
const boundary = /^\s*(?:\/\/|#|<!--) \[(?:end)?region [^\]]+\]/;

/** The code blocks of a page, each with its language, its line and the line before it. */
export function code_blocks(page) {
  const blocks = [];
  let open = null;
  page.forEach((line, index) => {
    const fence = line.match(/^\s*(`{3,}|~{3,})\s*(\S*)/);
    if (open) {
      if (line.trim() === open.fence) {
        blocks.push(open);
        open = null;
      } else {
        open.code.push(line);
      }
    } else if (fence) {
      const before = index > 0 ? page[index - 1].trim() : '';
      open = { fence: fence[1], language: fence[2], line: index + 1, before, code: [] };
    }
  });
  return open ? [...blocks, open] : blocks;
}

export function dedent(code) {
  const indents = code.filter((line) => line.trim()).map((line) => line.match(/^ */)[0].length);
  const common = Math.min(...indents, Infinity);
  return code.map((line) => (line.trim() ? line.slice(common) : ''));
}

/** The code of a region, without the boundaries of regions inside; null if there is none. */
export function region(source, name) {
  const at = (word) => source.findIndex((line) => line.includes(`[${word} ${name}]`));
  const [first, last] = [at('region'), at('endregion')];
  if (first < 0 || last < first) return null;
  return dedent(source.slice(first + 1, last).filter((line) => !boundary.test(line)));
}

function check_block(root, { language, before, code }) {
  const found = before.match(marker);
  if (!found) {
    const must = languages_with_region.includes(language) || language === '';
    return must ? `a "${language}" block without a region marker directly before it` : null;
  }
  const [, path, name] = found;
  if (!existsSync(join(root, path))) return `${path} does not exist`;
  const wanted = region(lines(root, path), name);
  if (!wanted) return `${path} has no region ${name}`;
  const shown = dedent(code);
  const length = Math.max(wanted.length, shown.length);
  for (let index = 0; index < length; index += 1) {
    if (wanted[index] !== shown[index]) {
      return `"${shown[index]}" where ${path}#${name} has "${wanted[index]}"`;
    }
  }
  return null;
}

export function check(root) {
  return ['README.md', ...files(root, 'docs', ['.md'])].flatMap((path) =>
    code_blocks(lines(root, path)).flatMap((block) => {
      const fault = check_block(root, block);
      return fault ? [`${path}:${block.line}: ${fault}`] : [];
    }));
}
