#!/usr/bin/env bash
# The rules of the house that a compiler does not check: which part may know which, what a library must not do, and that
# the map in docs/ is complete.
#
#   run.sh SOURCE
set -u
cd "$1"
status=0

# Fails with the lines that it is given, if any.
none() {
  [ -n "$2" ] || return
  printf '%s:\n%s\n\n' "$1" "$2"
  status=1
}

includes() { grep -rnE "^#include [\"<]$1" "${@:2}" || true; }

none 'public headers include public headers only' "$(includes '(src/|json/|model/|jsonschema/|engine/|protocol/|provider/|http/|testing/|cli/)' include)"
none 'system/ stands alone' "$(includes '(json|model|jsonschema|dialect|engine|protocol|provider|http|auth|reliability|async|map|testing|cli)/' src/system)"
none 'json/ stands alone' "$(includes '(model|jsonschema|engine|protocol|provider|http|testing|cli)/' src/json/)"
none 'model/ knows json/ only' "$(includes '(jsonschema|dialect|engine|protocol|provider|http|testing|cli)/' src/model)"
none 'dialect/ knows json/, model/ and jsonschema/ only' "$(includes '(engine|protocol|provider|http|testing|cli)/' src/dialect)"
none 'jsonschema/ knows json/ and model/ only' "$(includes '(dialect|engine|protocol|provider|http|testing|cli)/' src/jsonschema)"
none 'engine/ knows no protocol, provider or transport' "$(includes '(protocol|provider|http|testing|cli)/' src/engine)"
none 'protocol/ is pure: it knows what a call and a reply are, and no engine, provider or transport' \
  "$(includes '(engine|provider|http|testing|cli)/' src/protocol | grep -v '"engine/backend.hpp"')"
none 'http/ knows requests and responses only' "$(includes '(engine|protocol|provider|model|testing|cli)/' src/http)"
none 'auth/ knows requests, responses, JSON and how to redact' \
  "$(includes '(engine|protocol|provider|model|jsonschema|dialect|testing|cli)/' src/auth | grep -vE '"(engine/redact|protocol/error_body).hpp"')"
none 'reliability/ knows public headers only' \
  "$(includes '(json|model|jsonschema|dialect|engine|protocol|provider|http|auth|testing|cli)/' src/reliability)"
none 'async/ drives the engine, and knows no protocol, provider or transport' "$(includes '(protocol|provider|http|testing|cli)/' src/async)"
none 'async/ is reached through public headers only' "$(includes 'async/' src | grep -v '^src/async/')"
none 'auth/ is for provider/' "$(includes 'auth/' src | grep -vE '^src/(auth|provider)/')"
none 'crypto/ and sqlite/ stand alone' \
  "$(includes '(json|model|jsonschema|dialect|engine|protocol|provider|http|auth|map|testing|cli)/' src/crypto src/sqlite)"
none 'map/ knows crypto/ and sqlite/ only' \
  "$(includes '(json|model|jsonschema|dialect|engine|protocol|provider|http|auth|testing|cli)/' src/map)"
none 'map/ is reached through instructor/map.hpp only' "$(includes 'map/' src | grep -v '^src/map/')"
none 'the program uses public headers only' "$(includes '(json|model|jsonschema|engine|protocol|provider|http|testing)/' src/cli)"
none 'libcurl is used in http/ only' "$(includes 'curl/' include src | grep -v '^src/http/')"
none 'OpenSSL is used in crypto/crypto.cpp only' "$(includes 'openssl/' include src | grep -v '^src/crypto/crypto.cpp')"
none 'SQLite is used in sqlite/database.cpp only' "$(includes 'sqlite3' include src | grep -v '^src/sqlite/database.cpp')"
none 're2 is used in model/pattern.cpp only' "$(includes 're2/' include src | grep -v '^src/model/pattern.cpp')"
none 'libidn2 is used in model/format_hosts.cpp only' "$(includes 'idn2' include src | grep -v '^src/model/format_hosts.cpp')"
none 'public headers stay cheap' "$(includes '(chrono|regex|iostream|nlohmann/json.hpp)' include)"

none 'no protocol includes another' "$(for protocol in src/protocol/*_*.cpp; do
  for other in src/protocol/*_*.hpp; do
    # x_wire.hpp is for all the files of protocol x.
    [[ $protocol == "${other%_wire.hpp}"* ]] && continue
    [ "${protocol%.cpp}" = "${other%.hpp}" ] && continue
    # What all protocols share.
    [[ $other =~ /(error_body|extra_options|nested_options|path_segment|tool_pairs|wire_reading)\.hpp$ ]] && continue
    includes "protocol/$(basename "$other")" "$protocol"
  done
done)"

none 'no served protocol includes another' "$(for protocol in src/testing/wire/*.cpp; do
  includes 'testing/wire/' "$protocol" | grep -vE '"testing/wire/(asked|characters|protocols|written).hpp"'
done)"

none 'a library neither prints nor ends the process' \
  "$(grep -rnE '\b(std::cout|std::cerr|printf|abort|exit|_exit|terminate)\b ?[(<]' include src | grep -vE '^src/cli/|snprintf|:// ')"
none 'no open ends' "$(grep -rnE '(TODO|FIXME|XXX)' include src examples bench --include=*.?pp)"
none 'engine, json and model name no provider' "$(grep -rniE '(openai|anthropic|gemini|mistral|ollama)' src/engine src/json src/model | grep -v 'dialect')"
none 'one idea a file' "$(find include src examples bench tests -name '*.?pp' -exec awk 'FNR == 651 { print FILENAME ": more than 650 lines" }' {} +)"
none 'docs/map.md lists each folder' "$(for folder in include/instructor src/*/ bench examples cmake scripts docs; do
  folder=${folder%/}
  grep -qF "$folder" docs/map.md || echo "$folder"
done)"

[ $status -eq 0 ] && echo "the house is in order"
exit $status
