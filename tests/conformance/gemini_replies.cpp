// Recorded replies of generateContent and streamGenerateContent, of AI Studio and Vertex, read a second time.

#include <array>
#include <cmath>
#include <set>

#include "second_reading.hpp"

namespace conformance {

namespace {

using instructor::FinishReason;

FinishReason meaning(std::string_view text) {
  static const std::set<std::string_view> filtered{"SAFETY",
                                                   "RECITATION",
                                                   "BLOCKLIST",
                                                   "PROHIBITED_CONTENT",
                                                   "SPII",
                                                   "IMAGE_SAFETY",
                                                   "IMAGE_PROHIBITED_CONTENT",
                                                   "IMAGE_RECITATION",
                                                   "MODEL_ARMOR"};
  const std::string_view word = text.substr(0, text.find(':'));
  if (word.empty() || word == "FINISH_REASON_UNSPECIFIED") return FinishReason::unknown;
  if (word == "STOP") return FinishReason::stop;
  if (word == "MAX_TOKENS") return FinishReason::length;
  return filtered.contains(word) ? FinishReason::content_filter : FinishReason::other;
}

/// Some clients ask for enums as numbers.
std::string word_at(const Json& object, std::string_view name) {
  static const std::array<std::string, 5> words{"FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY",
                                                "RECITATION"};
  const Json* const value = member(object, name);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  if (!value->is_number_unsigned()) return {};
  const auto number = value->get<std::size_t>();
  return number < words.size() ? words.at(number) : std::to_string(number);
}

std::int64_t count_at(const Json& usage, std::string_view name) {
  const Json* const value = member(usage, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

std::int64_t audio_at(const Json& usage, std::string_view name) {
  std::int64_t sum = 0;
  if (const Json* const details = member(usage, name))
    for (const Json& detail : *details) {
      const Json* const modality = member(detail, "modality");
      if (modality != nullptr && (*modality == "AUDIO" || *modality == 4)) sum += count_at(detail, "tokenCount");
    }
  return sum;
}

void read_usage(const Json& response, ChatUsage& out) {
  const Json* const usage = member(response, "usageMetadata");
  if (usage == nullptr || !usage->is_object()) return;
  ChatUsage counts;
  counts.reasoning = count_at(*usage, "thoughtsTokenCount");
  counts.input = count_at(*usage, "promptTokenCount") + count_at(*usage, "toolUsePromptTokenCount");
  counts.output = count_at(*usage, "candidatesTokenCount") + counts.reasoning;
  counts.total = count_at(*usage, "totalTokenCount");
  if (counts.total == 0) counts.total = counts.input + counts.output;
  counts.cached = count_at(*usage, "cachedContentTokenCount");
  counts.audio = audio_at(*usage, "promptTokensDetails") + audio_at(*usage, "toolUsePromptTokensDetails") +
                 audio_at(*usage, "candidatesTokensDetails");
  if (counts.total != 0) out = counts;
}

/// `$.a[0].b` as a JSON Pointer: `/a/0/b`.
std::string pointer_of(const std::string& path) {
  std::string pointer;
  for (const char c : path.substr(1)) {
    if (c == '.' || c == '[') pointer += '/';
    if (c != '.' && c != '[' && c != ']') pointer += c;
  }
  return pointer;
}

/// Adds up the responses of a stream; one alone is a whole reply.
class Sum {
 public:
  void add(const Json& response) {
    if (body_.id.empty()) body_.id = text_at(response, "responseId");
    if (body_.model.empty()) body_.model = text_at(response, "modelVersion");
    read_usage(response, body_.usage);
    if (const Json* const candidates = member(response, "candidates")) {
      if (!candidates->is_array()) body_.odd = true;
      for (const Json& candidate : *candidates)
        if (count_at(candidate, "index") == 0) add_candidate(candidate);
    }
    const Json* const feedback = member(response, "promptFeedback");
    const std::string blocked = feedback == nullptr ? std::string() : word_at(*feedback, "blockReason");
    if (blocked.empty()) return;
    body_.refusal = text_at(*feedback, "blockReasonMessage");
    if (body_.refusal.empty()) body_.refusal = "the prompt was blocked: " + blocked;
    body_.finish_reason = blocked;
  }

  ChatBody take() { return std::move(body_); }

 private:
  void add_candidate(const Json& candidate) {
    if (const Json* const content = member(candidate, "content")) {
      const Json* const parts = member(*content, "parts");
      if (!content->is_object() || (parts != nullptr && !parts->is_array())) body_.odd = true;
      if (parts != nullptr && parts->is_array())
        for (const Json& part : *parts) add_part(part);
    }
    const std::string word = word_at(candidate, "finishReason");
    if (word.empty()) return;
    body_.finish_reason = word;
    const std::string message = text_at(candidate, "finishMessage");
    if (!message.empty() && meaning(word) != FinishReason::stop && meaning(word) != FinishReason::length)
      body_.finish_reason += ": " + message;
  }

  void add_part(const Json& part) {
    const Json* const thought = member(part, "thought");
    (thought != nullptr && *thought == true ? body_.reasoning : body_.text) += text_at(part, "text");
    const Json* const call = member(part, "functionCall");
    if (call == nullptr) return;
    const bool begins = !text_at(*call, "name").empty();
    if (begins) {
      const Json* const args = member(*call, "args");
      body_.calls.push_back({text_at(*call, "id"), text_at(*call, "name"), args == nullptr ? Json::object() : *args});
    }
    const Json* const pieces = member(*call, "partialArgs");
    if (pieces == nullptr || body_.calls.empty()) return;
    for (const Json& piece : *pieces) {
      Json& value = body_.calls.back().arguments[Json::json_pointer(pointer_of(text_at(piece, "jsonPath")))];
      if (piece.contains("stringValue"))
        value = (value.is_string() ? value.get<std::string>() : "") + text_at(piece, "stringValue");
      else if (piece.contains("numberValue"))
        value = piece["numberValue"];
      else if (piece.contains("boolValue"))
        value = piece["boolValue"];
    }
  }

  ChatBody body_;
};

ChatStream sum_of(const std::vector<Json>& responses) {
  ChatStream out;
  Sum sum;
  for (const Json& response : responses) {
    if (!response.is_object()) {
      out.broken = true;
      break;
    }
    if (member(response, "error") != nullptr) {
      out.error = response;
      break;
    }
    sum.add(response);
  }
  out.body = sum.take();
  return out;
}

/// There is no word of its own for calls that wait for their results.
FinishReason reason(const ChatBody& body) {
  const FinishReason said = meaning(body.finish_reason);
  if (said == FinishReason::stop && !body.calls.empty()) return FinishReason::tool_calls;
  return body.refusal.empty() ? said : FinishReason::content_filter;
}

std::optional<ChatBody> read_reply(const Json& body) {
  const std::vector<Json> responses = body.is_array() ? body.get<std::vector<Json>>() : std::vector<Json>{body};
  ChatStream stream = sum_of(responses);
  const bool says_nothing = stream.body.id.empty() && stream.body.model.empty() && stream.body.usage.total == 0;
  const bool has_candidates =
      !responses.empty() && (responses[0].contains("candidates") || responses[0].contains("promptFeedback"));
  if (stream.broken || stream.error || (says_nothing && !has_candidates)) return std::nullopt;
  return std::move(stream.body);
}

ChatStream read_stream(const std::vector<RecordedEvent>& events) {
  std::vector<Json> responses;
  for (const RecordedEvent& event : events) {
    const std::expected<Json, std::string> response = parse_json(event.data);
    responses.push_back(response ? *response : Json());
  }
  return sum_of(responses);
}

constexpr SecondReading reading{instructor::gemini_protocol, read_reply, read_stream, reason};

/// How long an error says to wait, in milliseconds.
std::optional<std::int64_t> wait_in(const Json& body) {
  const Json& document = body.is_array() && !body.empty() ? body.front() : body;
  const Json* const error = member(document, "error");
  const Json* const details = error == nullptr ? nullptr : member(*error, "details");
  if (details != nullptr)
    for (const Json& detail : *details)
      if (const std::string delay = text_at(detail, "retryDelay"); !delay.empty())
        return std::llround(std::stod(delay) * 1000);
  return std::nullopt;
}

Differences check_wait(const Interaction& interaction) {
  const std::expected<Json, std::string> body = parse_json(interaction.body);
  const std::optional<std::int64_t> expected = body ? wait_in(*body) : std::nullopt;
  const auto got = instructor::gemini_protocol().decode_error(interaction.status, interaction.body).retry_after;
  if (expected.has_value() == got.has_value() && (!got || got->milliseconds() == *expected)) return {};
  return {"retry_after is not what the error says"};
}

bool is_of_gemini(const Interaction& interaction) {
  return interaction.endpoint == "generateContent" || interaction.endpoint == "streamGenerateContent";
}

/// Without alt=sse a stream is a list of what the events would be.
bool is_list(const Interaction& interaction) {
  return interaction.body_kind == "chunks" || (interaction.body_kind == "json" && interaction.body.starts_with('['));
}

}  // namespace

bool is_gemini_reply(const Interaction& interaction) {
  return is_of_gemini(interaction) && !is_gemini_stream(interaction);
}

Differences check_gemini_reply(const Interaction& interaction) {
  Differences differences = check_reply(reading, interaction);
  if (!is_success(interaction))
    for (std::string& difference : check_wait(interaction)) differences.push_back(std::move(difference));
  return differences;
}

bool is_gemini_stream(const Interaction& interaction) {
  return is_of_gemini(interaction) && is_success(interaction) &&
         (interaction.body_kind == "sse" || is_list(interaction));
}

Differences check_gemini_stream(const Interaction& interaction) {
  std::string bytes = interaction.body;
  Differences differences;
  if (is_list(interaction)) {
    // The list itself is read where a server does not know alt=sse.
    differences = check_reply(reading, interaction);
    bytes.clear();
    if (const std::expected<Json, std::string> list = parse_json(interaction.body))
      for (const Json& response : *list)
        bytes += "data: " + (response.is_string() ? response.get<std::string>() : response.dump()) + "\r\n\r\n";
  }
  std::vector<RecordedEvent> events;
  for (std::string& data : read_events(bytes)) events.push_back({{}, std::move(data)});
  for (std::string& difference : check_stream(reading, bytes, events)) differences.push_back(std::move(difference));
  return differences;
}

}  // namespace conformance
