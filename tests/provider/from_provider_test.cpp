#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
};

Error failure(std::string_view provider_and_model, const ClientOptions& options = {}) {
  try {
    (void)from_provider(provider_and_model, options);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an Error for " << provider_and_model;
  return Error(ErrorCode::cancelled, "none");
}

TEST(FromProvider, SaysWhatIsWrongWithTheString) {
  for (const char* text : {"", "gpt-4o", "/gpt-4o", "openai/", "/"}) {
    const Error error = failure(text);
    EXPECT_EQ(error.code(), ErrorCode::invalid_provider) << text;
    EXPECT_NE(error.message().find("expected provider/model, as openai/gpt-4o-mini"), std::string::npos)
        << error.message();
  }
  const Error unknown = failure("opnai/gpt-4o");
  EXPECT_EQ(unknown.code(), ErrorCode::invalid_provider);
  EXPECT_NE(unknown.message().find("known are openai, "), std::string::npos) << unknown.message();
  EXPECT_LT(failure(std::string(1 << 20, 'x') + "/m").message().size(), 1000u);
}

TEST(FromProvider, NamesTheVariableOfAMissingKey) {
  const Error error = failure("openai/gpt-4o-mini");
  EXPECT_EQ(error.code(), ErrorCode::missing_key);
  EXPECT_NE(error.message().find("OPENAI_API_KEY"), std::string::npos);
}

TEST(FromProvider, TakesEverythingAfterTheFirstSlashAsTheModel) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"name":"a"})"});
  const Client client =
      from_provider("openai/accounts/x/models/y", ClientOptions().api_key("sk-123456").transport(transport));
  (void)client.create<User>("...");
  EXPECT_EQ(decode<Json>(transport->requests()[0].body)->at("model"), "accounts/x/models/y");
  EXPECT_EQ(client.provider_and_model(), "openai/accounts/x/models/y");
}

std::string header(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers)
    if (header.name == name) return header.value;
  return {};
}

TEST(FromProvider, SendsKeyAndHeaders) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"name":"a"})"});
  const Client client = from_provider("openai/gpt-4o", ClientOptions()
                                                           .api_key("sk-123456")
                                                           .header("OpenAI-Project", "p1")
                                                           .base_url("https://gateway.example/v1/")
                                                           .transport(transport));
  (void)client.create<User>("...");
  const HttpRequest request = transport->requests().at(0);
  EXPECT_EQ(request.url, "https://gateway.example/v1/chat/completions");
  EXPECT_EQ(header(request, "Authorization"), "Bearer sk-123456");
  EXPECT_EQ(header(request, "OpenAI-Project"), "p1");
  EXPECT_EQ(header(request, "Content-Type"), "application/json");
}

TEST(FromProvider, ReadsTheEnvironment) {
  ASSERT_EQ(setenv("OPENAI_API_KEY", "sk-from-environment", 1), 0);
  ASSERT_EQ(setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1", 1), 0);
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"name":"a"})"});
  const Client client = from_provider("openai/gpt-4o", ClientOptions().transport(transport));
  unsetenv("OPENAI_API_KEY");
  unsetenv("OPENAI_BASE_URL");
  (void)client.create<User>("...");
  EXPECT_EQ(transport->requests()[0].url, "http://127.0.0.1:9/v1/chat/completions");
  EXPECT_EQ(header(transport->requests()[0], "Authorization"), "Bearer sk-from-environment");
}

TEST(FromProvider, NeedsNoKeyForServersOfYourOwn) {
  const auto transport =
      std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{R"({"name":"a"})", R"({"name":"b"})"});
  (void)from_provider("openai/my-model", ClientOptions().base_url("http://localhost:8000/v1").transport(transport))
      .create<User>("...");
  EXPECT_EQ(header(transport->requests()[0], "Authorization"), "");
  (void)from_provider("ollama/qwen3", ClientOptions().transport(transport)).create<User>("...");
  EXPECT_EQ(transport->requests()[1].url, "http://localhost:11434/v1/chat/completions");
  EXPECT_FALSE(decode<Json>(transport->requests()[1].body)->contains("tools"));
}

