#include "protocol/openai_responses_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/error_body.hpp"

namespace instructor::openai_responses {

namespace {

/// A count as a provider may mean it; sums of such cannot overflow.
std::int64_t count(std::int64_t wire) { return std::clamp<std::int64_t>(wire, 0, std::int64_t{1} << 50); }

Usage usage_of(const WireUsage& wire) {
  Usage usage;
  usage.input_tokens = count(wire.input_tokens);
  usage.output_tokens = count(wire.output_tokens);
  usage.total_tokens = count(wire.total_tokens);
  if (usage.total_tokens == 0) usage.total_tokens = usage.input_tokens + usage.output_tokens;
  usage.cached_tokens = count(wire.input_tokens_details.cached_tokens);
  usage.reasoning_tokens = count(wire.output_tokens_details.reasoning_tokens);
  // Reasoning is part of the output; where a provider counts it apart, its total tells.
  const std::int64_t apart = usage.total_tokens - usage.input_tokens - usage.output_tokens;
  if (apart > 0 && apart == usage.reasoning_tokens) usage.output_tokens += apart;
  return usage;
}

FinishReason finish_reason(const WireResponse& response, bool has_calls) {
  const std::string_view reason = response.incomplete_details.reason;
  if (response.status == "completed") return has_calls ? FinishReason::tool_calls : FinishReason::stop;
  if (reason == "max_output_tokens") return FinishReason::length;
  if (reason == "content_filter") return FinishReason::content_filter;
  return response.status.empty() && reason.empty() ? FinishReason::unknown : FinishReason::other;
}

/// The texts of the parts of one kind.
void add_parts(const Json& item, std::string_view list, std::string_view type, std::string_view member,
               std::string& text) {
  for (const Json& part : list_at(item, list))
    if (text_at(part, "type") == type) text += text_at(part, member);
}

/// Without an encrypted or an open text it is only a name for what the provider keeps.
bool stands_alone(const Json& reasoning) {
  return !text_at(reasoning, "encrypted_content").empty() || !list_at(reasoning, "content").empty();
}

/// Does the item say more than its text, or the call's id, name and arguments?
bool says_more(const Json& item) {
  if (kind_of(item) == ItemKind::message) return item.contains("phase");
  return text_at(item, "type") != "function_call" || item.contains("namespace") || item.contains("caller");
}

/// What replies may have and requests may not: members that are null, but for those that may be
/// (platform.openai.com/docs/api-reference/responses/create#responses-create-input).
void drop_nulls(Json& object) {
  constexpr std::array kept{"code", "outputs", "result", "keys"};
  for (auto member = object.begin(); member != object.end();)
    if (member->is_null() && std::ranges::find(kept, member.key()) == kept.end())
      member = object.erase(member);
    else
      ++member;
}

void put_if_missing(Json& object, const char* name, Json value) {
  if (!object.contains(name)) object[name] = std::move(value);
}

/// An item of a reply as a request takes it. Some servers leave out what OpenAI asks for.
void make_input(Json& item) {
  drop_nulls(item);
  item.erase("created_by");
  if (const auto action = item.find("action"); action != item.end() && action->is_object()) drop_nulls(*action);
  switch (kind_of(item)) {
    case ItemKind::reasoning: put_if_missing(item, "summary", Json::array()); break;
    case ItemKind::call:
      if (text_at(item, "type") == "function_call") item["arguments"] = arguments_of(item);
      break;
    case ItemKind::message:
      put_if_missing(item, "role", "assistant");
      if (const auto content = item.find("content"); content != item.end() && content->is_array()) {
        for (Json& part : *content)
          if (text_at(part, "type") == "output_text") {
            drop_nulls(part);
            put_if_missing(part, "annotations", Json::array());
            put_if_missing(part, "logprobs", Json::array());
          }
        put_if_missing(item, "status", "completed");
      }
      break;
    case ItemKind::other: break;
  }
}

}  // namespace

ItemKind kind_of(const Json& item) {
  const std::string_view type = text_at(item, "type");
  if (type == "message") return ItemKind::message;
  if (type == "reasoning") return ItemKind::reasoning;
  return type == "function_call" || type == "custom_tool_call" ? ItemKind::call : ItemKind::other;
}

std::string_view text_at(const Json& object, std::string_view name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ref<const std::string&>() : std::string_view();
}

const Json& list_at(const Json& object, std::string_view name) {
  static const Json none = Json::array();
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : none;
}

std::string text_of(const Json& item) {
  if (kind_of(item) != ItemKind::message) return {};
  std::string text(text_at(item, "content"));
  add_parts(item, "content", "output_text", "text", text);
  return text;
}

std::string refusal_of(const Json& item) {
  std::string text;
  if (kind_of(item) == ItemKind::message) add_parts(item, "content", "refusal", "refusal", text);
  return text;
}

std::string reasoning_of(const Json& item) {
  std::string text;
  if (kind_of(item) != ItemKind::reasoning) return text;
  add_parts(item, "summary", "summary_text", "text", text);
  add_parts(item, "content", "reasoning_text", "text", text);
  return text;
}

std::string arguments_of(const Json& item) {
  if (!item.is_object()) return {};
  const auto found = item.find(text_at(item, "type") == "custom_tool_call" ? "input" : "arguments");
  if (found == item.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : encode(*found);
}

void take_outcome(const WireResponse& response, Reply& reply) {
  if (!response.id.empty()) reply.id = response.id;
  if (!response.model.empty()) reply.model = response.model;
  std::string reasoning;
  std::string refusal;
  if (response.output.is_array())
    for (const Json& item : response.output) {
      reasoning += reasoning_of(item);
      refusal += refusal_of(item);
    }
  if (!reasoning.empty()) reply.reasoning = std::move(reasoning);
  if (!refusal.empty()) reply.refusal = std::move(refusal);
  reply.usage = usage_of(response.usage);
  reply.finish_reason = finish_reason(response, !reply.tool_calls.empty());
  const std::string& reason = response.incomplete_details.reason;
  reply.finish_reason_text = reason.empty() ? response.status : reason;
}

NativeTurn turn_of(const Json& output, bool store, const Reply& reply) {
  Json turn = Json::array();
  std::size_t call = 0;
  for (const Json& item : output) {
    if (!item.is_object()) continue;
    const ItemKind kind = kind_of(item);
    if (kind == ItemKind::reasoning && !store && !stands_alone(item)) continue;
    Json& input = turn.emplace_back(item);
    make_input(input);
    if (kind != ItemKind::call) continue;
    if (text_at(input, "call_id").empty() && call < reply.tool_calls.size())
      input["call_id"] = reply.tool_calls[call].id;
    ++call;
  }
  // Reasoning without what it led to is refused ("provided without its required following item").
  while (!turn.empty() && kind_of(turn.back()) == ItemKind::reasoning) turn.erase(turn.size() - 1);
  if (std::ranges::none_of(turn, says_more)) return {};
  return {std::string(protocol_name), encode(turn)};
}

void number_calls(Reply& reply) {
  for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
    if (reply.tool_calls[i].id.empty()) reply.tool_calls[i].id = "call_" + std::to_string(i + 1);
}

void check_readable(const Issues& issues, std::string_view body) {
  for (const Issue& issue : issues) {
    const bool unreadable = issue.code == IssueCode::json_invalid || issue.code == IssueCode::truncated ||
                            issue.code == IssueCode::invalid_utf8 || issue.code == IssueCode::too_deep ||
                            issue.code == IssueCode::too_large || issue.path.empty();
    if (unreadable) throw not_a_reply(issue.text(), body);
  }
}

Error failure(const Json& error) { return Error(error_from_body(200, encode(Json{{"error", error}}))); }

}  // namespace instructor::openai_responses
