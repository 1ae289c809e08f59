#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return gemini_protocol(); }

Reply read(std::string_view body) { return protocol().decode(std::string(body)); }

// ---- requests ----------------------------------------------------------------------------------------------------

constexpr std::string_view user_schema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]})";

/// A call for User{name, age}.
struct Asked {
  std::vector<Message> messages{Message::system("SYS"), Message::user("hi")};
  CallOptions options;
  Call call;
  WireSettings settings{.json_schemas = true};

  Asked() {
    call.model = "gemini-2.5-flash";
    call.output = {"User", "A user", user_schema};
  }

  Asked& tools() {
    call.tools = {call.output};
    call.choice = ToolChoice::the_one;
    return *this;
  }

  Asked& with(const char* key, const char* json) {
    options.extra.emplace_back(key, json);
    return *this;
  }

  std::string text() {
    call.messages.clear();
    for (const Message& message : messages) call.messages.push_back(&message);
    call.options = &options;
    std::string body;
    protocol().encode(call, settings, body);
    return body;
  }

  Json body() { return *decode<Json>(text()); }
};

std::string contents_of(std::vector<Message> messages) {
  Asked asked;
  asked.messages = std::move(messages);
  return encode(asked.body()["contents"]);
}

std::string schema_text() { return std::string(user_schema); }

TEST(GeminiRequests, AskForTheAnswerAsArgumentsOfATool) {
  EXPECT_EQ(Asked().tools().text(),
            R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],"systemInstruction":{"parts":[{"text":"SYS"}]},)"
            R"("tools":[{"functionDeclarations":[{"name":"User","description":"A user","parametersJsonSchema":)" +
                schema_text() +
                R"(}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["User"]}}})");
}

TEST(GeminiRequests, AskForTheAnswerAsText) {
  Asked asked;
  asked.call.format = TextFormat::json_schema;
  const std::string before =
      R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],"systemInstruction":{"parts":[{"text":"SYS"}]},)"
      R"("generationConfig":{"responseMimeType":"application/json")";
  EXPECT_EQ(asked.text(), before + R"(,"responseJsonSchema":)" + schema_text() + "}}");
  asked.settings.json_schemas = false;
  EXPECT_EQ(asked.text(), before + R"(,"responseSchema":)" + schema_text() + "}}");
  asked.call.format = TextFormat::json_object;
  EXPECT_EQ(asked.text(), before + "}}");
}

TEST(GeminiRequests, SaySchemasOfToolsAsTheServiceTakesThem) {
  Asked asked;
  asked.settings.json_schemas = false;
  const Json body = asked.tools().body();
  EXPECT_EQ(encode(body["tools"][0]["functionDeclarations"][0]["parameters"]), schema_text());
}

TEST(GeminiRequests, LeaveTheChoiceAmongSeveralToolsToTheModel) {
  Asked asked;
  asked.call.tools = {asked.call.output, {"search", "", "{\"type\":\"object\"}"}};
  asked.call.provider_tools = {R"({"googleSearch":{}})"};
  asked.call.choice = ToolChoice::any;
  EXPECT_EQ(encode(asked.body()["toolConfig"]),
            R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["User","search"]}})");
  asked.call.choice = ToolChoice::free;
  EXPECT_EQ(encode(asked.body()["toolConfig"]), R"({"functionCallingConfig":{"mode":"AUTO"}})");
  const Json tools = asked.body()["tools"];
  ASSERT_EQ(tools.size(), 2u);
  EXPECT_EQ(tools[0]["functionDeclarations"].size(), 2u);
  EXPECT_EQ(encode(tools[1]), R"({"googleSearch":{}})");
  asked.call.tools.clear();
  EXPECT_EQ(encode(asked.body()["tools"]), R"([{"googleSearch":{}}])");
  EXPECT_FALSE(asked.body().contains("toolConfig"));
}

TEST(GeminiRequests, MergeMessagesOfOneRole) {
  EXPECT_EQ(
      contents_of({Message::system("a"), Message::user("b"), Message::system("c"), Message::user("d"),
                   Message::assistant("e"), Message::assistant("f"), Message::user("")}),
      R"([{"role":"user","parts":[{"text":"b"},{"text":"d"}]},{"role":"model","parts":[{"text":"e"},{"text":"f"}]}])");
  Asked asked;
  asked.messages.push_back(Message::system("more"));
  EXPECT_EQ(encode(asked.body()["systemInstruction"]), R"({"parts":[{"text":"SYS"},{"text":"more"}]})");
}

