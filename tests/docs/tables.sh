#!/usr/bin/env bash
# The tables in a page that the program prints: what stands between
#
#   <!-- instructor providers --modes --markdown -->  and  <!-- -->
#
# must be what that command prints.  tables.sh PAGE [--write]
set -euo pipefail

page=$1
made=$(mktemp)
trap 'rm -f "$made"' EXIT
inside=
while IFS= read -r line; do
  if [[ $line =~ ^'<!-- '(instructor\ .*)' -->'$ ]]; then
    printf '%s\n' "$line" >>"$made"
    ${BASH_REMATCH[1]} >>"$made"
    inside=yes
  elif [[ $line == '<!-- -->' ]]; then
    inside=
    printf '%s\n' "$line" >>"$made"
  elif [[ -z $inside ]]; then
    printf '%s\n' "$line" >>"$made"
  fi
done <"$page"
if [[ ${2:-} == --write ]]; then
  cp "$made" "$page"
else
  diff "$page" "$made"
fi
