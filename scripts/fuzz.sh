#!/usr/bin/env bash
# Runs each fuzz target for FUZZ_SECONDS (60), starting from its corpus. New inputs go to build/fuzz; a finding is left
# there as a file and ends the run with exit code 1.
#
#   scripts/fuzz.sh [target ...]
#
# FUZZ_SEED other than 0 makes runs repeatable: the same inputs in the same order, as many as there is time for.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-60}
programs=build/asan/fuzz
found=build/fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for corpus in tests/fuzz/corpus/*; do targets+=("$(basename "$corpus")"); done
fi

run() {
  local target=$1
  mkdir -p "$found/$target"
  "$programs/$target" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$found/$target-" "$found/$target" "tests/fuzz/corpus/$target" \
    >"$found/$target.log" 2>&1
}

status=0
for target in "${targets[@]}"; do
  if run "$target"; then
    echo "$target: $(awk '/number_of_executed_units/ { print $2 }' "$found/$target.log") inputs in $seconds s, nothing found"
  else
    echo "$target: FAILED; $found/$target.log ends:"
    grep -m1 -A15 -E 'does not hold|ERROR|SUMMARY' "$found/$target.log" || tail -n 20 "$found/$target.log"
    status=1
  fi
done
exit $status