TEST(GeminiRequests, HaveAQuestionWhereThereIsNoneBesideTheSystem) {
  Asked asked;
  asked.messages = {Message::system("do it"), Message::user("")};
  EXPECT_EQ(asked.text(), R"({"contents":[{"role":"user","parts":[{"text":"do it"}]}]})");
  asked.messages.clear();
  EXPECT_EQ(asked.text(), R"({"contents":[{"role":"user","parts":[{"text":""}]}]})");
}

TEST(GeminiRequests, GiveBackWhatTheModelSaidUnchanged) {
  const Reply reply = read(R"({"candidates":[{"content":{"role":"model","parts":[
    {"text":"hm","thought":true},{"functionCall":{"name":"User","args":{"age":1.50}},"thoughtSignature":"c2ln"},
    {"functionCall":{"id":"x","name":"User","args":{}}},{"executableCode":{"language":"PYTHON","code":"1"}}]},
    "finishReason":"STOP"}]})");
  Message said = Message::assistant(reply.text, reply.tool_calls);
  said.native = reply.native;
  EXPECT_EQ(
      contents_of({Message::user("hi"), said, Message::tool_error("call_1", "User", "age?"),
                   Message::tool_error("x", "User", "no"), Message::user("again")}),
      R"([{"role":"user","parts":[{"text":"hi"}]},{"role":"model","parts":[{"text":"hm","thought":true},)"
      R"({"functionCall":{"name":"User","args":{"age":1.5}},"thoughtSignature":"c2ln"},)"
      R"({"functionCall":{"id":"x","name":"User","args":{}}},{"executableCode":{"language":"PYTHON","code":"1"}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"name":"User","response":{"error":"age?"}}},)"
      R"({"functionResponse":{"id":"x","name":"User","response":{"error":"no"}}},{"text":"again"}]}])");
}

TEST(GeminiRequests, WriteTurnsOfOthersInTheirOwnWords) {
  Message native = Message::assistant("text");
  native.native = {"anthropic_messages", "[]"};
  EXPECT_EQ(contents_of({native}), R"([{"role":"model","parts":[{"text":"text"}]}])");
  native.native = {"gemini", "{not JSON"};
  EXPECT_EQ(contents_of({native}), R"([{"role":"model","parts":[{"text":"text"}]}])");
  // Calls that are not its own, and answered before the last question.
  const Message calls =
      Message::assistant("", {{"a", "weather in", R"({"city": "Oslo"})"}, {"b", "", "no JSON"}, {"c", "w", " "}});
  const std::vector<Message> results{Message::tool("a", "weather in", "rain"), Message::tool("b", "", "x"),
                                     Message::tool("c", "w", "")};
  const std::string said =
      R"({"functionCall":{"name":"User","args":{"text":"no JSON"}}},{"functionCall":{"name":"w","args":{}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"name":"weather_in","response":{"output":"rain"}}},)"
      R"({"functionResponse":{"name":"User","response":{"output":"x"}}},)"
      R"({"functionResponse":{"name":"w","response":{"output":""}}})";
  EXPECT_EQ(contents_of({calls, results[0], results[1], results[2], Message::user("so?")}),
            R"([{"role":"model","parts":[{"functionCall":{"name":"weather_in","args":{"city":"Oslo"}}},)" + said +
                R"(,{"text":"so?"}]}])");
  // In the turn that goes on the first one needs a signature.
  EXPECT_EQ(contents_of({Message::user("?"), calls, results[0], results[1], results[2]}),
            R"([{"role":"user","parts":[{"text":"?"}]},{"role":"model","parts":[)"
            R"({"functionCall":{"name":"weather_in","args":{"city":"Oslo"}},)"
            R"("thoughtSignature":"context_engineering_is_the_way_to_go"},)" +
                said + "]}]");
}

TEST(GeminiRequests, SayInWordsWhatHasLostItsOtherHalf) {
  EXPECT_EQ(
      contents_of({Message::tool("x", "search", "found"),
                   Message::assistant("", {{"a", "look", "{}"}, {"b", "see", "{}"}}), Message::tool("b", "see", "seen"),
                   Message::user("so?")}),
      R"([{"role":"user","parts":[{"text":"Result of the tool search: found"}]},)"
      R"({"role":"model","parts":[{"text":"Call of the tool look: {}"},{"functionCall":{"name":"see","args":{}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"name":"see","response":{"output":"seen"}}},)"
      R"({"text":"so?"}]}])");
}

