#!/usr/bin/env bash
# Sets the machine up, builds the dashboard and runs it. An argument is its port: run.sh 8080
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/.ci/packages.sh"
require_packages "${build_packages[@]}" "${example_packages[@]}" "${chart_packages[@]}"

cd "$root"
install_node_modules examples/live_dashboard
cmake --preset release --log-level=WARNING
cmake --build --preset release --target live_dashboard
exec build/release/examples/live_dashboard/live_dashboard "$@"
