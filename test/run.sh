#!/usr/bin/env bash
# Sets the machine up, builds everything and runs the tests.
#   test/run.sh [--preset dev|asan|tsan|tidy] [arguments of ctest]
#   test/run.sh -L unit              only the tests with a label: unit, conformance, integration,
#                                    fault, stress, browser, package, lint, benchmark
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

preset=dev
if [[ ${1:-} == --preset ]]; then
  preset=${2:?"--preset needs a name: dev, asan, tsan or tidy"}
  shift 2
fi

source .ci/packages.sh
packages=("${build_packages[@]}" "${example_packages[@]}" "${test_packages[@]}")
case $preset in
  dev) packages+=("${benchmark_packages[@]}") ;;
  tidy) packages+=("${tidy_packages[@]}") ;;
esac
require_packages "${packages[@]}"
require_node

install_node_modules examples/live_dashboard
install_node_modules test/browser
install_node_modules test/integration
install_node_modules test/unit/web
install_node_modules test/benchmark/servers/ws

cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset"

# The sanitizers of gcc 12 cannot place their memory where the kernel spreads addresses widely.
wrapper=()
if setarch --addr-no-randomize true 2>/dev/null; then
  wrapper=(setarch --addr-no-randomize)
fi
"${wrapper[@]}" ctest --test-dir "build/$preset" --output-on-failure --no-tests=error \
  --parallel "$(nproc)" "$@" </dev/null