TEST(GeminiRequests, PutOptionsIntoTheGenerationConfig) {
  Asked asked;
  asked.options.temperature = 0.5;
  asked.options.top_p = 0.25;
  asked.options.max_tokens = 100;
  asked.options.seed = 7;
  asked.options.stop = {"END"};
  EXPECT_EQ(encode(asked.body()["generationConfig"]),
            R"({"temperature":0.5,"topP":0.25,"maxOutputTokens":100,"seed":7,"stopSequences":["END"]})");
  asked.with("generationConfig", R"({"thinkingConfig":{"thinkingBudget":0},"temperature":1})").with("top_p", "1");
  EXPECT_EQ(encode(asked.body()["generationConfig"]),
            R"({"maxOutputTokens":100,"seed":7,"stopSequences":["END"],"topP":1,)"
            R"("thinkingConfig":{"thinkingBudget":0},"temperature":1})");
  EXPECT_FALSE(asked.body().contains("top_p"));
  asked.with("generation_config", R"({"max_output_tokens":5})");
  EXPECT_EQ(asked.body()["generationConfig"]["maxOutputTokens"], 5);
}

TEST(GeminiRequests, SendWhatElseTheCallerSays) {
  const Json body = Asked()
                        .tools()
                        .with("safetySettings", R"([{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}])")
                        .with("labels", R"({"team":"a"})")
                        .with("toolConfig", R"({"retrievalConfig":{"languageCode":"de"}})")
                        .body();
  EXPECT_EQ(body["safetySettings"].size(), 1u);
  EXPECT_EQ(body["labels"]["team"], "a");
  EXPECT_EQ(body["toolConfig"]["retrievalConfig"]["languageCode"], "de");
  EXPECT_EQ(body["toolConfig"]["functionCallingConfig"]["mode"], "ANY");
}

TEST(GeminiRequests, RefuseWhatWouldBeSaidTwice) {
  EXPECT_THROW(Asked().with("contents", "[]").text(), Error);
  EXPECT_THROW(Asked().with("system_instruction", "{}").text(), Error);
  EXPECT_THROW(Asked().with("generationConfig", R"({"responseSchema":{}})").text(), Error);
  EXPECT_THROW(Asked().with("generationConfig", R"({"candidate_count":2})").text(), Error);
  EXPECT_THROW(Asked().with("generationConfig", "[]").text(), Error);
  EXPECT_THROW(Asked().tools().with("toolConfig", R"({"functionCallingConfig":{"mode":"NONE"}})").text(), Error);
  EXPECT_NO_THROW(Asked().with("toolConfig", R"({"functionCallingConfig":{"mode":"NONE"}})").text());
}

TEST(GeminiRequests, HaveNothingBesideCachedContentThatIsInIt) {
  const Json body = Asked().tools().with("cachedContent", R"("cachedContents/1")").body();
  EXPECT_EQ(body["cachedContent"], "cachedContents/1");
  for (const char* key : {"tools", "toolConfig", "systemInstruction"}) EXPECT_FALSE(body.contains(key)) << key;
  EXPECT_EQ(encode(body["contents"]), R"([{"role":"user","parts":[{"text":"SYS"},{"text":"hi"}]}])");
}

TEST(GeminiRequests, HaveTheModelInThePath) {
  const auto path = [](std::string_view model, bool stream = false) {
    Call call;
    call.model = model;
    call.stream = stream;
    return protocol().path(call, {});
  };
  EXPECT_EQ(path("gemini-2.5-flash"), "/models/gemini-2.5-flash:generateContent");
  EXPECT_EQ(path("gemini-2.5-flash", true), "/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(path("models/gemini-2.5-flash"), "/models/gemini-2.5-flash:generateContent");
  EXPECT_EQ(path("tunedModels/my model?"), "/tunedModels/my%20model%3F:generateContent");
  EXPECT_EQ(path("publishers/google/models/gemini-2.5-pro"), "/models/gemini-2.5-pro:generateContent");
  EXPECT_EQ(path("publishers/meta/models/llama"), "/publishers/meta/models/llama:generateContent");
}

// ---- replies -----------------------------------------------------------------------------------------------------

TEST(Gemini, ReadsFunctionCalls) {
  const Reply reply = read(R"({"candidates":[{"content":{"role":"model","parts":[
      {"functionCall":{"name":"User","args":{"name":"Ä","n":1.0,"big":9007199254740993}}},
      {"functionCall":{"name":"Now","id":"f1"}}]},"finishReason":"STOP","index":0,
      "finishMessage":"Model generated function call(s)."}],
    "usageMetadata":{"promptTokenCount":10,"toolUsePromptTokenCount":5,"cachedContentTokenCount":4,
      "candidatesTokenCount":7,"thoughtsTokenCount":3,"totalTokenCount":25,
      "promptTokensDetails":[{"modality":"TEXT","tokenCount":8},{"modality":"AUDIO","tokenCount":2}]},
    "modelVersion":"gemini-2.5-flash","responseId":"r1"})");
  EXPECT_EQ(reply.id, "r1");
  EXPECT_EQ(reply.model, "gemini-2.5-flash");
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.tool_calls,
            (std::vector<ToolCall>{{"call_1", "User", R"({"name":"Ä","n":1.0,"big":9007199254740993})"},
                                   {"f1", "Now", "{}"}}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.finish_reason_text, "STOP");
  EXPECT_EQ(reply.usage, (Usage{15, 10, 25, 4, 3, 2}));
}

