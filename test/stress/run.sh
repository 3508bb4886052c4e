#!/usr/bin/env bash
# Builds a release and runs the stress tests at full size; ctest runs a fraction of each.
#   test/stress/run.sh            all
#   test/stress/run.sh order      8 million publications by 8 threads to 100 subscribers
#   test/stress/run.sh storm      16 clients at a time that come, go and subscribe at random under
#                                 publishers, 2,000 times each; with one shard and with four
#   test/stress/run.sh memory     100 MB to 1,000 clients that do not read; 10,000 idle connections;
#                                 100,000 topics that are used once, three times
#   test/stress/run.sh kill       1,000 clients whose connections die 10,000 times in all ways,
#                                 under publishers and two restarts; with one shard and with four
#   test/stress/run.sh client_kill
#                                 the same with the library's own client, as programs use it, some
#                                 of which publish, through a relay that cuts their connections
#   test/stress/run.sh restart    9,000 clients that a server sends away and that come back
# Environment:
#   BROADCAST_HUB_TEST_SEED       what the choices of storm, kill, client_kill and restart come
#                                 from: else each run has its own, and prints it
#   BROADCAST_HUB_STORM_VISITORS  clients of the storm at a time
#   BROADCAST_HUB_STORM_VISITS    how often each of them comes
#   BROADCAST_HUB_KILL_CLIENTS    clients of kill and client_kill
#   BROADCAST_HUB_KILLS           how often one of their connections dies
#   BROADCAST_HUB_RESTART_CLIENTS clients of restart, each of which takes two descriptors
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build/stress

usage() {
  sed -n '2,/^set/s/^# //p' "${BASH_SOURCE[0]}"
}

# build_programs <target>...
build_programs() {
  mkdir -p "$root/build"
  {
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DBROADCAST_HUB_BUILD_TESTS=ON -DBROADCAST_HUB_BUILD_EXAMPLES=OFF &&
      cmake --build "$build" --target "$@"
  } >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
}

run_order() {
  for shards in 1 4; do
    "$build/test/stress/order_stress" --shards "$shards" --publications 1000000 \
      --lag-kibibytes 1024
    echo
  done
}

run_storm() {
  BROADCAST_HUB_TEST_SEED=${BROADCAST_HUB_TEST_SEED:-$RANDOM} \
    BROADCAST_HUB_STORM_VISITORS=${BROADCAST_HUB_STORM_VISITORS:-16} \
    BROADCAST_HUB_STORM_VISITS=${BROADCAST_HUB_STORM_VISITS:-2000} \
    "$build/test/integration/hub/integration_storm"
  echo
}

run_memory() {
  for payload in 64 1024 16384; do
    "$build/test/stress/memory_stress" --payload "$payload"
    echo
  done
  "$build/test/stress/memory_stress" --mode idle --clients 10000
  echo
  "$build/test/stress/memory_stress" --mode topics --topics 100000
  echo
}

# run_kill_program <program>
run_kill_program() {
  BROADCAST_HUB_TEST_SEED=${BROADCAST_HUB_TEST_SEED:-$RANDOM} \
    BROADCAST_HUB_KILL_CLIENTS=${BROADCAST_HUB_KILL_CLIENTS:-1000} \
    BROADCAST_HUB_KILLS=${BROADCAST_HUB_KILLS:-10000} \
    "$build/test/stress/$1"
  echo
}

run_restart() {
  BROADCAST_HUB_TEST_SEED=${BROADCAST_HUB_TEST_SEED:-$RANDOM} \
    BROADCAST_HUB_RESTART_CLIENTS=${BROADCAST_HUB_RESTART_CLIENTS:-9000} \
    "$build/test/stress/stress_restart"
  echo
}

# One after the other, without &&, in which the shell would not end at the first that fails.
case ${1:-all} in
  order)
    build_programs order_stress
    run_order ;;
  storm)
    build_programs integration_storm
    run_storm ;;
  memory)
    build_programs memory_stress
    run_memory ;;
  kill)
    build_programs stress_kill
    run_kill_program stress_kill ;;
  client_kill)
    build_programs stress_client_kill
    run_kill_program stress_client_kill ;;
  restart)
    build_programs stress_restart
    run_restart ;;
  all)
    build_programs stress_programs integration_storm stress_kill stress_client_kill \
      stress_restart
    run_order
    run_storm
    run_memory
    run_kill_program stress_kill
    run_kill_program stress_client_kill
    run_restart ;;
  -h | --help) usage ;;
  *) usage >&2; exit 2 ;;
esac
