// Arrows between the rooms of lib/ point one way, and each third-party library has one room.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { files, includes, text } from './files.mjs';

const behind_session = ['base', 'wire', 'protocol', 'topic'];
const behind_net = [...behind_session, 'session'];
const may_include = {
  base: [],
  wire: ['base'],
  protocol: ['base'],
  presence: ['base'],
  topic: ['base'],
  session: behind_session,
  net: behind_net,
  http: ['base', 'wire'],
  backplane: ['base'],
  client: ['base', 'wire', 'protocol', 'topic', 'net'],
  hub: [...behind_net, 'net', 'http', 'presence', 'backplane'],
};

const third_party = [
  { pattern: /^websocketpp\//, rooms: ['wire'] },
  { pattern: /^zlib\.h$/, rooms: ['wire'] },
  { pattern: /^rapidjson\//, rooms: ['protocol'] },
  { pattern: /^asio(\.hpp$|\/)/, rooms: ['net'] },
  { pattern: /^openssl\//, rooms: ['net'] },
  // Sockets are I/O, and only one room does it.
  { pattern: /^(sys\/(socket|epoll|un)\.h|netinet\/.*|arpa\/.*|poll\.h)$/, rooms: ['net'] },
];

// gcc 12 rejects the first three as C++20, and the fourth brings websocketpp's own I/O.
const never = /^websocketpp\/(logger\/basic\.hpp|endpoint\.hpp|roles\/|transport\/asio)/;

const standard = /^[a-z0-9_]+$/;
const posix = /^([a-z0-9_]+|(sys|netinet|arpa|net|linux)\/[a-z0-9_]+)\.h$/;
const names = /\b(asio|websocketpp|rapidjson|hiredis|openssl|spdlog|cli11|zlib)\b/i;

function quoted_include(root, room, name) {
  const target = name.split('/')[0];
  if (!(target in may_include) || !name.includes('/')) {
    return `"${name}" is not of the form "room/file.hpp"`;
  }
  if (!existsSync(join(root, 'lib', name))) return `"${name}" does not exist`;
  if (target !== room && !may_include[room].includes(target)) {
    return `${room} must not include ${target} ("${name}")`;
  }
  return null;
}

function angled_include(room, name) {
  if (never.test(name)) return `<${name}> must not be included anywhere`;
  const rule = third_party.find(({ pattern }) => pattern.test(name));
  if (rule) {
    return rule.rooms.includes(room) ? null : `<${name}> belongs to ${rule.rooms.join(', ')}`;
  }
  if (standard.test(name) || posix.test(name) || name.startsWith('broadcast_hub/')) return null;
  return `<${name}> is of no library that this room may use`;
}

function check_room(root, path) {
  const room = path.split('/')[1];
  if (!(room in may_include)) return [`${path}: lib/${room} is not a known room`];
  return includes(root, path).flatMap(({ name, quoted, line }) => {
    const fault = quoted ? quoted_include(root, room, name) : angled_include(room, name);
    return fault ? [`${path}:${line}: ${fault}`] : [];
  });
}

function check_public(root, path) {
  const faults = includes(root, path).flatMap(({ name, quoted, line }) => {
    if (!quoted && (standard.test(name) || name.startsWith('broadcast_hub/'))) return [];
    return [`${path}:${line}: a public header includes ${name}`];
  });
  const named = text(root, path).match(names);
  return named ? [...faults, `${path}: a public header names ${named[0]}`] : faults;
}

export function check(root) {
  return [
    ...files(root, 'lib', ['.hpp', '.cpp']).flatMap((path) => check_room(root, path)),
    ...files(root, 'include', ['.hpp']).flatMap((path) => check_public(root, path)),
  ];
}
