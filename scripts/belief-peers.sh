#!/bin/sh
# What general samplers say of one instance, and how long they take: scripts/belief-peers.sh FOLDER.
# A virtual environment, the instance and the answers go into FOLDER; nothing is installed outside it. About ten minutes.
set -eu
folder=$1
here=$(dirname "$0")
mkdir -p "$folder"
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check \
    pymc==5.28.5 pytensor==2.38.3 numpyro==0.22.0 jax==0.10.2 jaxlib==0.10.2 pyAgrum==3.3.1 numpy==2.4.6
cargo bench -q -p holm-inference --bench belief -- --export "$(realpath "$folder")/instance.json"
exec "$folder/bin/python" "$here/belief-peers.py" "$folder/instance.json"
