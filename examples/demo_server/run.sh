#!/usr/bin/env bash
# Sets the machine up, builds the demo and runs it. Arguments go to the demo: run.sh --help
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/.ci/packages.sh"
require_packages "${build_packages[@]}" "${example_packages[@]}"

# In a subshell: the demo starts in the caller's folder, where paths in its arguments count from.
(
  cd "$root"
  cmake --preset release --log-level=WARNING
  cmake --build --preset release --target demo_server
)
exec "$root/build/release/examples/demo_server/demo_server" "$@"