TEST(Gemini, ReadsTextAndThoughts) {
  const Reply reply = read(R"({"candidates":[{"content":{"parts":[{"text":"so ","thought":true},{"text":"Hel"},
    {"inlineData":{"mimeType":"image/png","data":"AA=="}},{"text":"lo","thoughtSignature":"c2ln"},{"text":""}]},
    "finishReason":"MAX_TOKENS"},{"index":1,"content":{"parts":[{"text":"another"}]}}]})");
  EXPECT_EQ(reply.text, "Hello");
  EXPECT_EQ(reply.reasoning, "so ");
  EXPECT_EQ(reply.finish_reason, FinishReason::length);
  EXPECT_EQ(reply.native.protocol, "gemini");
  EXPECT_EQ(reply.native.json,
            R"({"role":"model","parts":[{"text":"so ","thought":true},{"text":"Hel"},)"
            R"({"inlineData":{"mimeType":"image/png","data":"AA=="}},{"text":"lo","thoughtSignature":"c2ln"}]})");
}

TEST(Gemini, SaysWhyThereIsNoAnswer) {
  const Reply blocked = read(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"modelVersion":"m"})");
  EXPECT_EQ(blocked.finish_reason, FinishReason::content_filter);
  EXPECT_EQ(blocked.finish_reason_text, "PROHIBITED_CONTENT");
  EXPECT_EQ(blocked.refusal, "the prompt was blocked: PROHIBITED_CONTENT");
  EXPECT_EQ(read(R"({"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"No."}})").refusal, "No.");
  const Reply malformed = read(
      R"({"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed: User("}]})");
  EXPECT_EQ(malformed.finish_reason, FinishReason::other);
  EXPECT_EQ(malformed.finish_reason_text, "MALFORMED_FUNCTION_CALL: Malformed: User(");
  const Reply nothing = read(R"({"candidates":[],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}})");
  EXPECT_EQ(nothing.finish_reason, FinishReason::unknown);
  EXPECT_EQ(nothing.text + nothing.refusal + nothing.native.json, "");
  EXPECT_EQ(nothing.usage.input_tokens, 3);
}

TEST(Gemini, MapsFinishReasons) {
  const auto reason = [](const std::string& json) {
    return read(R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":)" + json + "}]}").finish_reason;
  };
  EXPECT_EQ(reason("\"STOP\""), FinishReason::stop);
  EXPECT_EQ(reason("1"), FinishReason::stop);
  EXPECT_EQ(reason("2"), FinishReason::length);
  for (const char* word : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"})
    EXPECT_EQ(reason("\"" + std::string(word) + "\""), FinishReason::content_filter) << word;
  for (const char* word : {"LANGUAGE", "OTHER", "UNEXPECTED_TOOL_CALL", "SOMETHING_NEW"})
    EXPECT_EQ(reason("\"" + std::string(word) + "\""), FinishReason::other) << word;
  EXPECT_EQ(reason("null"), FinishReason::unknown);
  EXPECT_EQ(reason("\"FINISH_REASON_UNSPECIFIED\""), FinishReason::unknown);
}

TEST(Gemini, ReadsAListOfResponsesAsOne) {
  const Reply reply = read(R"([{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"responseId":"r"},
    {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}])");
  EXPECT_EQ(reply.text, "ab");
  EXPECT_EQ(reply.id, "r");
  EXPECT_EQ(reply.finish_reason, FinishReason::stop);
}

