// Every provider in every mode that it offers, over real HTTP: the right answer, a wrong one first, a refusal, an
// answer that is cut off, an error; each at once and as a stream.

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "instructor/client.hpp"
#include "instructor/parallel.hpp"
#include "instructor/provider.hpp"
#include "instructor/stream.hpp"
#include "support/program.hpp"

namespace instructor {
namespace {

using support::PracticeServer;

struct Address {
  std::string street;
  std::optional<std::string> postcode;
};

enum class Priority { low, medium, high };

struct Ticket {
  std::string title;
  Priority priority;
  std::vector<Address> addresses;
};

struct Weather {
  std::string city;
};
struct Search {
  std::string query;
};

/// A model that has everything that the provider offers.
std::string model_of(const Provider& provider) {
  if (provider.name == "openai" || provider.name == "azure_openai") return "gpt-4o";
  if (provider.protocol == "anthropic_messages") return "claude-sonnet-4-5";
  if (provider.name == "bedrock") return "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
  if (provider.name == "groq") return "openai/gpt-oss-20b";
  if (provider.name == "cohere") return "command-a-03-2025";
  return "some-model";
}

/// Where the practice server has what is like this provider.
std::string base_url_of(const Provider& provider, const std::string& root) {
  if (provider.name == "azure_openai" || provider.name == "anthropic" || provider.name == "cohere" ||
      provider.name == "bedrock" || provider.name == "ollama_native")
    return root;
  if (provider.name == "google") return root + "/v1beta";
  if (provider.name == "vertexai") return root + "/v1/projects/p/locations/l/publishers/google";
  return root + "/v1";
}

class Server {
 public:
  explicit Server(std::vector<std::string> options) : server_(INSTRUCTOR_PROGRAM, std::move(options)) {
    root_ = server_.url();
    root_ = root_.substr(0, root_.find('/', root_.find("://") + 3));
  }

  Client client(const Provider& provider, Mode mode) const {
    ClientOptions options;
    options.api_key("practice")
        .base_url(base_url_of(provider, root_))
        .mode(mode)
        .transport_retry(TransportRetry().max_retries(0))
        .circuit_breaker(CircuitBreaker().failures(0));
    return from_provider(std::string(provider.name) + "/" + model_of(provider), options);
  }

