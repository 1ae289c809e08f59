#include "protocol/gemini_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/error_body.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor::gemini {

using wire::count;
using wire::member;
using wire::text_at;

namespace {

bool is_true_at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value != nullptr && *value == true;
}

std::string enum_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? encode(value) : std::string();
}

std::int64_t audio_in(const std::vector<WireModalityCount>& details) {
  constexpr int audio = 4;  // as a number, in both services
  std::int64_t sum = 0;
  for (const WireModalityCount& detail : details)
    if (detail.modality == "AUDIO" || detail.modality == audio) sum = count(sum + count(detail.tokens));
  return sum;
}

/// Is there nothing in a part but text, perhaps a thought?
bool is_plain_text(const Json& part) {
  const auto text = part.find("text");
  if (text == part.end() || !text->is_string()) return false;
  return std::ranges::all_of(part.items(),
                             [](const auto& entry) { return entry.key() == "text" || entry.key() == "thought"; });
}

}  // namespace

// ---- words and counts --------------------------------------------------------------------------------------------

// The numbers: google.cloud.aiplatform.v1.Candidate.FinishReason and google.ai.generativelanguage.v1beta, which count
// on differently after OTHER.
std::string finish_word(const Json& reason) {
  constexpr std::array words{"FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION"};
  for (std::size_t i = 0; i < words.size(); ++i)
    if (reason == i) return words[i];
  return enum_text(reason);
}

FinishReason finish_reason(std::string_view word) {
  struct Row {
    std::string_view word;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"", FinishReason::unknown},
      Row{"FINISH_REASON_UNSPECIFIED", FinishReason::unknown},
      Row{"STOP", FinishReason::stop},
      Row{"MAX_TOKENS", FinishReason::length},
      Row{"SAFETY", FinishReason::content_filter},
      Row{"RECITATION", FinishReason::content_filter},
      Row{"BLOCKLIST", FinishReason::content_filter},
      Row{"PROHIBITED_CONTENT", FinishReason::content_filter},
      Row{"SPII", FinishReason::content_filter},
      Row{"IMAGE_SAFETY", FinishReason::content_filter},
      Row{"IMAGE_PROHIBITED_CONTENT", FinishReason::content_filter},
      Row{"IMAGE_RECITATION", FinishReason::content_filter},
      Row{"MODEL_ARMOR", FinishReason::content_filter},
  };
  const auto row = std::ranges::find(rows, word, &Row::word);
  return row == rows.end() ? FinishReason::other : row->reason;
}

bool counts_something(const WireUsage& wire) {
  return wire.prompt != 0 || wire.candidates != 0 || wire.thoughts != 0 || wire.total != 0;
}

Usage usage_of(const WireUsage& wire) {
  Usage usage;
  usage.input_tokens = count(wire.prompt) + count(wire.tool_use_prompt);
  usage.output_tokens = count(wire.candidates) + count(wire.thoughts);
  usage.total_tokens = count(wire.total);
  if (usage.total_tokens == 0) usage.total_tokens = usage.input_tokens + usage.output_tokens;
  usage.cached_tokens = count(wire.cached);
  usage.reasoning_tokens = count(wire.thoughts);
  usage.audio_tokens =
      audio_in(wire.prompt_details) + audio_in(wire.tool_use_prompt_details) + audio_in(wire.candidates_details);
  return usage;
}

WireResponse read_response(std::string_view body) {
  constexpr std::array<std::string_view, 1> places{"/candidates"};
  WireResponse response = wire::read<WireResponse>(body, places);
  if (!response.error.is_null()) throw Error(error_of(200, body));
  return response;
}

// ---- errors ------------------------------------------------------------------------------------------------------

