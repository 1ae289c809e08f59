#!/usr/bin/env bash
# What the headers cost a program that includes them, in seconds of compiler time (user + system) at -O0.
#
#   compile_times.sh            a table
#   compile_times.sh --claims   for scripts: name, bar, measured, `holds` or `short`, with tabs between
#
# ROUNDS (7) is how often each program is compiled, in turns with the others; the least time counts, because whatever
# else runs on the machine can only add to it. GXX and CLANGXX name other compilers.
set -euo pipefail
cd "$(dirname "$0")"

include=$(cd ../include && pwd)
rounds=${ROUNDS:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C CCACHE_DISABLE=1

# ---- the programs ----------------------------------------------------------------------------------------------------

standard_headers_only() {
  printf '#include <%s>\n' string vector map optional variant memory functional expected
  echo 'int main() {}'
}

one_small_model() {
  cat <<'END'
#include <instructor/instructor.hpp>

struct User {
  std::string name;
  int age;
  double height;
  bool active;
  std::vector<std::string> tags;
};

int main() {
  auto client = instructor::from_provider("openai/gpt-4o-mini");
  User user = client.create<User>("Ada Lovelace, 36, mathematician and writer");
  return user.age;
}
END
}

# A struct of 20 fields, every one with a description and limits, as `struct Model7`.
described_model() {
  local name=Model$1 i fields='' notes=''
  for ((i = 0; i < 20; ++i)); do
    local note="What field number $i is about" type limits
    case $((i % 5)) in
      0) type=std::string limits='min_length(1), max_length(80)' ;;
      1) type=int limits='ge(0), le(1000)' ;;
      2) type=double limits='gt(0.0), lt(1e6)' ;;
      3) type='std::vector<std::string>' limits='min_items(1), max_items(10)' ;;
      4) type='std::optional<int>' limits='ge(1), multiple_of(2)' ;;
    esac
    fields+="  $type field$i;"$'\n'
    notes+=", field<&$name::field$i>(\"$note\", $limits)"
  done
  printf 'struct %s {\n%s  static constexpr auto describe() {\n    using namespace instructor;\n' "$name" "$fields"
  printf '    return model<%s>("What model number %s is about"%s);\n  }\n};\n' "$name" "$1" "$notes"
}

described_models() {
  local i
  echo '#include <instructor/instructor.hpp>'
  for ((i = 0; i < $1; ++i)); do described_model "$i"; done
  echo 'int main() {'
  echo '  auto client = instructor::from_provider("openai/gpt-4o-mini");'
  for ((i = 0; i < $1; ++i)); do echo "  Model$i value$i = client.create<Model$i>(\"text\");"; done
  echo '}'
}

standard_headers_only >"$work/standard.cpp"
one_small_model >"$work/small.cpp"
described_models 1 >"$work/one.cpp"
described_models 21 >"$work/many.cpp"

# ---- measuring -------------------------------------------------------------------------------------------------------

# Milliseconds of compiler time for one program.
compile() {
  local compiler=$1 program=$2 TIMEFORMAT='%3U %3S' seconds
  seconds=$({ time "$compiler" -std=c++23 -O0 -I "$include" -c "$work/$program.cpp" -o "$work/$program.o" \
    2>"$work/messages"; } 2>&1) || {
    cat "$work/messages" >&2
    exit 2
  }
  awk '{ printf "%.0f", ($1 + $2) * 1000 }' <<<"$seconds"
}

status=0
claim() {
  local name=$1 bar=$2 value=$3 unit=$4 detail=$5 verdict
  verdict=$(awk -v v="$value" -v b="$bar" 'BEGIN { print v <= b ? "holds" : "short" }')
  [ "$verdict" = holds ] || status=1
  if [ "$for_scripts" ]; then
    printf '%s\t<= %s %s\t%s %s (%s)\t%s\n' "$name" "$bar" "$unit" "$value" "$unit" "$detail" "$verdict"
  else
    printf '%s: %s %s (%s), bar <= %s %s: %s\n' "$name" "$value" "$unit" "$detail" "$bar" "$unit" \
      "${verdict/#short/falls short}"
  fi
}

measure() {
  local name=$1 compiler=$2 model_bar=$3 program round ms
  if ! command -v "$compiler" >/dev/null; then
    echo "compile times with $name: skipped, there is no $compiler here" >&2
    return
  fi
  local -A best=()
  for ((round = 0; round < rounds; ++round)); do
    for program in standard small one many; do
      ms=$(compile "$compiler" "$program")
      if [ -z "${best[$program]:-}" ] || [ "$ms" -lt "${best[$program]}" ]; then best[$program]=$ms; fi
    done
  done
  claim "compile with $name: library and a 5-field model vs 8 standard headers" 1.5 \
    "$(awk -v a="${best[small]}" -v b="${best[standard]}" 'BEGIN { printf "%.2f", a / b }')" x \
    "${best[small]} ms : ${best[standard]} ms"
  claim "compile with $name: each further described model of 20 fields" "$model_bar" \
    "$(awk -v a="${best[many]}" -v b="${best[one]}" 'BEGIN { printf "%.1f", (a - b) / 20 }')" ms \
    "1: ${best[one]} ms, 21: ${best[many]} ms"
}

for_scripts=
[ "${1:-}" != --claims ] || for_scripts=yes
measure g++ "${GXX:-g++}" 60
measure clang "${CLANGXX:-clang++-19}" 120
exit $status
