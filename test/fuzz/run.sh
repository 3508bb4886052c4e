#!/usr/bin/env bash
# Builds the fuzzers with clang and AddressSanitizer, and runs them one after the other.
#   test/fuzz/run.sh [seconds]       for all of them together, 60 by default
# What it makes up is kept in build/fuzz, and is where the next run begins. A frame that fails is
# kept there, too, as crash-*: it belongs into the unit's folder in test/fuzz/corpus, under a name
# that says what it is.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build/fuzz
seconds=${1:-60}
units=(command_decoder server_frame_reader)

if [[ ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  sed -n '2,/^set/s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi

mkdir -p "$root/build"
{
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS="-fsanitize=fuzzer-no-link,address -UNDEBUG" \
    -DBROADCAST_HUB_BUILD_TESTS=ON -DBROADCAST_HUB_BUILD_EXAMPLES=OFF \
    -DBROADCAST_HUB_BUILD_FUZZ=ON &&
    cmake --build "$build" --target "${units[@]/%/_fuzz}"
} >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }

# AddressSanitizer cannot place its memory where the kernel spreads addresses widely.
wrapper=()
if setarch --addr-no-randomize true 2>/dev/null; then
  wrapper=(setarch --addr-no-randomize)
fi

cd "$build"
share=$(((seconds + ${#units[@]} - 1) / ${#units[@]}))
for unit in "${units[@]}"; do
  mkdir -p "corpus/$unit"
  "${wrapper[@]}" "test/fuzz/${unit}_fuzz" -max_total_time="$share" -max_len=4096 -timeout=10 \
    -print_final_stats=1 "corpus/$unit" "$root/test/fuzz/corpus/$unit"
done