namespace {

struct StatusWord {
  std::string_view word;
  ErrorCode code;
};
constexpr std::array status_words{
    StatusWord{"INVALID_ARGUMENT", ErrorCode::invalid_request},
    StatusWord{"FAILED_PRECONDITION", ErrorCode::invalid_request},
    StatusWord{"OUT_OF_RANGE", ErrorCode::invalid_request},
    StatusWord{"UNIMPLEMENTED", ErrorCode::invalid_request},
    StatusWord{"UNAUTHENTICATED", ErrorCode::authentication},
    StatusWord{"PERMISSION_DENIED", ErrorCode::permission},
    StatusWord{"NOT_FOUND", ErrorCode::not_found},
    StatusWord{"RESOURCE_EXHAUSTED", ErrorCode::rate_limited},
    StatusWord{"DEADLINE_EXCEEDED", ErrorCode::timeout},
    StatusWord{"UNAVAILABLE", ErrorCode::overloaded},
    StatusWord{"ABORTED", ErrorCode::server_error},
    StatusWord{"CANCELLED", ErrorCode::server_error},
    StatusWord{"DATA_LOSS", ErrorCode::server_error},
    StatusWord{"INTERNAL", ErrorCode::server_error},
    StatusWord{"UNKNOWN", ErrorCode::server_error},
};

/// A google.protobuf.Duration: `34.4s`.
std::optional<Duration> duration_in(std::string_view text) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t max_seconds = 1'000'000'000;
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  std::int64_t whole = 0;
  std::int64_t fraction = 0;
  std::int64_t unit = 0;  // of the next digit of the fraction
  bool any = false;
  for (const char c : text) {
    if (c == '.' && any && unit == 0) {
      unit = second / 10;
    } else if (c < '0' || c > '9') {
      return std::nullopt;
    } else if (unit != 0) {
      fraction += unit * (c - '0');
      unit = std::max<std::int64_t>(unit / 10, 0);
      if (unit == 0) break;  // finer than a nanosecond
    } else {
      whole = std::min(whole * 10 + (c - '0'), max_seconds);
      any = true;
    }
  }
  if (!any) return std::nullopt;
  return Duration::of_nanoseconds(whole * second + fraction);
}

void read_details(const Json& details, ErrorDetail& out) {
  if (!details.is_array()) return;
  for (const Json& detail : details) {
    // The key is not accepted; the status is that of any wrong request.
    if (text_at(detail, "reason") == "API_KEY_INVALID") out.code = ErrorCode::authentication;
    if (const auto delay = duration_in(text_at(detail, "retryDelay"))) out.retry_after = delay;
  }
}

}  // namespace

ErrorDetail error_of(int status, std::string_view body) {
  ErrorDetail out = error_from_body(status, body);
  const std::expected<Json, Issues> parsed = decode<Json>(body, wire::lenient());
  if (!parsed) return out;
  const Json& document = parsed->is_array() && !parsed->empty() ? parsed->front() : *parsed;
  const Json* const error = member(document, "error");
  if (error == nullptr) return out;
  const std::string word = text_at(*error, "status");
  if (!word.empty()) out.provider_code = word;
  const auto row = std::ranges::find(status_words, word, &StatusWord::word);
  if (row != status_words.end()) out.code = row->code;
  if (const Json* const details = member(*error, "details")) read_details(*details, out);
  return out;
}

// ---- the turn ----------------------------------------------------------------------------------------------------

void Turn::take(WireResponse& response, Reply& reply, std::vector<Grown>& grown) {
  if (reply.id.empty()) reply.id = std::move(response.response_id);
  if (reply.model.empty()) reply.model = std::move(response.model_version);
  if (counts_something(response.usage)) reply.usage = usage_of(response.usage);
  grown.clear();
  const std::size_t calls = reply.tool_calls.size();
  try {
    if (response.candidates) take_candidates(*response.candidates, reply, grown);
  } catch (const Error&) {
    // Nobody will be told of what has come before that.
    for (const Grown& piece : grown)
      if (piece.kind == Delta::Kind::arguments) reply.tool_calls[piece.call].arguments.clear();
    const auto text = std::ranges::find(grown, Delta::Kind::text, &Grown::kind);
    if (text != grown.end()) reply.text.resize(text->from);
    reply.tool_calls.resize(calls);
    open_.reset();
    throw;
  }
  // The prompt was not taken: there are no candidates then.
  const std::string block = enum_text(response.feedback.block_reason);
  const bool blocked = !block.empty() && block != "0" && !block.ends_with("_UNSPECIFIED");
  if (blocked && reply.finish_reason == FinishReason::unknown && parts_.empty()) {
    reply.finish_reason = FinishReason::content_filter;
    reply.finish_reason_text = block;
    reply.refusal = response.feedback.block_reason_message.empty() ? "the prompt was blocked: " + block
                                                                   : response.feedback.block_reason_message;
  }
}

void Turn::take_candidates(std::vector<WireCandidate>& candidates, Reply& reply, std::vector<Grown>& grown) {
  for (WireCandidate& candidate : candidates) {
    if (candidate.index != 0) continue;
    for (Json& part : candidate.content.parts) take_part(part, reply, grown);
    const std::string word = finish_word(candidate.finish_reason);
    if (word.empty()) continue;
    close_call(reply, grown);
    reply.finish_reason = finish_reason(word);
    reply.finish_reason_text = word;
    // With the others it only repeats the word.
    const bool tells =
        reply.finish_reason == FinishReason::other || reply.finish_reason == FinishReason::content_filter;
    if (tells && !candidate.finish_message.empty()) reply.finish_reason_text += ": " + candidate.finish_message;
  }
}

