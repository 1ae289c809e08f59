#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/temporary_directory.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
  int age;
};

class RecordingTest : public ::testing::Test {
 protected:
  std::string file() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static std::shared_ptr<ScriptedTransport> script(std::vector<ScriptedReply> replies) {
    return std::make_shared<ScriptedTransport>(std::move(replies));
  }

  const support::TemporaryDirectory dir_;
  const std::string path_ = dir_ / "cassettes/user.json";
};

constexpr const char* key = "sk-live-0123456789";

TEST_F(RecordingTest, RecordsOnceAndReplaysAfter) {
  const auto provider = script({R"({"name":"Jason","age":-1.5})", R"({"name":"Jason","age":25})"});
  {
    const Client client = testing::recorded(path_, "openai/gpt-4o", ClientOptions().api_key(key).transport(provider));
    EXPECT_EQ(client.create<User>("Jason is 25").age, 25);
  }
  ASSERT_EQ(provider->requests().size(), 2u);
  // Again, without a key and without a provider.
  const Client client = testing::recorded(path_, "openai/gpt-4o", ClientOptions().transport(script({})));
  const auto [user, completion] = client.create_with_completion<User>("Jason is 25");
  EXPECT_EQ(user.name, "Jason");
  EXPECT_EQ(completion.attempts.size(), 2u);
  EXPECT_EQ(completion.request_id, "req-scripted");
}

TEST_F(RecordingTest, WrapsAClientThatIsThere) {
  const auto provider = script({R"({"name":"Jason","age":25})"});
  const Client client = from_provider("openai/gpt-4o", ClientOptions().api_key(key).transport(provider));
  EXPECT_EQ(testing::recorded(path_, client).create<User>("x").age, 25);
  EXPECT_EQ(testing::recorded(path_, client).create<User>("x").age, 25);
  EXPECT_EQ(provider->requests().size(), 1u);
}

TEST_F(RecordingTest, LeavesSecretsOutByNameAndByValue) {
  const auto provider =
      script({ScriptedReply::error(401, std::string("Incorrect API key: ") + key, {{"set-cookie", "session=abcdef"}})});
  const Client client =
      testing::recorded(path_, "openai/gpt-4o",
                        ClientOptions().api_key(key).header("X-Gateway-Key", "gw-secret-value").transport(provider));
  EXPECT_FALSE(client.try_create<User>(std::string("my key is ") + key));
  const std::string text = file();
  EXPECT_NE(text.find("\"authorization\": \"[redacted]\""), std::string::npos) << text;
  EXPECT_NE(text.find("my key is [redacted]"), std::string::npos);
  for (const char* secret : {key, "gw-secret-value", "session=abcdef"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  // And is replayed all the same.
  const Client again = testing::recorded(path_, "openai/gpt-4o", ClientOptions().api_key(key).transport(script({})));
  EXPECT_EQ(again.try_create<User>(std::string("my key is ") + key).error().code(), ErrorCode::authentication);
}

TEST_F(RecordingTest, SaysWhatDiffers) {
  (void)testing::recorded(path_, "openai/gpt-4o",
                          ClientOptions().api_key(key).transport(script({R"({"name":"a","age":1})"})))
      .create<User>("first");
  const auto changed = testing::recorded(path_, "openai/gpt-4o").try_create<User>("second");
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message().find("the body differs at /messages/0/content"), std::string::npos)
      << changed.error().message();
  EXPECT_NE(changed.error().message().find("delete the file to record anew"), std::string::npos);
  const Client client = testing::recorded(path_, "openai/gpt-4o");
  (void)client.create<User>("first");
  EXPECT_NE(client.try_create<User>("first").error().message().find("holds 1 exchanges"), std::string::npos);
}

TEST_F(RecordingTest, KeepsBodiesThatAreNotJson) {
  const auto provider = script({ScriptedReply::response(502, {{"content-type", "text/html"}}, "<html>é</html>"),
                                ScriptedReply::response(200, {}, "\xFF\xFE\x01")});
  const ClientOptions once = ClientOptions().transport_retry(TransportRetry().max_retries(0));
  const Client client = testing::recorded(path_, "openai/gpt-4o", ClientOptions(once).api_key(key).transport(provider));
  const std::string first = client.try_create<User>("x").error().what();
  const std::string second = client.try_create<User>("x").error().what();
  const Client again = testing::recorded(path_, "openai/gpt-4o", once);
  EXPECT_EQ(again.try_create<User>("x").error().what(), first);
  EXPECT_EQ(again.try_create<User>("x").error().what(), second);
}

TEST_F(RecordingTest, RefusesFilesThatAreNone) {
  std::filesystem::create_directories(dir_ / "cassettes");
  for (const char* text : {"", "not json", "[]", R"({"interactions":5})"}) {
    std::ofstream(path_, std::ios::trunc) << text;
    EXPECT_THROW((void)testing::recorded(path_, "openai/gpt-4o"), Error) << text;
  }
  std::ofstream(path_, std::ios::trunc) << R"({"interactions":[{"request":{}}]})";
  EXPECT_EQ(testing::recorded(path_, "openai/gpt-4o").try_create<User>("x").error().code(), ErrorCode::invalid_request);
}

TEST_F(RecordingTest, TokensAreNeitherRecordedNorAskedForAgain) {
  const auto provider = script({R"({"name":"Jason","age":25})"});
  int asked = 0;
  const auto token = [&asked] {
    ++asked;
    return std::string("token-0123456789");
  };
  const auto client = [&](std::shared_ptr<Transport> transport) {
    return testing::recorded(path_, "openai/gpt-4o",
                             ClientOptions().bearer_token(token).transport(std::move(transport)));
  };
  EXPECT_EQ(client(provider).create<User>("Jason is 25").age, 25);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(provider->requests().front().headers.back().value, "Bearer token-0123456789");
  EXPECT_EQ(file().find("token-0123456789"), std::string::npos);
  EXPECT_EQ(client(script({})).create<User>("Jason is 25").age, 25);
  EXPECT_EQ(asked, 1);
}

TEST(Scripted, GivesRepliesInOrderAndThenSaysSo) {
  const Client client = testing::scripted({R"({"name":"Jason","age":-1.5})", R"({"name":"Jason","age":25})"});
  EXPECT_EQ(client.create<User>("...").age, 25);
  const auto over = client.try_create<User>("...");
  EXPECT_EQ(over.error().code(), ErrorCode::invalid_request);
  EXPECT_NE(over.error().message().find("the script has 2 replies, and this is request 3"), std::string::npos);
}

TEST(Scripted, MayBreak) {
  const Client client = testing::scripted({ScriptedReply::breaks(Error(ErrorCode::timeout, "too slow"))});
  EXPECT_EQ(client.try_create<User>("...").error().code(), ErrorCode::timeout);
}

TEST(FakeClock, MovesWhenTold) {
  testing::FakeClock clock;
  const Duration before = clock.now();
  clock.advance(Duration::of_seconds(5));
  EXPECT_EQ(clock.now() - before, Duration::of_seconds(5));
}

}  // namespace
}  // namespace instructor