TEST(FromProvider, RefusesHeadersThatWouldBecomeTwo) {
  const Error key = failure("openai/gpt-4o", ClientOptions().api_key("sk-secret-123\nX-Evil: 1"));
  EXPECT_EQ(key.code(), ErrorCode::invalid_configuration);
  EXPECT_EQ(std::string(key.what()).find("sk-secret"), std::string::npos);
  EXPECT_EQ(failure("openai/gpt-4o", ClientOptions().api_key(std::string("sk-\0x", 5))).code(),
            ErrorCode::invalid_configuration);
  EXPECT_EQ(failure("openai/gpt-4o", ClientOptions().api_key("k").header("A:B", "c")).code(),
            ErrorCode::invalid_configuration);
}

TEST(FromProvider, ListsTheModesOfAProvider) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{});
  for (const char* name : {"tools", "json", "json_schema", "md_json", "automatic"}) {
    ASSERT_TRUE(mode_from_string(name)) << name;
    EXPECT_EQ(to_string(*mode_from_string(name)), name);
  }
  EXPECT_FALSE(mode_from_string("tool_calls"));
}

TEST(Provider, KeepsKeysOutOfErrorsAndReplies) {
  const std::string key = "sk-live-0123456789abcdef";
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{
      ScriptedReply::error(401, "Incorrect API key provided: " + key),
      ScriptedReply::response(200, {}, "Bearer " + key + " is not JSON"),
      ScriptedReply::response(
          200, {},
          R"({"id":")" + key +
              R"(","choices":[{"message":{"content":null,"tool_calls":[{"id":"1","function":{"name":"User","arguments":"{\"name\":\"x\"}"}}]}}]})")});
  const Client client = from_provider("openai/gpt-4o", ClientOptions().api_key(key).transport(transport));
  for (int i = 0; i < 2; ++i) {
    const auto user = client.try_create<User>("...");
    ASSERT_FALSE(user);
    EXPECT_EQ(std::string(user.error().what()).find(key), std::string::npos) << user.error().what();
    EXPECT_EQ(user.error().body().find(key), std::string::npos);
    EXPECT_NE((user.error().message() + user.error().body()).find("[redacted]"), std::string::npos);
  }
  const auto [user, completion] = client.create_with_completion<User>("...");
  EXPECT_EQ(completion.raw.find(key), std::string::npos);
  EXPECT_EQ(completion.attempts[0].reply.raw.find(key), std::string::npos);
  EXPECT_EQ(completion.id, "[redacted]");
}

TEST(Provider, TellsWhatTheServerSaid) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{
      ScriptedReply::error(429, "Rate limit reached", {{"retry-after", "7"}, {"x-request-id", "req_1"}}),
      ScriptedReply::response(307, {{"location", "https://elsewhere.example/v1"}}, ""),
      ScriptedReply::error(401, "bad key")});
  const Client client = from_provider(
      "openai/gpt-4o",
      ClientOptions().api_key("sk-123456").transport(transport).transport_retry(TransportRetry().max_retries(0)));
  const auto limited = client.try_create<User>("...");
  EXPECT_EQ(limited.error().code(), ErrorCode::rate_limited);
  EXPECT_EQ(limited.error().category(), ErrorCategory::retry_later);
  EXPECT_EQ(limited.error().http_status(), 429);
  EXPECT_EQ(limited.error().retry_after(), Duration::of_seconds(7));
  EXPECT_EQ(limited.error().request_id(), "req_1");
  EXPECT_STREQ(limited.error().what(), "instructor: openai: HTTP 429: Rate limit reached [request req_1]");
  const auto redirected = client.try_create<User>("...");
  EXPECT_EQ(redirected.error().code(), ErrorCode::bad_response);
  EXPECT_NE(redirected.error().message().find("redirects to elsewhere.example"), std::string::npos);
  const auto refused = client.try_create<User>("...");
  EXPECT_NE(refused.error().message().find("OPENAI_API_KEY"), std::string::npos);
}

}  // namespace
}  // namespace instructor
