#pragma once

// For each wire protocol: how it is asked, and what its replies say, read by hand.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/transport.hpp"
#include "support/wire_events.hpp"
#include "support/wire_requests.hpp"

namespace instructor::support {

/// What a reply says, in no protocol's words; how it ended in the provider's.
struct Told {
  std::string text;
  std::string refusal;
  std::string reasoning;
  std::string signature;
  std::vector<std::pair<std::string, std::string>> calls;  ///< names and arguments
  std::vector<std::string> ids;
  std::vector<std::string> pieces;  ///< of the answer, in their order
  std::string finish;
  std::int64_t output_tokens = 0;
  bool ended = false;  ///< the stream said that it is over

  std::string& add(std::string& to, const Json& piece) {
    pieces.push_back(piece.get<std::string>());
    return to += pieces.back();
  }
};

/// Where the words of a refusal are.
enum class Refusals : std::uint8_t { apart, in_text, untold };

struct WireCase {
  const char* name;
  const char* key_header;
  const char* key_prefix;
  const char* path;
  const char* stream_path;
  Json (*body)(const Ask& ask);
  Told (*whole)(const Json& body);
  Told (*stream)(std::string_view body);
  std::string (*error)(const Json& body);  ///< its message
  const char* finishes[4];                 ///< stop, tool_calls, length, refusal
  Refusals refusals;
  bool cuts_calls;           ///< the arguments of calls come in pieces
  bool chooses_tool;         ///< a request can say which tool must be called
  const char* schemas;       ///< folder/endpoint of the provider's own description
  const char* error_schema;  ///< empty: there is none

