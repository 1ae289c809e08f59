#include "cli/change_lines.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/character_width.hpp"
#include "instructor/codec.hpp"

namespace instructor::cli {

namespace {

/// JSON text without characters that do something to a terminal: they can only stand in strings, and there an escape is
/// the same.
std::string harmless(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    const CodePoint c = first_code_point(json);
    if (c.value != not_utf8 && steers_terminals(c.value))
      append_escaped(out, c.value);
    else
      out += json.substr(0, c.bytes);
    json.remove_prefix(c.bytes);
  }
  return out;
}

/// Names of files need not be UTF-8, and JSON has to be.
std::string in_utf8(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const CodePoint c = first_code_point(name);
    out += c.value == not_utf8 ? std::string_view("\xEF\xBF\xBD") : name.substr(0, c.bytes);
    name.remove_prefix(c.bytes);
  }
  return out;
}

}  // namespace

std::string json_line(const Json& value) { return harmless(encode(value)); }

void ChangeLines::begin(const Document& document, std::size_t, std::size_t) {
  document_ = json_line(in_utf8(document.source));
}

void ChangeLines::change(const std::string& path, const FieldChange& change) {
  std::string line = "{\"document\":" + document_ + ",\"path\":" + json_line(path) + ",\"change\":\"";
  line.append(to_string(change.kind)).append("\"");
  if (change.kind == FieldChange::Kind::appended)
    line += ",\"text\":" + json_line(std::string(change.text));
  else if (change.kind != FieldChange::Kind::restarted)
    line += ",\"value\":" + harmless(change.json);
  out_ << line << "}\n" << std::flush;
}

void ChangeLines::end(const Json* value) {
  if (value == nullptr) return;
  out_ << "{\"document\":" << document_ << ",\"change\":\"result\",\"value\":" << json_line(*value) << "}\n"
       << std::flush;
}

}  // namespace instructor::cli
