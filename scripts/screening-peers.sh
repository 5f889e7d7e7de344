#!/bin/sh
# Who is found by calls and accounts at a review budget of 1 %, by an isolation forest, by counting, and by Holm:
# scripts/screening-peers.sh FOLDER [WORLDS]. Invented worlds, a virtual environment and nothing else go into FOLDER; worlds that are
# there already stay. About a minute and 200 MB a world (ten by default).
set -eu
folder=$1
worlds=${2:-10}
here=$(dirname "$0")
mkdir -p "$folder"
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
cargo build -q -p holm-cli
for seed in $(seq "$worlds"); do
    [ -d "$folder/world-$seed" ] || "${CARGO_TARGET_DIR:-target}/debug/holm" simulate world "$folder/world-$seed" --kind units \
        --people 500 --operations 1500 --statements --seed "$seed" >/dev/null
done
[ -n "${HOLM_STATEMENTS:-}" ] || HOLM_STATEMENTS=${CARGO_TARGET_DIR:-target}/statements/holm-statements
export HOLM_STATEMENTS
exec "$folder/bin/python" "$here/screening-peers.py" $(seq -f "$folder/world-%g" "$worlds")
