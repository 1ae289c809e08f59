#!/usr/bin/env bash
# Installs what benchmarks compare with, from the npm registry, into a folder:  setup.sh folder
# Without npm there is nothing to compare with, and the programs say so.
set -euo pipefail
to=$1
cd "$(dirname "$0")"
to=$(cd "$OLDPWD" && mkdir -p "$to" && cd "$to" && pwd)

if ! command -v npm >/dev/null; then
  echo "bench/peers: there is no npm (Debian packages nodejs and npm), so nothing is compared with npm packages"
  exit 0
fi
for peer in */; do
  peer=${peer%/}
  mkdir -p "$to/$peer"
  cp "$peer"/* "$to/$peer/"
  if [ ! -d "$to/$peer/node_modules" ]; then (cd "$to/$peer" && npm ci --silent --no-audit --no-fund); fi
done
