#!/bin/sh
# Builds the islands' bundle, web/dist/desk.js, which Cargo embeds: scripts/web.sh. Without Node the pages are built without it.
set -eu
cd "$(dirname "$0")/../web"
if ! command -v npm > /dev/null; then
  echo "Node.js is not installed: the desk's pages are built without islands, and work all the same"
  exit 0
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules ]; then
  if ! npm ci --no-audit --no-fund --silent; then
    echo "npm could not fetch the islands' packages: the desk's pages are built without them, and work all the same"
    exit 0
  fi
  touch node_modules
fi
npm run build --silent
