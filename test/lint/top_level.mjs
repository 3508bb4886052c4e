// The top level is what a newcomer sees first: exactly these, and what git ignores.
import { readdirSync } from 'node:fs';

const wanted = [
  'CMakeLists.txt', 'CMakePresets.json', 'README.md', 'LICENSE',
  'include', 'lib', 'examples', 'web', 'test', 'docs',
  '.ci', '.clang-format', '.clang-tidy', '.editorconfig', '.gitignore', '.github',
];
const ignored = ['.git', 'build', '.cache', 'compile_commands.json'];

export function check(root) {
  const found = readdirSync(root);
  return [
    ...wanted.filter((name) => !found.includes(name)).map((name) => `${name} is missing`),
    ...found.filter((name) => !wanted.includes(name) && !ignored.includes(name))
      .map((name) => `${name} does not belong at the top level`),
  ];
}
