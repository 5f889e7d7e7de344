#!/bin/sh
# The engine's tests with every answer from a cluster too: scripts/cluster.sh TARGET PROFILE [TEST...]
# A scheduler and two executors of Ballista on loopback, stopped by their process ids; both executors must have had work to do.
set -eu
target=$1
profile=$2
shift 2
work=$(mktemp -d)
pids=
finish() {
  for pid in $pids; do kill "$pid" 2> /dev/null || :; done
  wait 2> /dev/null || :
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
ports=$(python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
print(*(s.getsockname()[1] for s in held))')
port() { echo "$ports" | cut -d " " -f "$1"; }
ballista=$target/$profile/examples/ballista
mkdir "$work/one" "$work/two"
"$ballista" scheduler "$(port 1)" > "$work/scheduler.log" 2>&1 &
pids="$pids $!"
"$ballista" executor "$(port 2)" "$(port 3)" "$(port 1)" "$work/one" > "$work/one.log" 2>&1 &
pids="$pids $!"
"$ballista" executor "$(port 4)" "$(port 5)" "$(port 1)" "$work/two" > "$work/two.log" 2>&1 &
pids="$pids $!"
waited=0
until python3 -c "import socket; [socket.create_connection(('127.0.0.1', p), 1) for p in ($(port 1), $(port 2), $(port 4))]" 2> /dev/null; do
  waited=$((waited + 1))
  if [ "$waited" -gt 60 ]; then
    cat "$work"/*.log
    echo "the cluster did not start"
    exit 1
  fi
  sleep 1
done
echo "a scheduler and two executors of Ballista on loopback"
HOLM_CLUSTER_PIECES=2 HOLM_CLUSTER=df://127.0.0.1:$(port 1) ${CARGO:-cargo} test --profile "$profile" -p holm-statements-engine --features cluster-test -q "$@"
for of in one two; do
  if [ -z "$(find "$work/$of" -type f | head -1)" ]; then
    echo "executor $of had nothing to do"
    exit 1
  fi
  echo "executor $of: $(find "$work/$of" -type f | wc -l) pieces"
done
