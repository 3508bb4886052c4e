#!/usr/bin/env bash
# Measures what broadcasts cost this library's server, beside other servers, and writes the figures
# to docs/benchmarks. `run.sh --help` lists the options.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/benchmark

need() {
  command -v "$1" >/dev/null || { echo "run.sh needs $1. On Debian: apt install $2" >&2; exit 2; }
}

configure() {
  need cmake cmake
  need ninja ninja-build
  mkdir -p "$root/build"
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DBROADCAST_HUB_BUILD_TESTS=ON -DBROADCAST_HUB_BUILD_BENCH=ON \
    -DBROADCAST_HUB_BUILD_EXAMPLES=OFF >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; exit 1; }
}

build_programs() {
  configure
  cmake --build "$build" --target benchmark_programs
}

# The lock keeps two build folders that are tested at the same time out of each other's way.
install_ws() {
  local ws=$here/servers/ws
  need npm npm
  (
    flock 9
    # npm writes this file last.
    if [[ ! $ws/node_modules/.package-lock.json -nt $ws/package-lock.json ]]; then
      npm --prefix "$ws" ci --ignore-scripts --no-audit --no-fund >&2
    fi
  ) 9<"$ws/package.json"
}

run_micro() {
  local core=()
  [[ $(nproc) -gt 1 ]] && core=(taskset --cpu-list 0)
  configure
  cmake --build "$build" --target micro_benchmarks ||
    { echo "run.sh --micro needs Google Benchmark. On Debian: apt install libbenchmark-dev" >&2
      exit 2; }
  exec "${core[@]}" "$build/test/benchmark/micro/micro_benchmarks" "$@"
}

need node nodejs
need setpriv util-linux
need taskset util-linux
case " $* " in
  *" --help "* | *" --list "*) exec node "$here/rig/main.mjs" "$@" ;;
  " --micro "*) shift && run_micro "$@" ;;
  *" --build-dir"[=\ ]*) install_ws && exec node "$here/rig/main.mjs" "$@" ;;
  *)
    build_programs
    install_ws
    exec node "$here/rig/main.mjs" --build-dir "$build" "$@"
    ;;
esac
