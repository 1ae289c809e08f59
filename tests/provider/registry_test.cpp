// Providers as rows: those of the library, those of the program, and whose a base URL is.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/client.hpp"
#include "instructor/provider.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
};

ErrorCode code_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "an Error was expected";
  return ErrorCode::cancelled;
}

TEST(Registry, NamesOfProvidersAreTheirOwn) {
  std::set<std::string> names;
  for (const Provider* const row : all_providers()) {
    std::string all = std::string(row->name) + ' ' + std::string(row->aliases);
    for (std::size_t begin = 0; begin < all.size();) {
      const std::size_t end = std::min(all.find(' ', begin), all.size());
      if (end > begin) {
        EXPECT_TRUE(names.insert(all.substr(begin, end - begin)).second) << all;
      }
      begin = end + 1;
    }
    EXPECT_FALSE(row->modes.empty()) << row->name;
    EXPECT_FALSE(row->source.empty()) << row->name;
    EXPECT_TRUE(!row->base_url.empty() || !row->base_url_variables.empty()) << row->name;
  }
}

TEST(Registry, KnowsTheProvidersOfTheReference) {
  for (const char* name :
       {"openai",    "azure_openai", "anyscale", "together",  "databricks", "deepseek",  "openrouter",  "requesty",
        "ollama",    "litellm",      "groq",     "fireworks", "cerebras",   "anthropic", "google",      "generative-ai",
        "gemini",    "vertexai",     "cohere",   "mistral",   "perplexity", "writer",    "bedrock",     "xai",
        "sambanova", "cortex",       "llamacpp", "llama.cpp", "vllm",       "lmstudio",  "truefoundry", "huggingface",
        "moonshot",  "zai",          "alibaba",  "dashscope"})
    EXPECT_NE(find_provider(name), nullptr) << name;
  EXPECT_EQ(find_provider("gemini"), find_provider("google"));
  EXPECT_EQ(find_provider(""), nullptr);
  EXPECT_EQ(find_provider("OpenAI"), nullptr);
}

TEST(Registry, FindsTheProviderOfABaseUrl) {
  const auto name_of = [](std::string_view url) {
    const Provider* const row = detect_provider(url);
    return row == nullptr ? std::string_view("nobody's") : row->name;
  };
  EXPECT_EQ(name_of("https://api.openai.com/v1"), "openai");
  EXPECT_EQ(name_of("https://my-thing.openai.azure.com/"), "azure_openai");
  EXPECT_EQ(name_of("https://api.groq.com/openai/v1"), "groq");
  EXPECT_EQ(name_of("https://api.together.xyz/v1"), "together");
  EXPECT_EQ(name_of("https://API.Together.AI/v1"), "together");
  EXPECT_EQ(name_of("https://api.endpoints.anyscale.com/v1"), "anyscale");
  EXPECT_EQ(name_of("https://dbc-1.cloud.databricks.com/serving-endpoints"), "databricks");
  EXPECT_EQ(name_of("https://europe-west4-aiplatform.googleapis.com/v1"), "vertexai");
  EXPECT_EQ(name_of("https://aiplatform.googleapis.com/v1"), "vertexai");
  EXPECT_EQ(name_of("https://bedrock-runtime.eu-west-1.amazonaws.com"), "bedrock");
  EXPECT_EQ(name_of("https://openrouter.ai/api/v1"), "openrouter");
  EXPECT_EQ(name_of("http://localhost:11434/v1"), "ollama");
  EXPECT_EQ(name_of("https://api.x.ai/v1"), "xai");
  EXPECT_EQ(name_of("http://localhost:9000/v1"), "nobody's");
  EXPECT_EQ(name_of("https://notopenai.example/api.openai.com"), "nobody's");
  EXPECT_EQ(name_of("https://fakeapi.openai.com.example/v1"), "nobody's");
}

TEST(Registry, AProgramAddsProviders) {
  {
    // The row's texts need not outlive the call.
    const std::string name = "acme";
    const std::string url = "https://llm.acme.example/v1";
    register_provider({.name = name,
                       .base_url = url,
                       .key_variables = "ACME_API_KEY",
                       .modes = modes::tools_first,
                       .host_marks = "acme.example"});
  }
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"name":"Ada"})"});
  const Client client = from_provider("acme/large", ClientOptions().api_key("k").transport(transport));
  EXPECT_EQ(client.create<User>("x").name, "Ada");
  EXPECT_EQ(transport->requests().front().url, "https://llm.acme.example/v1/chat/completions");
  EXPECT_EQ(client.provider_and_model(), "acme/large");
  ASSERT_NE(detect_provider("https://eu.acme.example/v1"), nullptr);
  EXPECT_EQ(detect_provider("https://eu.acme.example/v1")->name, "acme");
  EXPECT_EQ(code_of([] { (void)from_provider("acme/large"); }), ErrorCode::missing_key);

  register_provider({.name = "acme", .base_url = "https://two.acme.example/v1", .modes = modes::tools_first});
  EXPECT_EQ(find_provider("acme")->base_url, "https://two.acme.example/v1");
  EXPECT_EQ(std::ranges::count(all_providers(), std::string_view("acme"), &Provider::name), 1);
}

TEST(Registry, RefusesRowsThatCannotWork) {
  const auto refused = [](const Provider& row) {
    return code_of([&] { register_provider(row); }) == ErrorCode::invalid_configuration;
  };
  EXPECT_TRUE(refused({.name = "", .modes = modes::tools_first}));
  EXPECT_TRUE(refused({.name = "a/b", .modes = modes::tools_first}));
  EXPECT_TRUE(refused({.name = "openai", .modes = modes::tools_first}));
  EXPECT_TRUE(refused({.name = "gemini", .modes = modes::tools_first}));
  EXPECT_TRUE(refused({.name = "new", .protocol = "telepathy", .modes = modes::tools_first}));
  EXPECT_TRUE(refused({.name = "new"}));
}

TEST(Registry, ClientsCanBeginWithABaseUrl) {
  const auto transport =
      std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"name":"Ada"})", R"({"name":"Bob"})"});
  const ClientOptions options = ClientOptions().api_key("k").transport(transport);
  const Client groq = from_base_url("https://api.groq.com/openai/v1", "m", options);
  EXPECT_EQ(groq.provider_and_model(), "groq/m");
  const Client other = from_base_url("http://localhost:9/v1", "m", options);
  EXPECT_EQ(other.provider_and_model(), "openai/m");
  EXPECT_EQ(other.create<User>("x").name, "Ada");
  EXPECT_EQ(transport->requests().front().url, "http://localhost:9/v1/chat/completions");
}

}  // namespace
}  // namespace instructor
