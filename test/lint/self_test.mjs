// node self_test.mjs <scratch folder>: every lint is silent on a good tree, and complains about
// each fault put into it.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const scratch = argv[2];
const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const many = (count) => '\n'.repeat(count);
const page = (marker, code, language = 'cpp') =>
  `${marker}\n\`\`\`${language}\n${code}\n\`\`\`\n`;
const hello = '<!-- region: examples/01_hello.cpp#hello -->';
const unfinished = 'TO' + 'DO';
const registry = ['registry', 'npmjs', 'org'].join('.');

const good = {
  'CMakeLists.txt': 'project(broadcast_hub\n  VERSION 1.2.3\n  LANGUAGES CXX)\n',
  'CMakePresets.json': '{}\n',
  'README.md': page(hello, 'int main() {\n  return 0;\n}') + page('', 'anything', 'text'),
  LICENSE: '',
  'include/broadcast_hub/hub.hpp': '#include <broadcast_hub/version.hpp>\n\n#include <string>\n',
  'include/broadcast_hub/version.hpp':
    '#define BROADCAST_HUB_VERSION_MAJOR 1\n#define BROADCAST_HUB_VERSION_MINOR 2\n'
    + '#define BROADCAST_HUB_VERSION_PATCH 3\n#define BROADCAST_HUB_VERSION "1.2.3"\n',
  'lib/base/ids.hpp': '#include <sys/stat.h>\n\n#include <cstdint>\n',
  'lib/wire/frame.cpp': '#include "base/ids.hpp"\n\n#include <websocketpp/frame.hpp>\n',
  'lib/topic/log.cpp': '#include "base/ids.hpp"\n',
  'lib/net/shard.cpp': '#include "session/session.hpp"\n\n#include <asio.hpp>\n',
  'lib/session/session.hpp': '#include "topic/log.hpp"\n',
  'lib/topic/log.hpp': '',
  'lib/http/files.hpp': '',
  'lib/wire/frame.hpp': '',
  'examples/01_hello.cpp':
    '// [region hello]\nint main() {\n  // [region inner]\n  return 0;\n  // [endregion inner]\n}\n'
    + '// [endregion hello]\n',
  'web/page.js': '',
  'test/browser/package-lock.json': '{}\n',
  'docs/changelog.md': '# Changelog\n\n## [1.2.3] - 2024-01-01\n',
  'docs/page.md': page('<!-- region: examples/01_hello.cpp#inner -->', 'return 0;'),
  '.ci/run': '',
  '.clang-tidy': '',
  '.editorconfig': '',
  '.gitignore': '',
  '.github/workflow.yml': '',
};

