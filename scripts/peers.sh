#!/bin/sh
# Installs other people's detectors, cleaners, BLAKE3, numpy and typst into a virtual environment of their own: scripts/peers.sh FOLDER.
set -eu
peers=$1
[ -x "$peers/bin/python" ] || python3 -m venv "$peers"
"$peers/bin/pip" install --quiet --disable-pip-version-check \
    antiwatermark==2.0.0 watermark-cleaner==0.4.0 dewatermark==0.8.0 \
    ai-text-watermark-audit==0.1.1 disarm==0.17.2 blake3==1.0.11 numpy typst==0.15.2
touch "$peers/ready"
