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

# clang-tidy reads the flags of the ordinary build; a file and the headers it includes are checked once.
[ -f build/dev/compile_commands.json ] || cmake --preset dev >/dev/null
mapfile -t units < <(git ls-files -- 'src/*.cpp' 'examples/*.cpp')
printf '%s\n' "${units[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option 2> >(grep -v 'warnings generated' >&2)
echo "clang-tidy: ${#units[@]} files, nothing to say"
