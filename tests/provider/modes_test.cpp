// Names of modes, which provider offers which, and what models refuse.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/client.hpp"
#include "instructor/codec.hpp"
#include "instructor/provider.hpp"
#include "instructor/stream.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
};

struct Rates {
  std::map<std::string, double> by_currency;
};

std::string refusal(std::string_view provider, std::string_view name) {
  try {
    (void)mode_for(provider, name);
  } catch (const Error& error) {
    return error.message();
  }
  return {};
}

TEST(Modes, KnowTheNamesOfTheReference) {
  struct Row {
    const char* name;
    Mode mode;
  };
  for (const Row& row : {
           Row{"TOOLS", Mode::tools},
           Row{"tool_call", Mode::tools},
           Row{"FUNCTIONS", Mode::tools},
           Row{"function_call", Mode::tools},
           Row{"TOOLS_STRICT", Mode::tools_strict},
           Row{"parallel_tool_call", Mode::parallel_tools},
           Row{"json_mode", Mode::json},
           Row{"Json_Schema_Mode", Mode::json_schema},
           Row{"markdown_json_mode", Mode::md_json},
           Row{"JSON_O1", Mode::json_schema},
           Row{"responses_tools_with_inbuilt_tools", Mode::responses_tools},
           Row{"ANTHROPIC_REASONING_TOOLS", Mode::tools},
           Row{"anthropic_json", Mode::json},
           Row{"anthropic_parallel_tools", Mode::parallel_tools},
           Row{"mistral_structured_outputs", Mode::json_schema},
           Row{"vertexai_json", Mode::md_json},
           Row{"vertexai_parallel_tools", Mode::parallel_tools},
           Row{"gemini_json", Mode::md_json},
           Row{"genai_structured_outputs", Mode::json},
           Row{"genai_json", Mode::json},
           Row{"COHERE_JSON_SCHEMA", Mode::json_schema},
           Row{"json_object", Mode::json_schema},
           Row{"cerebras_json", Mode::md_json},
           Row{"fireworks_tools", Mode::tools},
           Row{"writer_json", Mode::md_json},
           Row{"bedrock_json", Mode::md_json},
           Row{"perplexity_json", Mode::md_json},
           Row{"openrouter_structured_outputs", Mode::json_schema},
           Row{"xai_json", Mode::md_json},
       }) {
    const std::optional<Mode> mode = mode_from_string(row.name);
    ASSERT_TRUE(mode) << row.name;
    EXPECT_EQ(*mode, row.mode) << row.name;
  }
  EXPECT_FALSE(mode_from_string("telepathy"));
  EXPECT_FALSE(mode_from_string(""));
}

TEST(Modes, PairsThatDoNotExistAreRefusedWithTheList) {
  EXPECT_EQ(mode_for("anthropic", "ANTHROPIC_TOOLS"), Mode::tools);
  EXPECT_EQ(mode_for("gemini", "genai_tools"), Mode::tools);
  EXPECT_EQ(mode_for("perplexity", "automatic"), Mode::automatic);
  EXPECT_NE(refusal("openai", "anthropic_tools").find("is a mode of anthropic"), std::string::npos);
  EXPECT_NE(refusal("perplexity", "tools").find("perplexity offers json_schema, md_json, and automatic"),
            std::string::npos);
  EXPECT_NE(refusal("openai", "telepathy").find("responses_tools"), std::string::npos);
  EXPECT_FALSE(refusal("nobody", "tools").empty());
}

/// The bodies of the requests that this call makes.
std::vector<Json> sent(std::string_view provider_and_model, Request request, std::vector<ScriptedReply> replies,
                       Completion* completion = nullptr) {
  const auto transport = std::make_shared<ScriptedTransport>(std::move(replies));
  const Client client = from_provider(provider_and_model, ClientOptions().api_key("a-key").transport(transport));
  auto [user, told] = client.create_with_completion<User>(request);
  EXPECT_EQ(user.name, "Ada");
  if (completion != nullptr) *completion = told;
  std::vector<Json> bodies;
  for (const HttpRequest& r : transport->requests()) bodies.push_back(decode<Json>(r.body).value());
  return bodies;
}

const std::string ada = R"({"name":"Ada"})";

TEST(Modes, StrictToolsAreAnErrorWhereTheTypeDoesNotFit) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"by_currency":{}})"});
  const Client client = from_provider("openai/gpt-4o", ClientOptions().api_key("k").transport(transport));
  const auto strict = client.try_create<Rates>(Request("x").mode(Mode::tools_strict));
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code(), ErrorCode::unsupported_schema);
  EXPECT_NE(strict.error().message().find("/by_currency"), std::string::npos);
  EXPECT_TRUE(client.try_create<Rates>(Request("x").mode(Mode::tools)));
}

TEST(Modes, WhatTheProviderDoesNotOfferIsRefusedBeforeAnythingIsSent) {
  const Client client = from_provider(
      "perplexity/sonar",
      ClientOptions().api_key("k").transport(std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{})));
  const auto user = client.try_create<User>(Request("x").mode(Mode::tools));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::unsupported_mode);
  EXPECT_NE(user.error().message().find("json_schema, md_json"), std::string::npos);
}

