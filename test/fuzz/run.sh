#!/usr/bin/env bash
# Builds the fuzzers with clang and AddressSanitizer, and runs them side by side.
#   test/fuzz/run.sh [seconds]       for each of them, 60 by default
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
running=()
trap 'kill "${running[@]}" 2>/dev/null || true' EXIT
for unit in "${units[@]}"; do
  mkdir -p "corpus/$unit"
  "${wrapper[@]}" "test/fuzz/${unit}_fuzz" -max_total_time="$seconds" -max_len=32768 -timeout=10 \
    -print_final_stats=1 "corpus/$unit" "$root/test/fuzz/corpus/$unit" >"$unit.log" 2>&1 &
  running+=($!)
done

failed=0
for index in "${!units[@]}"; do
  if wait "${running[$index]}"; then
    grep -E 'DONE|number_of_executed_units' "${units[$index]}.log" | sed "s/^/${units[$index]}: /"
  else
    failed=1
    tail -60 "${units[$index]}.log"
  fi
done
running=()
exit "$failed"
