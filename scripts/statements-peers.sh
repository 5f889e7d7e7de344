#!/bin/sh
# The disclosure-window join over generated calls beside DuckDB and Polars, and p-values on real calls where they are:
# scripts/statements-peers.sh FOLDER [ROWS]. A virtual environment, calls and answers go into FOLDER.
# HOLM_COPENHAGEN: a folder with calls.csv and sms.csv of the Copenhagen Networks Study (timestamp in seconds, two persons).
set -eu
folder=$1
here=$(dirname "$0")
mkdir -p "$folder"
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0 numpy==2.4.6 pyarrow==26.0.1
# Built by `make statements`.
exec "$folder/bin/python" "$here/statements-peers.py" "$folder" "${CARGO_TARGET_DIR:-target}/statements/holm-statements" "${2:-20000000}"
