// Recorded chat completions: what the protocol reads is compared, field by field, with a second reading.

#include <algorithm>
#include <array>
#include <set>

#include <instructor/completion.hpp>
#include <instructor/error.hpp>

#include "cassettes.hpp"
#include "chat_body.hpp"
#include "data.hpp"
#include "error_body.hpp"
#include "protocol/protocol.hpp"

namespace conformance {

namespace {

using instructor::FinishReason;
using instructor::Reply;

/// All that the providers' descriptions list; anything else must come out as `other`.
FinishReason expected_reason(std::string_view text) {
  struct Row {
    std::string_view text;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"", FinishReason::unknown},
      Row{"stop", FinishReason::stop},
      Row{"eos", FinishReason::stop},
      Row{"length", FinishReason::length},
      Row{"model_length", FinishReason::length},
      Row{"tool_calls", FinishReason::tool_calls},
      Row{"function_call", FinishReason::tool_calls},
      Row{"content_filter", FinishReason::content_filter},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

class Comparison {
 public:
  void text(std::string_view name, std::string_view expected, std::string_view got) {
    if (expected != got) differ(name, in_quotes(expected), in_quotes(got));
  }

  void count(std::string_view name, std::int64_t expected, std::int64_t got) {
    if (expected != got) differ(name, std::to_string(expected), std::to_string(got));
  }

  void differ(std::string_view name, std::string_view expected, std::string_view got) {
    differences_.push_back(std::string(name) + ": expected " + std::string(expected) + ", got " + std::string(got));
  }

  Differences take() { return std::move(differences_); }

 private:
  Differences differences_;
};

void compare_arguments(const std::string& name, const Json& expected, const std::string& got, Comparison& comparison) {
  if (expected.is_null()) return comparison.text(name, "", got);
  if (expected.is_string()) return comparison.text(name, expected.get<std::string>(), got);
  const std::expected<Json, std::string> value = parse_json(got);
  if (!value || *value != expected) comparison.differ(name, in_quotes(expected.dump()), in_quotes(got));
}

void compare_calls(const std::vector<ChatCall>& expected, const std::vector<instructor::ToolCall>& got,
                   Comparison& comparison) {
  comparison.count("tool calls", static_cast<std::int64_t>(expected.size()), static_cast<std::int64_t>(got.size()));
  for (std::size_t i = 0; i < std::min(expected.size(), got.size()); ++i) {
    const std::string name = "tool call " + std::to_string(i);
    if (!expected[i].id.empty()) comparison.text(name + " id", expected[i].id, got[i].id);
    comparison.text(name + " name", expected[i].name, got[i].name);
    compare_arguments(name + " arguments", expected[i].arguments, got[i].arguments, comparison);
  }
  // Each call must be answerable, also where the provider gave no id.
  std::set<std::string> ids;
  for (const instructor::ToolCall& call : got)
    if (call.id.empty() || !ids.insert(call.id).second) comparison.differ("tool call id", "one of its own", call.id);
}

Differences compare_reply(const Reply& reply, const ChatBody& expected, std::string_view bytes) {
  Comparison comparison;
  comparison.text("id", expected.id, reply.id);
  comparison.text("model", expected.model, reply.model);
  comparison.text("text", expected.text, reply.text);
  comparison.text("reasoning", expected.reasoning, reply.reasoning);
  comparison.text("refusal", expected.refusal, reply.refusal);
  comparison.text("finish_reason_text", expected.finish_reason, reply.finish_reason_text);
  comparison.text("finish_reason", to_string(expected_reason(expected.finish_reason)), to_string(reply.finish_reason));
  compare_calls(expected.calls, reply.tool_calls, comparison);
  comparison.count("input_tokens", expected.usage.input, reply.usage.input_tokens);
  comparison.count("output_tokens", expected.usage.output, reply.usage.output_tokens);
  comparison.count("total_tokens", expected.usage.total, reply.usage.total_tokens);
  comparison.count("cached_tokens", expected.usage.cached, reply.usage.cached_tokens);
  comparison.count("reasoning_tokens", expected.usage.reasoning, reply.usage.reasoning_tokens);
  comparison.count("audio_tokens", expected.usage.audio, reply.usage.audio_tokens);
  comparison.text("raw", bytes, reply.raw);
  return comparison.take();
}

/// The object that has the error of a reply which is none: the body, or its first choice.
const Json* reported_error(const Json& body) {
  const Json* const choices = member(body, "choices");
  if (choices != nullptr && choices->is_array() && !choices->empty() && member(choices->front(), "error") != nullptr)
    return &choices->front();
  return member(body, "error") != nullptr ? &body : nullptr;
}

/// A status of 2xx: a reply, or an Error where the body is none.
Differences check_success(std::string_view bytes, const Json& body) {
  const std::optional<ChatBody> expected = read_chat_body(body);
  try {
    const Reply reply = instructor::openai_chat_protocol().decode(std::string(bytes));
    if (!expected) return {"an Error was expected, since the body holds no answer: " + in_quotes(body.dump())};
    return expected->odd ? Differences() : compare_reply(reply, *expected, bytes);
  } catch (const instructor::Error& error) {
    if (expected && !expected->odd) return {"the reply was not read: " + error.message()};
    if (const Json* const failed = reported_error(body))
      return compare_error(error.detail(), 200, read_error_body(200, *failed));
    if (error.code() == instructor::ErrorCode::bad_response) return {};
    return {"error code: expected bad_response, got " + std::string(to_string(error.code()))};
  }
}

Differences check_failure(int status, std::string_view bytes, const Json& body) {
  const instructor::ErrorDetail detail = instructor::openai_chat_protocol().decode_error(status, bytes);
  return compare_error(detail, status, read_error_body(status, body));
}

Differences check_spelling(const Interaction& interaction, std::string_view bytes, const Json& body) {
  const bool success = interaction.status >= 200 && interaction.status < 300;
  return success ? check_success(bytes, body) : check_failure(interaction.status, bytes, body);
}

}  // namespace

bool is_chat_reply(const Interaction& interaction) {
  const bool chat = interaction.endpoint == "chat.completions" || interaction.endpoint.ends_with(".chat.completions");
  const std::string_view kind = interaction.body_kind;
  return chat && (kind == "json" || kind == "text" || kind == "empty");
}

Differences check_chat_reply(const Interaction& interaction) {
  const std::expected<Json, std::string> body = parse_json(interaction.body);
  if (!body) return check_spelling(interaction, interaction.body, Json());
  // However it is spelled, it says the same.
  Differences differences;
  for (const std::string& bytes : {interaction.body, body->dump(2), body->dump(-1, ' ', true)})
    for (std::string& difference : check_spelling(interaction, bytes, *body))
      differences.push_back(std::move(difference));
  return differences;
}

}  // namespace conformance
