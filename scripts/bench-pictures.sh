#!/bin/sh
# Photographs to measure on, from the PyPI package scikit-image (BSD-3-Clause; the pictures are in the public domain or CC0):
# scripts/bench-pictures.sh FOLDER. They are not part of this repository.
set -eu
folder=$1
[ -s "$folder/astronaut.png" ] && [ -s "$folder/coffee.png" ] && exit 0
mkdir -p "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" scikit-image==0.26.0
"$folder/venv/bin/python" - "$folder" <<'PY'
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
for wheel in folder.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in ("astronaut.png", "coffee.png"):
            (folder / name).write_bytes(archive.read(f"skimage/data/{name}"))
    wheel.unlink()
PY
rm -r "$folder/venv"