const faults = [
  ['rooms', 'lib/base/ids.hpp', '#include "wire/frame.hpp"\n', 'base must not include wire'],
  ['rooms', 'lib/wire/frame.cpp', '#include "topic/log.hpp"\n', 'wire must not include topic'],
  ['rooms', 'lib/topic/log.cpp', '#include "wire/frame.hpp"\n', 'topic must not include wire'],
  ['rooms', 'lib/net/shard.cpp', '#include "http/files.hpp"\n', 'net must not include http'],
  ['rooms', 'lib/http/files.hpp', '#include "topic/log.hpp"\n', 'http must not include topic'],
  ['rooms', 'lib/wire/frame.cpp', '#include "frame.hpp"\n', 'not of the form'],
  ['rooms', 'lib/wire/frame.cpp', '#include "wire/gone.hpp"\n', 'does not exist'],
  ['rooms', 'lib/session/a.cpp', '#include <asio.hpp>\n', '<asio.hpp> belongs to net'],
  ['rooms', 'lib/session/a.cpp', '#include <sys/socket.h>\n', 'belongs to net'],
  ['rooms', 'lib/net/shard.cpp', '#include <websocketpp/frame.hpp>\n', 'belongs to wire'],
  ['rooms', 'lib/wire/frame.cpp', '# include <websocketpp/endpoint.hpp>\n', 'not be included anyw'],
  ['rooms', 'lib/net/shard.cpp', '#include <spdlog/spdlog.h>\n', 'of no library'],
  ['rooms', 'lib/misc/a.cpp', '', 'not a known room'],
  ['rooms', 'include/broadcast_hub/hub.hpp', '#include <asio.hpp>\n', 'a public header includes'],
  ['rooms', 'include/broadcast_hub/hub.hpp', '#include "wire/frame.hpp"\n', 'header includes wire'],
  ['rooms', 'include/broadcast_hub/hub.hpp', '/// Made of Asio.\n', 'names Asio'],
  ['sizes', 'include/broadcast_hub/hub.hpp', many(301), '301 lines, at most 300'],
  ['sizes', 'lib/topic/log.hpp', many(301), '301 lines, at most 300'],
  ['sizes', 'lib/topic/log.cpp', many(401), '401 lines, at most 400'],
  ['sizes', 'test/unit/a_test.cpp', many(401), '401 lines, at most 400'],
  ['top_level', 'package.json', '{}', 'package.json does not belong'],
  ['top_level', 'LICENSE', null, 'LICENSE is missing'],
  ['version', 'CMakeLists.txt', 'project(broadcast_hub\n  VERSION 1.2.4)\n', 'numbers say 1.2.3'],
  ['version', 'CMakeLists.txt', 'project(broadcast_hub)\n', 'no project('],
  ['version', 'docs/changelog.md', '# Changelog\n\n## 1.2.2\n\n## 1.2.3\n', 'top entry is 1.2.2'],
  ['version', 'docs/changelog.md', '', 'top entry is undefined'],
  ['format', 'lib/topic/log.cpp', 'int  main( ) { }\n', 'lib/topic/log.cpp'],
  ['words', 'lib/topic/log.cpp', `// ${unfinished}: more\n`, 'log.cpp:1'],
  ['words', 'test/browser/package-lock.json', '{ "resolved": "x" }\n', 'has download addresses'],
  ['words', 'examples/a/package-lock.json', '{ "resolved": "x" }\n', 'has download addresses'],
  ['words', 'docs/page.md', `fetch it from ${registry}\n`, 'docs/page.md:1: names'],
  ['words', '.ci/run', `npm config set registry ${registry}\n`, '.ci/run:1: names'],
  ['links', 'docs/page.md', 'See [there](nowhere.md#part).\n', 'nowhere.md does not exist'],
  ['snippets', 'README.md', page('', 'int x;'), 'without a region marker'],
  ['snippets', 'README.md', page('', 'make', 'sh'), 'without a region marker'],
  ['snippets', 'README.md', page('', 'make', ''), 'without a region marker'],
  ['snippets', 'README.md', page(`${hello}\n`, 'int x;'), 'without a region marker'],
  ['snippets', 'README.md', page(hello, 'int main() {\n  return 1;\n}'), '"  return 1;" where'],
  ['snippets', 'README.md', page(hello, 'int main() {'), '#hello has "  return 0;"'],
  ['snippets', 'docs/page.md', page('<!-- region: examples/2.cpp#a -->', 'a'), 'does not exist'],
  ['snippets', 'docs/page.md', page('<!-- region: examples/01_hello.cpp#no -->', 'a'), 'no region'],
];

function lay(tree) {
  rmSync(scratch, { recursive: true, force: true });
  for (const [path, content] of Object.entries(tree)) {
    if (content === null) continue;
    mkdirSync(dirname(join(scratch, path)), { recursive: true });
    writeFileSync(join(scratch, path), content);
  }
  cpSync(join(project, '.clang-format'), join(scratch, '.clang-format'));
}

async function complaints(lint, tree) {
  lay(tree);
  const { check } = await import(`./${lint}.mjs`);
  return check(scratch);
}

let failed = 0;
function expect(holds, what) {
  if (holds) return;
  failed += 1;
  console.error(`FAILED: ${what}`);
}

const lints = [...new Set(faults.map(([lint]) => lint))];
for (const lint of lints) {
  const found = await complaints(lint, good);
  expect(found.length === 0, `${lint} on a good tree: ${found}`);
}
for (const [lint, path, content, wanted] of faults) {
  const found = await complaints(lint, { ...good, [path]: content });
  expect(found.some((line) => line.includes(wanted)),
    `${lint} with a fault in ${path}: wanted "${wanted}", got: ${found}`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`${lints.length + faults.length - failed} passed, ${failed} failed`);
exit(failed === 0 ? 0 : 1);