TEST(Modes, AutomaticFallsBackOnceAndRecordsIt) {
  Completion completion;
  const auto bodies = sent("groq/openai/gpt-oss-20b", Request("x"),
                           {ScriptedReply::error(400, "`tools` is not supported with this model"), ada}, &completion);
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_TRUE(bodies[0].contains("tools"));
  EXPECT_FALSE(bodies[1].contains("tools"));
  EXPECT_EQ(bodies[1].at("response_format").at("type"), "json_schema");
  EXPECT_EQ(completion.mode, Mode::json_schema);
  ASSERT_EQ(completion.attempts.size(), 2u);
  EXPECT_EQ(completion.attempts[0].mode, Mode::tools);
  EXPECT_NE(completion.attempts[0].failure.find("not supported"), std::string::npos);
  EXPECT_TRUE(completion.attempts[1].failure.empty());
}

TEST(Modes, StreamsFallBackToo) {
  const auto transport = std::make_shared<ScriptedTransport>(
      std::vector<ScriptedReply>{ScriptedReply::error(400, "tools are not supported"), ada});
  const Client client = from_provider("openrouter/m", ClientOptions().api_key("k").transport(transport));
  PartialStream<User> stream = client.create_partial<User>("x");
  EXPECT_EQ(stream.result().name, "Ada");
  ASSERT_EQ(stream.completion().attempts.size(), 2u);
  EXPECT_EQ(stream.completion().attempts[0].mode, Mode::tools);
  EXPECT_EQ(stream.completion().mode, Mode::json_schema);
}

TEST(Modes, AModeThatWasAskedForIsNotLeft) {
  const auto transport = std::make_shared<ScriptedTransport>(
      std::vector<ScriptedReply>{ScriptedReply::error(400, "tools are not supported"), ada});
  const Client client = from_provider("groq/m", ClientOptions().api_key("k").transport(transport));
  const auto user = client.try_create<User>(Request("x").mode(Mode::tools));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(transport->requests().size(), 1u);
}

TEST(Modes, OtherErrorsDoNotChangeTheMode) {
  for (const ScriptedReply& reply : {ScriptedReply::error(401, "tools not supported for this key"),
                                     ScriptedReply::error(400, "the prompt is too long"),
                                     ScriptedReply::error(429, "tools: rate limit, not available")}) {
    const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{reply, ada});
    const Client client = from_provider(
        "groq/m", ClientOptions().api_key("k").transport(transport).transport_retry(TransportRetry().max_retries(0)));
    EXPECT_FALSE(client.try_create<User>("x"));
    EXPECT_EQ(transport->requests().size(), 1u);
  }
}

TEST(Quirks, WhatAModelRefusesIsLeftOutAndNoted) {
  Completion completion;
  const auto bodies =
      sent("openai/o3-mini", Request("x").system("s").temperature(0.5).top_p(0.5).max_tokens(9), {ada}, &completion);
  EXPECT_FALSE(bodies[0].contains("temperature"));
  EXPECT_FALSE(bodies[0].contains("top_p"));
  EXPECT_EQ(bodies[0].at("max_completion_tokens"), 9);
  EXPECT_EQ(bodies[0].at("messages").at(0).at("role"), "developer");
  ASSERT_EQ(completion.notes.size(), 2u);
  EXPECT_EQ(completion.notes[0], "temperature was not sent: o3-mini does not take it");

  const auto other = sent("openai/gpt-4o", Request("x").system("s").temperature(0.5), {ada}, &completion);
  EXPECT_EQ(other[0].at("temperature"), 0.5);
  EXPECT_EQ(other[0].at("messages").at(0).at("role"), "system");
  EXPECT_TRUE(completion.notes.empty());
}

TEST(Quirks, AToolThatCannotBeForcedIsAskedForInWords) {
  const auto bodies = sent("deepseek/deepseek-reasoner", Request("x"), {ada});
  EXPECT_EQ(bodies[0].at("tool_choice"), "auto");
  EXPECT_NE(bodies[0].at("messages").at(0).at("content").get<std::string>().find("call of the tool User"),
            std::string::npos);
}

TEST(Quirks, ModelsMayLackModes) {
  const Client client = from_provider("openai/gpt-4-0613", ClientOptions().api_key("k"));
  const auto user = client.try_create<User>(Request("x").mode(Mode::json_schema));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::unsupported_mode);
}

TEST(Providers, SpellThingsTheirOwnWay) {
  const auto mistral = sent("mistral/m", Request("x").seed(3), {ada});
  EXPECT_EQ(mistral[0].at("tool_choice"), "any");
  EXPECT_EQ(mistral[0].at("random_seed"), 3);
  const auto writer = sent("writer/palmyra-x5", Request("x"), {ada});
  EXPECT_FALSE(writer[0].contains("tool_choice"));
  const auto anyscale = sent("anyscale/m", Request("x").mode(Mode::json_schema), {ada});
  EXPECT_EQ(anyscale[0].at("response_format").at("type"), "json_object");
  EXPECT_TRUE(anyscale[0].at("response_format").contains("schema"));
  const auto perplexity = sent("perplexity/sonar", Request("x"), {ada});
  EXPECT_FALSE(perplexity[0].at("response_format").at("json_schema").contains("name"));
}

}  // namespace
}  // namespace instructor
