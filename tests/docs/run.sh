#!/usr/bin/env bash
# Runs a program or a shell block of the documentation as its reader would: `instructor` is on the PATH, the provider is a
# practice server, the directory is one that holds the examples and may be written to.
#
#   run.sh INSTRUCTOR EXAMPLES COMMAND...
set -euo pipefail

instructor=$1 examples=$2
shift 2
directory=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$directory"' EXIT
cd "$directory"
mkdir -p examples bin cassettes
cp -r "$examples"/. examples/
ln -s "$instructor" bin/instructor
export PATH="$directory/bin:$PATH"

mkfifo address
instructor mock --port 0 --quiet >address &
server=$!
read -r line <address
export OPENAI_BASE_URL=${line#practice server: } OPENAI_API_KEY=practice

"$@"
