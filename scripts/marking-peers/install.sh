#!/bin/sh
# Installs other people's marking tools into a folder of their own: scripts/marking-peers/install.sh FOLDER.
# Nothing is installed outside it; Debian packages that are missing are named, and that is all.
set -eu
peers=$1
# dpkg's version 0.02b-14 of snowdrop and 20130616-7 of stegsnow were measured.
packages="stegsnow snowdrop tesseract-ocr tesseract-ocr-spa poppler-utils qpdf ghostscript pandoc libreoffice-writer-nogui python3-venv nodejs npm"
missing=""
for package in $packages; do
    # Node may be installed by other ways than Debian's, and LibreOffice by its larger packages.
    case $package in
        nodejs) command -v node >/dev/null || missing="$missing $package" ;;
        npm) command -v npm >/dev/null || missing="$missing $package" ;;
        libreoffice-writer-nogui) command -v soffice >/dev/null || missing="$missing $package" ;;
        python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing $package" ;;
        *) dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package" ;;
    esac
done
if [ -n "$missing" ]; then
    echo "the marking tools need these Debian packages:$missing" >&2
    exit 1
fi
[ -x "$peers/bin/python" ] || python3 -m venv "$peers"
"$peers/bin/pip" install --quiet --disable-pip-version-check \
    text_blind_watermark==0.4.2 crypt-tool==0.1.3 canarytrap==1.0.2 \
    blind-watermark==0.4.4 numpy==2.4.6 opencv-python==5.0.0.93 PyWavelets==1.9.0
npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix "$peers" stegcloak@1.1.1
touch "$peers/ready"
