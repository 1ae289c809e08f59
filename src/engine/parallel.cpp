#include "engine/parallel.hpp"

#include <algorithm>
#include <utility>

#include "json/text.hpp"

namespace instructor::engine {

std::vector<const TypeInfo*> parallel_types(const TypeInfo& document) {
  std::vector<const TypeInfo*> types;
  const TypeInfo& call = *document.fields.front().type->element;
  for (const FieldInfo& field : call.fields) types.push_back(&*field.type->element);
  return types;
}

bool is_answer_call(const ToolCall& call, const std::vector<const TypeInfo*>& types) {
  return std::ranges::any_of(types, [&](const TypeInfo* type) { return type->name == call.name; });
}

std::string CallsDocument::grown_by(const std::vector<ToolCall>& calls, bool over) {
  out_.clear();
  if (!begun_) out_ += R"({"calls":[)";
  begun_ = true;
  while (call_ < calls.size()) {
    const ToolCall& call = calls[call_];
    if (call.name.empty() && !over) break;  // not known yet
    if (!is_answer_call(call, types_)) {
      ++call_;
      continue;
    }
    if (!in_call_) {
      if (any_) out_ += ',';
      out_ += '{';
      json::append_string(out_, call.name);
      out_ += ':';
      any_ = in_call_ = true;
      taken_ = depth_ = 0;
      in_string_ = escaped_ = ended_ = broken_ = false;
    }
    take(std::string_view(call.arguments).substr(taken_));
    taken_ = call.arguments.size();
    const bool followed = over || (ended_ && call_ + 1 < calls.size());
    if (!followed) break;
    if (depth_ == 0 && !ended_ && call.arguments.find_first_not_of(" \t\r\n") == std::string::npos) out_ += "{}";
    out_ += '}';
    in_call_ = false;
    ++call_;
  }
  if (over) out_ += "]}";
  return out_;
}

/// Passes the arguments on and finds their end. What would end them in the middle of the document, or follows their
/// end, belongs to nothing: a mark stands for it which is no JSON, so that the decoder says so.
void CallsDocument::take(std::string_view arguments) {
  for (const char c : arguments) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    const bool outside = depth_ == 0 && !in_string_ && (c == '}' || c == ']' || c == ',' || c == ':');
    if (broken_ || (ended_ && space)) continue;
    if (ended_ || outside) {
      out_ += '!';
      broken_ = true;
      continue;
    }
    out_ += c;
    if (escaped_) {
      escaped_ = false;
    } else if (in_string_) {
      escaped_ = c == '\\';
      in_string_ = c != '"';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      ended_ = --depth_ == 0;
    }
  }
}

}  // namespace instructor::engine
