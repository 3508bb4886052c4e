// The C++ sources are as clang-format leaves them.
import { spawnSync } from 'node:child_process';
import { files } from './files.mjs';

export function check(root) {
  const paths = ['include', 'lib', 'examples', 'test']
    .flatMap((folder) => files(root, folder, ['.hpp', '.cpp']));
  const run = spawnSync('clang-format', ['--dry-run', '-Werror', '--style=file', ...paths],
    { cwd: root, encoding: 'utf8' });
  if (run.error) return [`clang-format cannot be run: ${run.error.message}`];
  if (run.status === 0) return [];
  const faults = run.stderr.split('\n').filter((line) => / error: /.test(line));
  return faults.length > 0 ? faults : [run.stderr.trim()];
}
