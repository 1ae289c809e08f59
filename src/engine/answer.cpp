#include "engine/answer.hpp"

#include <algorithm>

#include "engine/asking.hpp"
#include "engine/parallel.hpp"
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
  const auto name = [&] { return shown(output.name); };
  if (reply.tool_calls.empty()) {
    std::string message = "no tool was called; answer with a call of " + name();
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
    return std::unexpected(issue(IssueCode::tool_unknown,
                                 "there is no tool " + shown(reply.tool_calls.front().name) + "; call " + name()));
  if (different > 1)
    return std::unexpected(issue(IssueCode::tool_repeated,
                                 "call " + name() + " exactly once, not " + std::to_string(different) + " times"));
  if (found->arguments.find_first_not_of(" \t\r\n") == std::string::npos)
    return std::unexpected(
        issue(IssueCode::missing, "the call of " + name() + " had no arguments; fill in all required fields"));
  return Answer{.text = found->arguments, .call = found};
}

std::expected<Answer, Issue> find_calls(const Reply& reply, const AskedAnswer& asked, const auto& is_own_tool) {
  std::string names;
  for (const TypeInfo* const type : asked.types) names.append(names.empty() ? "" : ", ").append(shown(type->name));
  if (reply.tool_calls.empty()) {
    std::string message = "no tool was called; call any of " + names;
    if (!reply.text.empty()) message += " instead of text (" + shown(reply.text) + ")";
    return std::unexpected(issue(IssueCode::tool_missing, std::move(message)));
  }
  for (const ToolCall& call : reply.tool_calls)
    if (!is_answer_call(call, asked.types) && !is_own_tool(call))
      return std::unexpected(
          issue(IssueCode::tool_unknown, "there is no tool " + shown(call.name) + "; call any of " + names));
  return Answer{CallsDocument(asked.types).grown_by(reply.tool_calls, true)};
}

}  // namespace

std::expected<Answer, Issue> find_answer(const Reply& reply, const AskedAnswer& asked) {
  const auto is_own_tool = [&](const ToolCall& call) {
    return std::ranges::find(asked.tools, call.name) != asked.tools.end();
  };
  if (!asked.types.empty()) return find_calls(reply, asked, is_own_tool);
  const bool answered = is_by_tools(asked.mode) && std::ranges::find(reply.tool_calls, asked.output.name,
                                                                     &ToolCall::name) != reply.tool_calls.end();
  if (!answered && !reply.tool_calls.empty() && std::ranges::all_of(reply.tool_calls, is_own_tool))
    return Answer{.text = {}, .call = nullptr, .is_for_tools = true};
  if (is_by_tools(asked.mode)) return find_call(reply, asked.output);
  return Answer{asked.mode == Mode::md_json ? std::string(core::find_json(reply.text)) : reply.text};
}

}  // namespace instructor::engine
