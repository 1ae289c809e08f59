#!/usr/bin/env bash
# The main job, on the documents in examples/: once from C++, once from the command line.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=build/release/bin
bold= plain=
if [ -t 1 ]; then bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true); fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
run() { printf '$ %s\n' "$*"; "$@"; }

server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; }
trap cleanup EXIT

ollama_model() {
  curl -s --max-time 2 "${OLLAMA_HOST:-http://localhost:11434}/api/tags" 2>/dev/null |
    sed -n 's/.*"models":\[{"name":"\([^"]*\)".*/\1/p'
}

say "Which model?"
if [ -n "${OPENAI_API_KEY:-}" ]; then
  model=${INSTRUCTOR_MODEL:-openai/gpt-4o-mini}
  echo "OPENAI_API_KEY is set: asking $model. (Another one: INSTRUCTOR_MODEL=openai/... make demo)"
elif name=$(ollama_model) && [ -n "$name" ]; then
  model=${INSTRUCTOR_MODEL:-ollama/$name}
  echo "There is a local Ollama: asking $model. (Another one: INSTRUCTOR_MODEL=ollama/... make demo)"
else
  model=openai/practice
  log=$(mktemp)
  "$bin/instructor" mock --port 0 --quiet --script examples/practice.script.json >"$log" &
  server=$!
  for _ in $(seq 100); do grep -q '^practice server' "$log" && break; sleep 0.05; done
  OPENAI_BASE_URL=$(sed -n 's/^practice server: //p' "$log")
  export OPENAI_BASE_URL OPENAI_API_KEY=practice
  rm -f "$log"
  cat <<EOF
There is no OPENAI_API_KEY and no local Ollama. So a practice server answers on this machine, at $OPENAI_BASE_URL:
the requests, the checks and the asking again are real, THE ANSWERS ARE SCRIPTED (examples/practice.script.json).
For a real model:  export OPENAI_API_KEY=sk-...  and run make demo again.
EOF
fi

say "1. C++: the people in a text (examples/quickstart.cpp)"
cat <<'EOF'
    struct Person { std::string name; int age; std::optional<std::string> email; };
    struct Team   { std::vector<Person> people; };

    auto client = instructor::from_provider(...);
    Team team = client.create<Team>(text);
EOF
echo
run "$bin/quickstart" "$model" examples/documents/team.txt

say "2. C++: a mail becomes a ticket (examples/tickets.cpp)"
cat <<'EOF'
The struct has limits (the pattern of an order number, an enum of priorities) and a rule of its own. An answer that
breaks them is sent back to the model with everything that is wrong with it, and a new answer is asked for.

EOF
run "$bin/tickets" "$model" examples/documents/double-charge.txt

say "3. Command line: the same for a JSON Schema and several files"
run "$bin/instructor" schema examples/ticket.schema.json
echo
run "$bin/instructor" extract --model "$model" --schema examples/ticket.schema.json --verbose -o build/tickets.jsonl \
  examples/documents/double-charge.txt examples/documents/broken-kettle.txt examples/documents/question.txt
echo
run head -c 300 build/tickets.jsonl
echo ...

say "What now?"
cat <<EOF
  README.md                        the first ten minutes
  examples/                        the programs that just ran
  $bin/instructor --help
EOF
