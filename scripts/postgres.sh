#!/bin/sh
# Starts a PostgreSQL server of its own on loopback, runs a command with its address in HOLM_TEST_POSTGRES, and stops it:
# scripts/postgres.sh COMMAND...
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "PostgreSQL is missing: install the Debian package postgresql" >&2; exit 1; }
folder=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as() { runuser -u postgres -- "$@"; }
else
  as() { "$@"; }
fi
as "$bin/initdb" -D "$folder/data" -U holm --auth=trust > /dev/null
as "$bin/pg_ctl" -s -w -D "$folder/data" -l "$folder/log" -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='$folder'" start
trap 'as "$bin/pg_ctl" -s -w -m fast -D "$folder/data" stop; rm -rf "$folder"' EXIT INT TERM
HOLM_TEST_POSTGRES="postgresql://holm@127.0.0.1:$port/postgres" "$@"
