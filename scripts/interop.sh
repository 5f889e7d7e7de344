#!/bin/sh
# Has other people's programs check what Holm writes: Go's sumdb packages, and @noble/post-quantum. scripts/interop.sh
set -eu
cd "$(dirname "$0")/.."
out=$PWD/target/interop
rm -rf "$out"
mkdir -p "$out/records"
# With the whole workspace, as its tests are built: nothing is compiled twice.
cargo build -q --bin holm --example interop
target/debug/examples/interop "$out/records"

# And what the program itself gives to outsiders: a record that a witness cosigned, exported, with proofs.
holm=$PWD/target/debug/holm
product=$out/product
export HOLM_STATE="$out/state"
mkdir -p "$product"
(
  cd "$out"
  "$holm" init --no-passphrase > /dev/null
  "$holm" keygen --no-passphrase --out key > /dev/null
  printf 'id,name,agency,unit,level,role,email,recipient\np1,Person,Bureau,Unit,1,officer,p1@x.example,%s\n' "$(cat key.pub)" > roster.csv
  "$holm" person import roster.csv > /dev/null
  "$holm" record keys > keys
  "$holm" witness init witness --name witness.example/w --no-passphrase > witness.keys
  xargs "$holm" witness trust witness < keys > /dev/null
  { sed 's/^/log /' keys; awk '{ print "witness W" NR " " $0 }' witness.keys; echo "group W all W1 W2"; echo "quorum W"; } > policy
  "$holm" record policy policy > /dev/null
  mkdir -p "$product/requests" "$product/proofs"
  "$holm" record checkpoint --request request > /dev/null
  "$holm" witness cosign witness request --out answer > /dev/null
  "$holm" record checkpoint --take answer > /dev/null
  "$holm" record export "$product" > /dev/null
  "$holm" record checkpoint --request "$product/requests/1" --old 1 > /dev/null
  for entry in 0 1 2; do "$holm" record proof $entry --out "$product/proofs/$entry.tlog-proof" > /dev/null; done
)
folders=$(ls -d "$out"/records/* "$product")
# shellcheck disable=SC2086 # Folders here have no spaces but those between them.
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/target/go-cache GOFLAGS= go run interop/go/verify.go $folders
cd interop/ml-dsa
[ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --no-audit --no-fund --silent
# shellcheck disable=SC2086
node verify.mjs $folders
