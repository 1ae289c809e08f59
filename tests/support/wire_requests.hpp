#pragma once

// The same request in each wire protocol, written by hand.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"

namespace instructor::support {

/// What is asked for.
struct Ask {
  bool stream = false;
  std::vector<std::string> tools{};
  bool free = false;    ///< the model may choose; otherwise it must call the first tool
  bool format = false;  ///< the answer is to have the schema
  std::string text = "Hello.";
  bool again = false;  ///< the model has answered before
};

inline const Json& person_schema() {
  static const Json schema{{"type", "object"},
                           {"properties", {{"name", {{"type", "string"}, {"minLength", 8}}}}},
                           {"required", {"name"}},
                           {"additionalProperties", false}};
  return schema;
}

inline Json chat_messages(const Ask& ask) {
  Json messages = Json::array({{{"role", "user"}, {"content", ask.text}}});
  if (ask.again) {
    messages.push_back({{"role", "assistant"}, {"content", "x"}});
    messages.push_back({{"role", "user"}, {"content", "Again."}});
  }
  return messages;
}

inline Json chat_tools(const Ask& ask) {
  Json tools = Json::array();
  for (const std::string& name : ask.tools)
    tools.push_back({{"type", "function"}, {"function", {{"name", name}, {"parameters", person_schema()}}}});
  return tools;
}

inline Json openai_chat_body(const Ask& ask) {
  Json body{{"model", "practice"}, {"messages", chat_messages(ask)}};
  if (ask.stream) body.update({{"stream", true}, {"stream_options", {{"include_usage", true}}}});
  if (!ask.tools.empty()) {
    body["tools"] = chat_tools(ask);
    body["tool_choice"] = "auto";
    if (!ask.free) body["tool_choice"] = {{"type", "function"}, {"function", {{"name", ask.tools[0]}}}};
  }
  if (ask.format)
    body["response_format"] = {{"type", "json_schema"}, {"json_schema", {{"name", "a"}, {"schema", person_schema()}}}};
  return body;
}

inline Json openai_responses_body(const Ask& ask) {
  Json body{{"model", "practice"}, {"input", chat_messages(ask)}};
  if (ask.stream) body["stream"] = true;
  for (const std::string& name : ask.tools)
    body["tools"].push_back({{"type", "function"}, {"name", name}, {"parameters", person_schema()}});
  if (!ask.tools.empty() && !ask.free) body["tool_choice"] = {{"type", "function"}, {"name", ask.tools[0]}};
  if (ask.format) body["text"]["format"] = {{"type", "json_schema"}, {"name", "a"}, {"schema", person_schema()}};
  return body;
}

inline Json anthropic_body(const Ask& ask) {
  Json body{{"model", "practice"}, {"max_tokens", 1000}, {"messages", chat_messages(ask)}};
  if (ask.stream) body["stream"] = true;
  for (const std::string& name : ask.tools)
    body["tools"].push_back({{"name", name}, {"input_schema", person_schema()}});
  if (!ask.tools.empty() && !ask.free) body["tool_choice"] = {{"type", "tool"}, {"name", ask.tools[0]}};
  if (ask.format) body["output_config"]["format"] = {{"type", "json_schema"}, {"schema", person_schema()}};
  return body;
}

inline Json gemini_body(const Ask& ask) {
  const auto turn = [](const char* role, const std::string& text) {
    return Json{{"role", role}, {"parts", Json::array({{{"text", text}}})}};
  };
  Json body{{"contents", Json::array({turn("user", ask.text)})}};
  if (ask.again) body["contents"].push_back(turn("model", "x"));
  Json functions = Json::array();
  // Google's own kind of schema.
  const Json schema{
      {"type", "OBJECT"}, {"properties", {{"name", {{"type", "STRING"}, {"minLength", "8"}}}}}, {"required", {"name"}}};
  for (const std::string& name : ask.tools) functions.push_back({{"name", name}, {"parameters", schema}});
  if (!ask.tools.empty()) {
    body["tools"] = Json::array({{{"functionDeclarations", functions}}});
    if (!ask.free)
      body["toolConfig"]["functionCallingConfig"] = {{"mode", "ANY"}, {"allowedFunctionNames", {ask.tools[0]}}};
  }
  if (ask.format)
    body["generationConfig"] = {{"responseMimeType", "application/json"}, {"responseJsonSchema", person_schema()}};
  return body;
}

inline Json cohere_body(const Ask& ask) {
  Json body{{"model", "practice"}, {"messages", chat_messages(ask)}};
  if (ask.stream) body["stream"] = true;
  if (!ask.tools.empty()) body["tools"] = chat_tools(ask);
  if (!ask.tools.empty() && !ask.free) body["tool_choice"] = "REQUIRED";
  if (ask.format) body["response_format"] = {{"type", "json_object"}, {"json_schema", person_schema()}};
  return body;
}

inline Json bedrock_body(const Ask& ask) {
  const auto turn = [](const char* role, const std::string& text) {
    return Json{{"role", role}, {"content", Json::array({{{"text", text}}})}};
  };
  Json body{{"messages", Json::array({turn("user", ask.text)})}};
  if (ask.again) body["messages"].push_back(turn("assistant", "x"));
  for (const std::string& name : ask.tools)
    body["toolConfig"]["tools"].push_back(
        {{"toolSpec", {{"name", name}, {"inputSchema", {{"json", person_schema()}}}}}});
  if (!ask.tools.empty() && !ask.free) body["toolConfig"]["toolChoice"]["tool"]["name"] = ask.tools[0];
  if (ask.format)
    body["outputConfig"]["textFormat"] = {
        {"type", "json_schema"}, {"structure", {{"jsonSchema", {{"name", "a"}, {"schema", encode(person_schema())}}}}}};
  return body;
}

inline Json ollama_body(const Ask& ask) {
  Json body{{"model", "practice"}, {"messages", chat_messages(ask)}, {"stream", ask.stream}};
  if (!ask.tools.empty()) body["tools"] = chat_tools(ask);
  if (ask.format) body["format"] = person_schema();
  return body;
}

}  // namespace instructor::support
