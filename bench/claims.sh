#!/usr/bin/env bash
# Measures what this project claims of its speed, and prints a line per claim: claim, bar, measured, `holds` or `falls
# short`. Exits 1 if one falls short. Builds nothing: the programs come from the preset `bench`.
#
#   claims.sh [name ...]     only these: decode validate repair create overhead stream concurrency start type_text compile
#
# BENCH_BIN is where the programs are (build/bench/bin). Other work on the machine disturbs timings; so a claim that
# looks short is measured up to two more times before it is called so, and the table tells.
set -euo pipefail
cd "$(dirname "$0")"

bin=${BENCH_BIN:-../build/bench/bin}
tries=3

# The claims of one group, as lines of name, bar, measured, verdict.
measure() {
  case $1 in
    compile) ./compile_times.sh --claims ;;
    decode | validate | repair | create | overhead | stream | concurrency | start | type_text) "$bin/$1_bench" --claims ;;
    *)
      echo "claims.sh: there is no group $1" >&2
      return 2
      ;;
  esac
}

names=()
declare -A bar measured verdict history

# Takes over what is new, and what was short so far.
take() {
  local name limit value outcome
  while IFS=$'\t' read -r name limit value outcome; do
    if [ -z "${verdict[$name]:-}" ]; then
      names+=("$name")
    elif [ "${verdict[$name]}" = holds ]; then
      continue
    fi
    bar[$name]=$limit measured[$name]=$value verdict[$name]=$outcome
    history[$name]+=${history[$name]:+, then }${value%% (*}
  done
}

for group in ${@:-decode validate repair create overhead stream concurrency start type_text compile}; do
  for ((try = 1; try <= tries; ++try)); do
    if [ -t 2 ]; then printf '\rmeasuring: %-10s' "$group" >&2; fi
    code=0
    lines=$(measure "$group") || code=$?
    if [ "$code" -gt 1 ]; then exit "$code"; fi
    take <<<"$lines"
    if [ "$code" -eq 0 ] || ! grep -q short <<<"$(for name in "${names[@]}"; do echo "${verdict[$name]}"; done)"; then break; fi
  done
done
if [ -t 2 ]; then printf '\r%-21s\r' '' >&2; fi

width() { awk '{ if (length > n) n = length } END { print n }'; }
w1=$(printf '%s\n' claim "${names[@]}" | width)
w2=$(printf '%s\n' bar "${bar[@]}" | width)
w3=$(printf '%s\n' measured "${measured[@]}" | width)
row() { printf "%-${w1}s  %-${w2}s  %-${w3}s  %s\n" "$@"; }

status=0
row claim bar measured ''
for name in "${names[@]}"; do
  words=holds
  if [ "${verdict[$name]}" != holds ]; then words='falls short' status=1; fi
  row "$name" "${bar[$name]}" "${measured[$name]}" "$words"
done
for name in "${names[@]}"; do
  case ${history[$name]} in
    *then*) printf 'measured more than once: %s: %s (bar %s)\n' "$name" "${history[$name]}" "${bar[$name]}" ;;
  esac
done
exit $status