  HttpRequest request(const Ask& ask, std::string_view key = "practice") const {
    HttpRequest request;
    request.url = ask.stream ? stream_path : path;
    request.headers = {{key_header, key_prefix + std::string(key)}, {"anthropic-version", "2023-06-01"}};
    request.body = encode(body(ask));
    return request;
  }
};

// ---- replies -------------------------------------------------------------------------------------------------------

inline Told read_openai_chat(const Json& body) {
  Told told;
  const Json& choice = body.at("choices").at(0);
  const Json& message = choice.at("message");
  if (message.at("content").is_string()) told.text = message.at("content");
  if (message.at("refusal").is_string()) told.refusal = message.at("refusal");
  told.reasoning = message.value("reasoning_content", "");
  for (const Json& call : message.value("tool_calls", Json::array())) {
    told.calls.emplace_back(call.at("function").at("name"), call.at("function").at("arguments"));
    told.ids.push_back(call.at("id"));
  }
  told.finish = choice.at("finish_reason");
  if (!told.refusal.empty()) told.finish = "refusal";
  told.output_tokens = body.at("usage").at("completion_tokens");
  return told;
}

inline Told read_openai_chat_stream(std::string_view body) {
  Told told;
  for (const WireEvent& event : read_sse(body)) {
    told.ended = event.text == "[DONE]";
    if (told.ended) continue;
    if (event.data.at("choices").empty()) {
      told.output_tokens = event.data.at("usage").at("completion_tokens");
      continue;
    }
    const Json& choice = event.data.at("choices").at(0);
    const Json& delta = choice.at("delta");
    if (!choice.at("finish_reason").is_null()) told.finish = choice.at("finish_reason");
    if (delta.contains("content") && delta.at("content").is_string() && delta.at("content") != "")
      told.add(told.text, delta.at("content"));
    if (delta.value("refusal", "") != "") told.add(told.refusal, delta.at("refusal"));
    told.reasoning += delta.value("reasoning_content", "");
    for (const Json& call : delta.value("tool_calls", Json::array())) {
      const std::size_t index = call.at("index");
      if (call.contains("id")) {
        EXPECT_EQ(index, told.calls.size());
        told.calls.emplace_back(call.at("function").at("name"), "");
        told.ids.push_back(call.at("id"));
      } else {
        told.add(told.calls.at(index).second, call.at("function").at("arguments"));
      }
    }
  }
  if (!told.refusal.empty() && !told.finish.empty()) told.finish = "refusal";
  return told;
}

inline Told read_openai_responses(const Json& body) {
  Told told;
  for (const Json& item : body.at("output")) {
    const std::string type = item.at("type");
    if (type == "reasoning") {
      told.reasoning = item.at("summary").at(0).at("text");
      told.signature = item.at("encrypted_content");
    } else if (type == "function_call") {
      told.calls.emplace_back(item.at("name"), item.at("arguments"));
      told.ids.push_back(item.at("call_id"));
    } else {
      const Json& part = item.at("content").at(0);
      (part.at("type") == "refusal" ? told.refusal : told.text) =
          part.at(part.at("type") == "refusal" ? "refusal" : "text");
    }
  }
  told.finish = body.at("status");
  if (told.finish == "incomplete") told.finish = body.at("incomplete_details").at("reason");
  if (!told.refusal.empty()) told.finish = "refusal";
  told.output_tokens = body.at("usage").at("output_tokens");
  return told;
}

inline Told read_openai_responses_stream(std::string_view body) {
  Told told;
  std::vector<std::size_t> call_of_output;
  std::size_t number = 0;
  for (const WireEvent& event : read_sse(body)) {
    EXPECT_EQ(event.data.at("type"), event.name);
    EXPECT_EQ(event.data.at("sequence_number"), number++);
    if (event.name == "response.output_item.added") {
      const Json& item = event.data.at("item");
      EXPECT_EQ(event.data.at("output_index"), call_of_output.size());
      call_of_output.push_back(told.calls.size());
      if (item.at("type") != "function_call") continue;
      told.calls.emplace_back(item.at("name"), item.at("arguments"));
      told.ids.push_back(item.at("call_id"));
    } else if (event.name == "response.function_call_arguments.delta") {
      const std::size_t output = event.data.at("output_index");
      told.add(told.calls.at(call_of_output.at(output)).second, event.data.at("delta"));
    } else if (event.name == "response.function_call_arguments.done") {
      const std::size_t output = event.data.at("output_index");
      EXPECT_EQ(event.data.at("arguments"), told.calls.at(call_of_output.at(output)).second);
    } else if (event.name == "response.output_text.delta") {
      told.add(told.text, event.data.at("delta"));
    } else if (event.name == "response.refusal.delta") {
      told.add(told.refusal, event.data.at("delta"));
    } else if (event.name == "response.reasoning_summary_text.delta") {
      told.reasoning += event.data.at("delta").get<std::string>();
    } else if (event.name == "response.completed" || event.name == "response.incomplete") {
      const Told whole = read_openai_responses(event.data.at("response"));
      EXPECT_EQ(whole.calls, told.calls);
      EXPECT_EQ(whole.text, told.text);
      EXPECT_EQ(whole.reasoning, told.reasoning);
      told.signature = whole.signature;
      told.finish = whole.finish;
      told.output_tokens = whole.output_tokens;
      told.ended = true;
    }
  }
  return told;
}

inline Told read_anthropic(const Json& body) {
  Told told;
  for (const Json& block : body.at("content")) {
    const std::string type = block.at("type");
    if (type == "thinking") {
      told.reasoning = block.at("thinking");
      told.signature = block.at("signature");
    } else if (type == "text") {
      told.text = block.at("text");
    } else {
      told.calls.emplace_back(block.at("name"), encode(block.at("input")));
      told.ids.push_back(block.at("id"));
    }
  }
  told.finish = body.at("stop_reason");
  if (body.contains("stop_details")) told.refusal = body.at("stop_details").at("explanation");
  told.output_tokens = body.at("usage").at("output_tokens");
  return told;
}

inline Told read_anthropic_stream(std::string_view body) {
  Told told;
  std::vector<Json> blocks;
  std::vector<std::size_t> calls;
  std::vector<bool> open;
  for (const WireEvent& event : read_sse(body)) {
    EXPECT_EQ(event.data.at("type"), event.name);
    if (event.name == "content_block_start") {
      EXPECT_EQ(event.data.at("index"), blocks.size());
      blocks.push_back(event.data.at("content_block"));
      open.push_back(true);
      calls.push_back(told.calls.size());
      if (blocks.back().at("type") != "tool_use") continue;
      EXPECT_EQ(blocks.back().at("input"), Json::object());
      told.calls.emplace_back(blocks.back().at("name"), "");
      told.ids.push_back(blocks.back().at("id"));
    } else if (event.name == "content_block_delta") {
      const std::size_t index = event.data.at("index");
      EXPECT_TRUE(open.at(index));
      const Json& delta = event.data.at("delta");
      const std::string type = delta.at("type");
      if (type == "text_delta") told.add(told.text, delta.at("text"));
      if (type == "input_json_delta") told.add(told.calls.at(calls.at(index)).second, delta.at("partial_json"));
      if (type == "thinking_delta") told.reasoning += delta.at("thinking").get<std::string>();
      if (type == "signature_delta") told.signature = delta.at("signature");
    } else if (event.name == "content_block_stop") {
      open.at(event.data.at("index").get<std::size_t>()) = false;
    } else if (event.name == "message_delta") {
      for (const bool still : open) EXPECT_FALSE(still);
      told.finish = event.data.at("delta").at("stop_reason");
      if (event.data.at("delta").contains("stop_details"))
        told.refusal = event.data.at("delta").at("stop_details").at("explanation");
      told.output_tokens = event.data.at("usage").at("output_tokens");
    }
    told.ended = event.name == "message_stop";
  }
  return told;
}

inline void add_gemini(Told& told, const Json& body) {
  if (body.contains("promptFeedback")) {
    told.finish = body.at("promptFeedback").at("blockReason");
    return;
  }
  const Json& candidate = body.at("candidates").at(0);
  EXPECT_EQ(candidate.at("content").at("role"), "model");
  for (const Json& part : candidate.at("content").value("parts", Json::array())) {
    if (part.contains("thoughtSignature")) told.signature = part.at("thoughtSignature");
    if (part.contains("functionCall")) {
      const Json& call = part.at("functionCall");
      told.calls.emplace_back(call.at("name"), encode(call.at("args")));
      told.ids.push_back(call.at("id"));
      told.pieces.push_back(told.calls.back().second);
    } else if (part.value("thought", false)) {
      told.reasoning += part.at("text").get<std::string>();
    } else if (part.at("text") != "") {
      told.add(told.text, part.at("text"));
    }
  }
  if (candidate.contains("finishReason")) told.finish = candidate.at("finishReason");
  told.output_tokens = body.at("usageMetadata").at("candidatesTokenCount");
}

inline Told read_gemini(const Json& body) {
  Told told;
  add_gemini(told, body);
  return told;
}

inline Told read_gemini_stream(std::string_view body) {
  Told told;
  for (const WireEvent& event : read_sse(body)) {
    EXPECT_EQ(event.name, "");
    add_gemini(told, event.data);
  }
  told.ended = !told.finish.empty();
  return told;
}

inline Told read_cohere(const Json& body) {
  Told told;
  const Json& message = body.at("message");
  told.reasoning = message.value("tool_plan", "");
  for (const Json& part : message.value("content", Json::array()))
    if (part.at("type") == "thinking")
      told.reasoning = part.at("thinking");
    else
      told.text = part.at("text");
  for (const Json& call : message.value("tool_calls", Json::array())) {
    told.calls.emplace_back(call.at("function").at("name"), call.at("function").at("arguments"));
    told.ids.push_back(call.at("id"));
  }
  told.finish = body.at("finish_reason");
  told.output_tokens = body.at("usage").at("tokens").at("output_tokens");
  return told;
}

inline Told read_cohere_stream(std::string_view body) {
  Told told;
  for (const WireEvent& event : read_sse(body)) {
    EXPECT_EQ(event.data.at("type"), event.name);
    const Json message = event.data.contains("delta") ? event.data.at("delta").value("message", Json()) : Json();
    if (event.name == "tool-plan-delta") told.reasoning += message.at("tool_plan").get<std::string>();
    if (event.name == "content-delta" && message.at("content").contains("thinking"))
      told.reasoning += message.at("content").at("thinking").get<std::string>();
    else if (event.name == "content-delta")
      told.add(told.text, message.at("content").at("text"));
    if (event.name == "tool-call-start") {
      EXPECT_EQ(event.data.at("index"), told.calls.size());
      told.calls.emplace_back(message.at("tool_calls").at("function").at("name"), "");
      told.ids.push_back(message.at("tool_calls").at("id"));
    }
    if (event.name == "tool-call-delta") {
      const std::size_t index = event.data.at("index");
      told.add(told.calls.at(index).second, message.at("tool_calls").at("function").at("arguments"));
    }
    told.ended = event.name == "message-end";
    if (!told.ended) continue;
    told.finish = event.data.at("delta").at("finish_reason");
    told.output_tokens = event.data.at("delta").at("usage").at("tokens").at("output_tokens");
  }
  return told;
}

inline Told read_bedrock(const Json& body) {
  Told told;
  for (const Json& block : body.at("output").at("message").at("content")) {
    if (block.contains("reasoningContent")) {
      told.reasoning = block.at("reasoningContent").at("reasoningText").at("text");
      told.signature = block.at("reasoningContent").at("reasoningText").at("signature");
    } else if (block.contains("toolUse")) {
      told.calls.emplace_back(block.at("toolUse").at("name"), encode(block.at("toolUse").at("input")));
      told.ids.push_back(block.at("toolUse").at("toolUseId"));
    } else {
      told.text = block.at("text");
    }
  }
  told.finish = body.at("stopReason");
  told.output_tokens = body.at("usage").at("outputTokens");
  return told;
}

inline Told read_bedrock_stream(std::string_view body) {
  Told told;
  std::vector<std::pair<std::size_t, std::size_t>> calls;  // blocks and calls
  for (const WireEvent& event : read_aws(body)) {
    if (event.name == "contentBlockStart") {
      const Json& tool = event.data.at("start").at("toolUse");
      calls.emplace_back(event.data.at("contentBlockIndex"), told.calls.size());
      told.calls.emplace_back(tool.at("name"), "");
      told.ids.push_back(tool.at("toolUseId"));
    } else if (event.name == "contentBlockDelta") {
      const Json& delta = event.data.at("delta");
      if (delta.contains("text")) told.add(told.text, delta.at("text"));
      if (delta.contains("reasoningContent")) {
        told.reasoning += delta.at("reasoningContent").value("text", "");
        told.signature += delta.at("reasoningContent").value("signature", "");
      }
      for (const auto& [block, call] : calls)
        if (block == event.data.at("contentBlockIndex"))
          told.add(told.calls.at(call).second, delta.at("toolUse").at("input"));
    } else if (event.name == "messageStop") {
      told.finish = event.data.at("stopReason");
    } else if (event.name == "metadata") {
      told.output_tokens = event.data.at("usage").at("outputTokens");
      told.ended = true;
    }
  }
  return told;
}

inline void add_ollama(Told& told, const Json& line) {
  const Json& message = line.at("message");
  if (message.at("content") != "") told.add(told.text, message.at("content"));
  told.reasoning += message.value("thinking", "");
  for (const Json& call : message.value("tool_calls", Json::array())) {
    told.calls.emplace_back(call.at("function").at("name"), encode(call.at("function").at("arguments")));
    told.ids.push_back(call.at("id"));
    told.pieces.push_back(told.calls.back().second);
  }
  EXPECT_FALSE(told.ended);
  told.ended = line.at("done");
  if (!told.ended) return;
  told.finish = line.at("done_reason");
  told.output_tokens = line.at("eval_count");
}

inline Told read_ollama(const Json& body) {
  Told told;
  add_ollama(told, body);
  return told;
}

inline Told read_ollama_stream(std::string_view body) {
  Told told;
  for (const WireEvent& event : read_lines(body)) add_ollama(told, event.data);
  return told;
}

// ---- the cases -----------------------------------------------------------------------------------------------------

inline std::string message_in_error(const Json& body) { return body.at("error").at("message"); }
inline std::string message_at_top(const Json& body) { return body.at("message"); }
inline std::string error_itself(const Json& body) { return body.at("error"); }

inline constexpr std::array wire_cases{
    WireCase{"openai_chat",
             "authorization",
             "Bearer ",
             "/v1/chat/completions",
             "/v1/chat/completions",
             openai_chat_body,
             read_openai_chat,
             read_openai_chat_stream,
             message_in_error,
             {"stop", "tool_calls", "length", "refusal"},
             Refusals::apart,
             true,
             true,
             "openai/chat.completions",
             "openai/error.response.json"},
    WireCase{"openai_responses",
             "authorization",
             "Bearer ",
             "/v1/responses",
             "/v1/responses",
             openai_responses_body,
             read_openai_responses,
             read_openai_responses_stream,
             message_in_error,
             {"completed", "completed", "max_output_tokens", "refusal"},
             Refusals::apart,
             true,
             true,
             "openai/responses",
             "openai/error.response.json"},
    WireCase{"anthropic",
             "x-api-key",
             "",
             "/v1/messages",
             "/v1/messages",
             anthropic_body,
             read_anthropic,
             read_anthropic_stream,
             message_in_error,
             {"end_turn", "tool_use", "max_tokens", "refusal"},
             Refusals::apart,
             true,
             true,
             "anthropic/messages",
             "anthropic/error.response.json"},
    WireCase{"gemini",
             "x-goog-api-key",
             "",
             "/v1beta/models/practice:generateContent",
             "/v1beta/models/practice:streamGenerateContent?alt=sse",
             gemini_body,
             read_gemini,
             read_gemini_stream,
             message_in_error,
             {"STOP", "STOP", "MAX_TOKENS", "SAFETY"},
             Refusals::untold,
             false,
             true,
             "gemini/generateContent",
             "gemini/error.response.json"},
    WireCase{"cohere",
             "authorization",
             "Bearer ",
             "/v2/chat",
             "/v2/chat",
             cohere_body,
             read_cohere,
             read_cohere_stream,
             message_at_top,
             {"COMPLETE", "TOOL_CALL", "MAX_TOKENS", "COMPLETE"},
             Refusals::in_text,
             true,
             false,
             "cohere/v2.chat",
             ""},
    WireCase{"bedrock",
             "authorization",
             "AWS4-HMAC-SHA256 Credential=",
             "/model/practice/converse",
             "/model/practice/converse-stream",
             bedrock_body,
             read_bedrock,
             read_bedrock_stream,
             message_at_top,
             {"end_turn", "tool_use", "max_tokens", "content_filtered"},
             Refusals::in_text,
             true,
             true,
             "bedrock/converse",
             "bedrock/error.response.json"},
    WireCase{"ollama",
             "authorization",
             "Bearer ",
             "/api/chat",
             "/api/chat",
             ollama_body,
             read_ollama,
             read_ollama_stream,
             error_itself,
             {"stop", "stop", "length", "stop"},
             Refusals::in_text,
             false,
             false,
             "ollama/chat",
             ""},
};

}  // namespace instructor::support
