#!/bin/sh
# Installs the cleaners that the survival bench runs against, in a virtual environment of their own:
# $HOLM_PEERS, or target/peers of the workspace.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../../../.." && pwd)
peers=${HOLM_PEERS:-$root/target/peers}
if [ ! -x "$peers/bin/watermark-cleaner" ] || [ ! -x "$peers/bin/antiwatermark" ] || [ ! -x "$peers/bin/dewatermark" ]; then
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check \
        antiwatermark==2.0.0 watermark-cleaner==0.4.0 dewatermark==0.8.0
fi
echo "$peers"