 private:
  PracticeServer server_;
  std::string root_;
};

/// Calls `check` for every provider and mode.
void for_all(const std::function<void(const Provider&, Mode)>& check) {
  for (const Provider* const provider : all_providers())
    for (const Mode mode : provider->modes) {
      SCOPED_TRACE(std::string(provider->name) + " in mode " + std::string(to_string(mode)));
      check(*provider, mode);
      if (::testing::Test::HasFatalFailure()) return;
    }
}

std::expected<Ticket, Error> streamed(const Client& client) {
  try {
    PartialStream<Ticket> stream = client.create_partial<Ticket>("x");
    return stream.result();
  } catch (Error& error) {
    return std::unexpected(std::move(error));
  }
}

constexpr bool is_parallel(Mode mode) { return mode == Mode::parallel_tools; }

TEST(HttpMatrix, TheRightAnswer) {
  const Server server({});
  for_all([&](const Provider& provider, Mode mode) {
    const Client client = server.client(provider, mode);
    try {
      if (is_parallel(mode)) {
        EXPECT_EQ((client.create_parallel<Weather, Search>("x").size()), 2u);
        std::size_t count = 0;
        for (auto& call : client.stream_parallel<Weather, Search>("x")) {
          (void)call;
          ++count;
        }
        EXPECT_EQ(count, 2u);
        return;
      }
      auto [ticket, completion] = client.create_with_completion<Ticket>(Request("x").system("s").max_tokens(500));
      EXPECT_EQ(completion.attempts.size(), 1u);
      EXPECT_EQ(completion.mode, mode);
      EXPECT_GT(completion.usage.total_tokens, 0);
      // Bedrock and Cohere do not say which model has answered.
      if (provider.protocol != "bedrock_converse" && provider.protocol != "cohere_chat") {
        EXPECT_FALSE(completion.model.empty());
      }
      EXPECT_NE(completion.finish_reason, FinishReason::unknown);
      EXPECT_FALSE(completion.raw.empty());

      PartialStream<Ticket> stream = client.create_partial<Ticket>("x");
      (void)stream.result();
      EXPECT_EQ(stream.completion().attempts.size(), 1u);
      // Where it comes unasked the practice server, which knows OpenAI's rule, does not send it.
      if (provider.settings.stream_usage) {
        EXPECT_GT(stream.completion().usage.total_tokens, 0);
      }
      EXPECT_NE(stream.completion().finish_reason, FinishReason::unknown);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  });
}

TEST(HttpMatrix, AWrongAnswerThenTheRightOne) {
  const Server server({"--misbehave", "invalid_first"});
  for_all([&](const Provider& provider, Mode mode) {
    const Client client = server.client(provider, mode);
    try {
      if (is_parallel(mode)) {
        auto [calls, completion] = client.create_parallel_with_completion<Weather, Search>("x");
        EXPECT_EQ(calls.size(), 2u);
        EXPECT_EQ(completion.attempts.size(), 2u);
        return;
      }
      auto [ticket, completion] = client.create_with_completion<Ticket>("x");
      ASSERT_EQ(completion.attempts.size(), 2u);
      EXPECT_FALSE(completion.attempts[0].issues.empty());
      PartialStream<Ticket> stream = client.create_partial<Ticket>("x");
      (void)stream.result();
      EXPECT_EQ(stream.completion().attempts.size(), 2u);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  });
}

/// What each call must end with.
void expect_error(const std::vector<std::string>& options,
                  const std::function<bool(const Error&, const Provider&)>& fits) {
  const Server server(options);
  for_all([&](const Provider& provider, Mode mode) {
    const Client client = server.client(provider, mode);
    if (is_parallel(mode)) {
      try {
        (void)client.create_parallel<Weather, Search>("x");
        ADD_FAILURE() << "an Error was expected";
      } catch (const Error& error) {
        EXPECT_TRUE(fits(error, provider)) << error.what();
      }
      return;
    }
    const auto whole = client.try_create<Ticket>("x");
    ASSERT_FALSE(whole);
    EXPECT_TRUE(fits(whole.error(), provider)) << whole.error().what();
    // Another client: the first one now waits for as long as it was told to.
    const auto stream = streamed(server.client(provider, mode));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(fits(stream.error(), provider)) << "as a stream: " << stream.error().what();
  });
}

TEST(HttpMatrix, ARefusal) {
  expect_error({"--misbehave", "refusal"}, [](const Error& error, const Provider& provider) {
    // These have no words for a refusal of their own: the text is no answer.
    if (provider.protocol == "ollama_chat" || provider.protocol == "cohere_chat")
      return error.code() == ErrorCode::validation || error.code() == ErrorCode::refusal;
    return error.code() == ErrorCode::refusal || error.code() == ErrorCode::content_filter;
  });
}

TEST(HttpMatrix, AnAnswerThatIsCutOff) {
  expect_error({"--misbehave", "truncated"},
               [](const Error& error, const Provider&) { return error.code() == ErrorCode::incomplete; });
}

TEST(HttpMatrix, AnErrorOfTheServer) {
  expect_error({"--misbehave", "server_error"}, [](const Error& error, const Provider& provider) {
    return error.code() == ErrorCode::server_error && error.http_status() == 500 &&
           error.message().starts_with(provider.name);
  });
}

TEST(HttpMatrix, TooManyRequests) {
  expect_error({"--misbehave", "rate_limit"}, [](const Error& error, const Provider&) {
    return error.code() == ErrorCode::rate_limited && error.retry_after() == Duration::of_seconds(1);
  });
}

TEST(HttpMatrix, AKeyThatIsNotAccepted) {
  expect_error({"--key", "another"}, [](const Error& error, const Provider&) {
    return error.code() == ErrorCode::authentication || error.code() == ErrorCode::permission;
  });
}

TEST(HttpMatrix, AutomaticFindsAMode) {
  const Server server({});
  for (const Provider* const provider : all_providers()) {
    SCOPED_TRACE(provider->name);
    auto made = server.client(*provider, Mode::automatic).try_create<Ticket>("x");
    EXPECT_TRUE(made) << made.error().what();
  }
}

}  // namespace
}  // namespace instructor