TEST(Gemini, ForgivesDeviationsOutsideTheAnswer) {
  EXPECT_EQ(read(R"({"responseId":7,"usageMetadata":{"promptTokenCount":"x"},"promptFeedback":[],
    "candidates":[{"content":{"parts":[{"text":"x"},null,7,{"text":null},{"functionCall":null}],"role":null}}]})")
                .text,
            "x");
  EXPECT_THROW(read(R"({"candidates":[{"content":"x"}]})"), Error);
  EXPECT_THROW(read("{}"), Error);
  EXPECT_THROW(read(R"({"choices":[{"message":{"content":"x"}}]})"), Error);
  EXPECT_THROW(read("[]"), Error);
}

TEST(Gemini, BoundsCounts) {
  const Usage usage = read(R"({"candidates":[],"usageMetadata":{"promptTokenCount":9223372036854775807,
    "toolUsePromptTokenCount":9223372036854775807,"candidatesTokenCount":-1,"thoughtsTokenCount":9223372036854775807}})")
                          .usage;
  EXPECT_GT(usage.total_tokens, usage.input_tokens);
  EXPECT_EQ(usage.output_tokens, usage.reasoning_tokens);
}

TEST(Gemini, SurvivesHostileBodies) {
  EXPECT_THROW(read(std::string(100'000, '[')), Error);
  EXPECT_THROW(read(R"({"candidates":[{"content":{"parts":[{"functionCall":{"args":)" + std::string(100'000, '[')),
               Error);
  EXPECT_NO_THROW(protocol().decode_error(400, std::string(100'000, '{')));
}

// ---- errors ------------------------------------------------------------------------------------------------------

struct ErrorCase {
  int status;
  const char* body;
  ErrorCode code;
  const char* provider_code;
};

TEST(Gemini, ReadsErrors) {
  for (const ErrorCase& c : {
           ErrorCase{400, R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",
               "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})",
                     ErrorCode::authentication, "INVALID_ARGUMENT"},
           ErrorCase{400, R"({"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}})",
                     ErrorCode::invalid_request, "INVALID_ARGUMENT"},
           ErrorCase{401, R"({"error":{"code":401,"message":"who?","status":"UNAUTHENTICATED"}})",
                     ErrorCode::authentication, "UNAUTHENTICATED"},
           ErrorCase{403, R"({"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}})",
                     ErrorCode::permission, "PERMISSION_DENIED"},
           ErrorCase{404, R"([{"error":{"code":404,"message":"where?","status":"NOT_FOUND","details":[]}}])",
                     ErrorCode::not_found, "NOT_FOUND"},
           ErrorCase{503, R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}})", ErrorCode::overloaded,
                     "UNAVAILABLE"},
           ErrorCase{504, R"({"error":{"code":504,"message":"late","status":"DEADLINE_EXCEEDED"}})", ErrorCode::timeout,
                     "DEADLINE_EXCEEDED"},
           ErrorCase{200, R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}})", ErrorCode::overloaded,
                     "UNAVAILABLE"},
           ErrorCase{502, "<html><title>502</title></html>", ErrorCode::server_error, ""},
       }) {
    const ErrorDetail detail = protocol().decode_error(c.status, c.body);
    EXPECT_EQ(detail.code, c.code) << c.body;
    EXPECT_EQ(detail.provider_code, c.provider_code) << c.body;
    EXPECT_FALSE(detail.message.empty());
  }
}

TEST(Gemini, ReadsHowLongToWait) {
  const auto wait = [](const std::string& delay) {
    return protocol()
        .decode_error(429, R"({"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[
          {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" +
                               delay + "\"}]}}")
        .retry_after;
  };
  EXPECT_EQ(wait("19s"), Duration::of_seconds(19));
  EXPECT_EQ(wait("34.4s"), Duration::of_milliseconds(34'400));
  EXPECT_EQ(wait("0.000000001999s"), Duration::of_nanoseconds(1));
  EXPECT_EQ(wait("99999999999999999999s"), Duration::of_seconds(1'000'000'000));
  for (const char* none : {"", "s", "19", "-1s", ".5s", "1.2.3s", "a s"}) EXPECT_FALSE(wait(none)) << none;
}

TEST(Gemini, ThrowsWhatAReplyReports) {
  try {
    read(R"({"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}})");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::rate_limited);
    EXPECT_EQ(error.provider_code(), "RESOURCE_EXHAUSTED");
  }
}

}  // namespace
}  // namespace instructor
