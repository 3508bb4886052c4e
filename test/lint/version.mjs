// The version lives in project(); the header and the changelog follow it.
import { text } from './files.mjs';

function project_version(root) {
  const found = text(root, 'CMakeLists.txt').match(/^project\(broadcast_hub\s+VERSION\s+([\d.]+)/m);
  return found ? found[1] : null;
}

function check_header(root, version) {
  const header = text(root, 'include/broadcast_hub/version.hpp');
  const value = (name) => header.match(new RegExp(`#define ${name} "?([\\d.]+)"?`))?.[1];
  const part = (name) => value(`BROADCAST_HUB_VERSION_${name}`);
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.');
  return [['its numbers', parts], ['its string', value('BROADCAST_HUB_VERSION')]]
    .filter(([, shown]) => shown !== version)
    .map(([what, shown]) => `version.hpp: ${what} say ${shown}, CMakeLists.txt says ${version}`);
}

function check_changelog(root, version) {
  const top = text(root, 'docs/changelog.md').match(/^## \[?([^\]\s]+)/m)?.[1];
  if (top === version || top === 'Unreleased') return [];
  return [`docs/changelog.md: the top entry is ${top}, not ${version} or Unreleased`];
}

export function check(root) {
  const version = project_version(root);
  if (!version) return ['CMakeLists.txt: no project(broadcast_hub VERSION ...)'];
  return [...check_header(root, version), ...check_changelog(root, version)];
}
