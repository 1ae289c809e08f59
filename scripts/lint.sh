#!/usr/bin/env bash
# Format and clang-tidy. Prints what is wrong, and exits 1.
#
#   scripts/lint.sh          all sources
#   scripts/lint.sh --fix    formats in place first
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' ':!tests/compile_fail/*')
if [ "${1:-}" = --fix ]; then clang-format-19 -i "${files[@]}"; fi
clang-format-19 --dry-run -Werror "${files[@]}"
echo "format: ${#files[@]} files, as .clang-format says"

mapfile -t headers < <(git ls-files --cached --others --exclude-standard -- 'include/*.hpp')
printf '%s\n' "${headers[@]}" | xargs -P "$(nproc)" -n 1 clang++-19 -x c++ -std=c++23 -fsyntax-only -Iinclude -Wno-pragma-once-outside-header
echo "headers: ${#headers[@]}, each stands alone"

# Files of a folder are read together, and the headers they share once. What is found is shown again at the end.
cmake --preset lint >/dev/null
mapfile -t units < <(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/lint/compile_commands.json)
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT
if ! printf '%s\n' "${units[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy-19 -p build/lint --quiet \
  --checks=-bugprone-suspicious-include --extra-arg=-Wno-unknown-warning-option 2>/dev/null | tee "$findings"; then
  echo "clang-tidy found:"
  grep -E ': (error|warning): ' "$findings" | sort -u
  exit 1
fi
echo "clang-tidy: ${#units[@]} units, nothing to say"
