#!/usr/bin/env bash
# check_exports.sh <shared library>: it exports the public API, and nothing else.
set -euo pipefail

symbols=$(nm --dynamic --demangle --defined-only "$1" | cut -d' ' -f3-)

# Free functions, and members of the classes that users hold; not those of what is nested in these.
classes='hub|connection|client|timer|upgrade_reply|upgrade_request|upgrade_responder'
name='~?[a-z_]+(\[abi:cxx11\])?\('
foreign=$(grep -vE "^broadcast_hub::(($classes)::)?$name" <<<"$symbols" || true)
if [[ -n $foreign ]]; then
  printf 'Exported, but not of the public API:\n%s\n' "$foreign" >&2
  exit 1
fi

for wanted in 'broadcast_hub::hub::run()' 'broadcast_hub::hub::hub(' 'broadcast_hub::client::run()' 'broadcast_hub::validate('; do
  if ! grep -qF "$wanted" <<<"$symbols"; then
    echo "Not exported: $wanted" >&2
    exit 1
  fi
done
echo "$(wc -l <<<"$symbols") symbols, all of the public API"
