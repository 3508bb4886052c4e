#!/usr/bin/env bash
# check_exports.sh <shared library>: it exports the public API, and nothing else.
set -euo pipefail

symbols=$(nm --dynamic --demangle --defined-only "$1" | cut -d' ' -f3-)

foreign=$(grep -vE '^((typeinfo|typeinfo name|vtable) for )?broadcast_hub::' <<<"$symbols" || true)
internal=$(grep -E '^broadcast_hub::(base|wire|protocol|topic|session|net|http|backplane)::' \
  <<<"$symbols" || true)
if [[ -n $foreign$internal ]]; then
  printf 'Exported, but not of the public API:\n%s\n%s\n' "$foreign" "$internal" >&2
  exit 1
fi

for wanted in 'broadcast_hub::hub::run()' 'broadcast_hub::hub::hub(' 'broadcast_hub::validate('; do
  if ! grep -qF "$wanted" <<<"$symbols"; then
    echo "Not exported: $wanted" >&2
    exit 1
  fi
done
echo "$(wc -l <<<"$symbols") symbols, all of the public API"
