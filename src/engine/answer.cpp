#include "engine/answer.hpp"

#include <vector>

#include "json/text.hpp"
#include "model/find_json.hpp"

namespace instructor::engine {

namespace {

constexpr std::size_t max_shown = 120;

Issue issue(IssueCode code, std::string message) {
  Issue issue;
  issue.code = code;
  issue.message = std::move(message);
  return issue;
}

std::string shown(std::string_view text) {
  std::string out;
  json::append_string(out, json::shortened(text, max_shown));
  return out;
}

std::expected<Answer, Issue> find_call(const Reply& reply, const OutputSpec& output) {
  const std::string name = shown(output.name);
  if (reply.tool_calls.empty()) {
    std::string message = "no tool was called; answer with a call of " + name;
    if (!reply.text.empty()) message += " instead of text (" + shown(reply.text) + ")";
    return std::unexpected(issue(IssueCode::tool_missing, std::move(message)));
  }
  const ToolCall* found = nullptr;
  std::size_t different = 0;
  for (const ToolCall& call : reply.tool_calls) {
    if (call.name != output.name) continue;
    if (found != nullptr && call.arguments == found->arguments) continue;
    if (found == nullptr) found = &call;
    ++different;
  }
  if (found == nullptr)
    return std::unexpected(
        issue(IssueCode::tool_unknown, "there is no tool " + shown(reply.tool_calls.front().name) + "; call " + name));
  if (different > 1)
    return std::unexpected(
        issue(IssueCode::tool_repeated, "call " + name + " exactly once, not " + std::to_string(different) + " times"));
  if (found->arguments.find_first_not_of(" \t\r\n") == std::string::npos)
    return std::unexpected(
        issue(IssueCode::missing, "the call of " + name + " had no arguments; fill in all required fields"));
  return Answer{found->arguments, found};
}

}  // namespace

std::expected<Answer, Issue> find_answer(const Reply& reply, Mode mode, const OutputSpec& output) {
  switch (mode) {
    case Mode::tools: return find_call(reply, output);
    case Mode::md_json: return Answer{std::string(core::find_json(reply.text)), nullptr};
    case Mode::json:
    case Mode::json_schema:
    case Mode::automatic: break;
  }
  return Answer{reply.text, nullptr};
}

}  // namespace instructor::engine
