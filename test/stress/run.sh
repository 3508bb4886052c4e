#!/usr/bin/env bash
# Builds a release and runs the stress programs at full size; ctest runs less of the first.
#   test/stress/run.sh            all
#   test/stress/run.sh order      8 million publications by 8 threads to 100 subscribers
#   test/stress/run.sh memory     100 MB to 1,000 clients that do not read
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build/stress

build_programs() {
  mkdir -p "$root/build"
  {
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DBROADCAST_HUB_BUILD_TESTS=ON -DBROADCAST_HUB_BUILD_EXAMPLES=OFF &&
      cmake --build "$build" --target stress_programs
  } >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
}

run_order() {
  for shards in 1 4; do
    "$build/test/stress/order_stress" --shards "$shards" --publications 1000000 \
      --lag-kibibytes 1024
    echo
  done
}

run_memory() {
  for payload in 64 1024 16384; do
    "$build/test/stress/memory_stress" --payload "$payload"
    echo
  done
}

case ${1:-all} in
  order) build_programs && run_order ;;
  memory) build_programs && run_memory ;;
  all) build_programs && run_order && run_memory ;;
  *) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