void Turn::take_part(Json& part, Reply& reply, std::vector<Grown>& grown) {
  if (!part.is_object()) return;
  if (const Json* const text = member(part, "text"); text != nullptr && text->is_string()) {
    const std::string& said = text->get_ref<const std::string&>();
    if (is_true_at(part, "thought")) {
      reply.reasoning += said;
    } else if (!said.empty()) {
      grown.push_back({Delta::Kind::text, 0, reply.text.size(), said.size()});
      reply.text += said;
    }
  }
  const Json* const call = member(part, "functionCall");
  if (call != nullptr && call->is_object())
    take_call(part, reply, grown);
  else
    keep(std::move(part));
}

void Turn::take_call(Json& part, Reply& reply, std::vector<Grown>& grown) {
  Json& call = part["functionCall"];
  std::string name = text_at(call, "name");
  const Json* const arguments = member(call, "args");
  const Json* const pieces = member(call, "partialArgs");
  const bool has_pieces = pieces != nullptr && pieces->is_array();
  const bool continues = is_true_at(call, "willContinue");
  const bool says_nothing = name.empty() && arguments == nullptr && !has_pieces;
  if (open_ ? name.empty() && arguments == nullptr : says_nothing) {
    // More of the call that is open; a bare one ends it.
    if (!open_) return;
    if (Json& kept = parts_[open_->part]; member(kept, "thoughtSignature") == nullptr)
      if (const Json* const signature = member(part, "thoughtSignature")) kept["thoughtSignature"] = *signature;
  } else {
    close_call(reply, grown);
    reply.tool_calls.push_back({text_at(call, "id"), std::move(name), {}});
    open_ = OpenCall{reply.tool_calls.size() - 1, parts_.size(), arguments == nullptr ? Json() : *arguments, {}};
    Json& kept = parts_.emplace_back(part);
    kept["functionCall"].erase("partialArgs");
    kept["functionCall"].erase("willContinue");
  }
  if (has_pieces)
    for (const Json& piece : *pieces) add_partial_arg(piece, open_->arguments, open_->open_path);
  if (!continues) close_call(reply, grown);
}

void Turn::close_call(Reply& reply, std::vector<Grown>& grown) {
  if (!open_) return;
  const Json* const arguments = open_->arguments.is_null() ? nullptr : &open_->arguments;
  std::string& text = reply.tool_calls[open_->call].arguments;
  text = arguments == nullptr ? "{}" : wire::arguments_text(*arguments);  // an empty object need not be sent
  grown.push_back({Delta::Kind::arguments, open_->call, 0, text.size()});
  if (arguments != nullptr) parts_[open_->part]["functionCall"]["args"] = std::move(open_->arguments);
  open_.reset();
}

/// Pieces of a text become one part again, as in a reply that comes whole; but a part with a signature stays as it is,
/// and where it is. Source: ai.google.dev/gemini-api/docs/thought-signatures, read 2026-11.
void Turn::keep(Json part) {
  if (is_plain_text(part)) {
    const std::string& text = part["text"].get_ref<const std::string&>();
    if (text.empty()) return;
    const bool goes_on = !parts_.empty() && is_plain_text(parts_.back()) &&
                         is_true_at(parts_.back(), "thought") == is_true_at(part, "thought");
    if (goes_on) {
      parts_.back()["text"].get_ref<std::string&>() += text;
      return;
    }
  }
  parts_.push_back(std::move(part));
}

void Turn::finish(Reply& reply) {
  std::vector<Grown> untold;
  close_call(reply, untold);
  for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
    reply.tool_calls[i].id = wire::id_or_number(std::move(reply.tool_calls[i].id), i);
  if (reply.finish_reason == FinishReason::stop && !reply.tool_calls.empty())
    reply.finish_reason = FinishReason::tool_calls;
  if (parts_.empty()) return;
  reply.native.protocol = protocol_name;
  std::string& json = reply.native.json;
  json = R"({"role":"model","parts":[)";
  for (const Json& part : parts_) {
    if (&part != &parts_.front()) json += ',';
    json += encode(part);
  }
  json += "]}";
}

}  // namespace instructor::gemini
