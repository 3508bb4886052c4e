#!/usr/bin/env bash
# Sets the machine up, builds the chat and runs it. An argument is its port: run.sh 8080
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/.ci/packages.sh"
require_packages "${build_packages[@]}" "${example_packages[@]}"

cd "$root"
cmake --preset release --log-level=WARNING
cmake --build --preset release --target chat
exec build/release/examples/chat/chat "$@"
