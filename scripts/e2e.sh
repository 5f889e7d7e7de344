#!/bin/sh
# Browser tests of the desk, in Debian's Chromium: scripts/e2e.sh. Makes an example world under target/, once for each program.
set -eu
cd "$(dirname "$0")/.."
sh scripts/web.sh
# Selected as the workspace's tests are, so that nothing is compiled twice: an example brings in what tests depend on.
cargo build -q --bin holm --example interop
world=target/e2e/world
if [ ! -e "$world/workspace/workspace.json" ] || [ target/debug/holm -nt "$world/workspace/workspace.json" ]; then
  rm -rf "$world"
  mkdir -p target/e2e
  target/debug/holm demo "$world" --no-desk > target/e2e/demo.out
fi
cd e2e
[ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --no-audit --no-fund --silent
HOLM="$PWD/../target/debug/holm" HOLM_WORLD="$PWD/../$world" npm test --silent
