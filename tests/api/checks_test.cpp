// Checks that know the call, and those that only report, in calls: through the attempt loop, in streams, over HTTP.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <instructor/instructor.hpp>
#include <instructor/testing.hpp>

#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;
using testing::ScriptedReply;
using testing::ScriptedTransport;

struct Quote {
  std::string text;
  int page;

  static constexpr auto describe() {
    return model<Quote>(
        "A passage",
        field<&Quote::text>(
            check([](const std::string& text,
                     const Context& context) { return context.text("document").find(text) != std::string::npos; },
                  "must be in the document, word for word")),
        field<&Quote::page>(soft_check([](int page) { return page < 1000; }, "few books are that long")));
  }
};

constexpr const char* found = R"({"text":"Call me Ishmael","page":1})";
constexpr const char* invented = R"({"text":"Call me Ahab","page":1})";
constexpr const char* odd = R"({"text":"Ishmael","page":5000})";
constexpr const char* document = "Call me Ishmael. Some years ago";

const std::vector<Mode> all_modes{Mode::tools, Mode::json, Mode::json_schema, Mode::md_json};

struct Scripted {
  explicit Scripted(std::vector<ScriptedReply> replies, ClientOptions options = {})
      : transport(std::make_shared<ScriptedTransport>(std::move(replies))),
        client(from_provider("openai/scripted", options.api_key("k").transport(transport))) {}

  std::shared_ptr<ScriptedTransport> transport;
  Client client;
};

Request ask(Mode mode = Mode::automatic) { return Request("Quote it").context({{"document", document}}).mode(mode); }

// ---- the context -------------------------------------------------------------------------------------------------

TEST(Context, ReachesChecksInEveryMode) {
  for (const Mode mode : all_modes) {
    for (const bool fail_fast : {false, true}) {
      Scripted s({invented, found});
      const Quote quote = s.client.create<Quote>(ask(mode).fail_fast(fail_fast));
      EXPECT_EQ(quote.text, "Call me Ishmael") << to_string(mode);
      const std::string again = s.transport->requests().at(1).body;
      EXPECT_NE(again.find("/text: must be in the document, word for word, got \\\"Call me Ahab\\\""),
                std::string::npos)
          << again;
    }
  }
}

TEST(Context, ReachesStreams) {
  for (const Mode mode : all_modes) {
    Scripted s({invented, found});
    auto stream = s.client.create_partial<Quote>(ask(mode));
    EXPECT_EQ(stream.result().text, "Call me Ishmael") << to_string(mode);
    EXPECT_EQ(stream.attempt(), 2);
  }
}

TEST(Context, ReachesElements) {
  Scripted s({std::string(R"({"tasks":[)") + found + "," + invented + "]}", std::string(R"({"tasks":[)") + odd + "]}"});
  std::vector<std::string> texts;
  for (const Quote& quote : s.client.create_iterable<Quote>(ask())) texts.push_back(quote.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"Call me Ishmael", "Ishmael"}));
  EXPECT_EQ(s.transport->requests().size(), 2U);
}

TEST(Context, MayBeTheClients) {
  Scripted s({found, found, found},
             ClientOptions().defaults(Request().context({{"document", document}, {"language", "en"}})));
  EXPECT_EQ(s.client.create<Quote>("Quote it").page, 1);
  EXPECT_EQ(s.client.create<Quote>(Request("Quote it").context({{"language", "de"}})).page, 1);
  EXPECT_THROW((void)s.client.create<Quote>(Request("Quote it").max_retries(0).context({{"document", "other"}})),
               Error);
}

TEST(Context, IsAnObject) {
  EXPECT_THROW((void)Request("x").context(Json("text")), Error);
  const Request request = Request("x").context(Context().set("name", "Jason"));
  EXPECT_EQ(request.context().text("name"), "Jason");
}

/// The call ends at once: no answer could mend it.
void expect_missing(const Error& error, const Scripted& s) {
  EXPECT_EQ(error.code(), ErrorCode::missing_context);
  EXPECT_NE(std::string(error.what()).find("the call's context has no value \"document\""), std::string::npos)
      << error.what();
  ASSERT_EQ(error.attempts().size(), 1U);
  EXPECT_FALSE(error.attempts()[0].failure.empty());
  EXPECT_EQ(error.usage().total_tokens, error.attempts()[0].reply.usage.total_tokens);
  EXPECT_EQ(s.transport->requests().size(), 1U);
}

TEST(Context, EndsTheCallWhereSomethingIsMissing) {
  for (const Mode mode : all_modes) {
    Scripted whole({found, found});
    const auto result = whole.client.try_create<Quote>(Request("Quote it").mode(mode));
    ASSERT_FALSE(result);
    expect_missing(result.error(), whole);

    Scripted streamed({found, found});
    auto stream = streamed.client.create_partial<Quote>(Request("Quote it").mode(mode));
    try {
      stream.result();
      FAIL();
    } catch (const Error& error) {
      expect_missing(error, streamed);
      ASSERT_NE(error.partial<Quote>(), nullptr) << to_string(mode);
      EXPECT_EQ(error.partial<Quote>()->text, "Call me Ishmael");
    }

    Scripted elements({std::string(R"({"tasks":[)") + found + "]}", found});
    auto iterable = elements.client.create_iterable<Quote>(Request("Quote it").mode(mode));
    try {
      while (iterable.next() != nullptr) {
      }
      FAIL();
    } catch (const Error& error) {
      expect_missing(error, elements);
    }
  }
}

// ---- warnings ----------------------------------------------------------------------------------------------------

TEST(Warnings, AreInTheCompletionAndNeverLeadToAnotherAttempt) {
  for (const Mode mode : all_modes) {
    for (const bool fail_fast : {false, true}) {
      Scripted s({odd});
      const auto [quote, completion] = s.client.create_with_completion<Quote>(ask(mode).fail_fast(fail_fast));
      EXPECT_EQ(quote.page, 5000);
      EXPECT_EQ(completion.warnings.text(), "  /page  few books are that long, got 5000\n") << to_string(mode);
      EXPECT_EQ(completion.attempts.at(0).warnings, completion.warnings);
      EXPECT_TRUE(completion.attempts.at(0).issues.empty());
      EXPECT_EQ(s.transport->requests().size(), 1U);
    }
    Scripted s({odd});
    auto stream = s.client.create_partial<Quote>(ask(mode));
    while (stream.next() != nullptr) EXPECT_FALSE(stream.restarted());
    EXPECT_EQ(stream.completion().warnings.total(), 1U) << to_string(mode);
    EXPECT_EQ(s.transport->requests().size(), 1U);
  }
}

TEST(Warnings, AreNotToldToTheModel) {
  Scripted s({R"({"text":"Ahab","page":5000})", found});
  const auto [quote, completion] = s.client.create_with_completion<Quote>(ask());
  EXPECT_EQ(s.transport->requests().at(1).body.find("few books"), std::string::npos);
  EXPECT_TRUE(completion.warnings.empty());
  EXPECT_EQ(completion.attempts.at(0).warnings.total(), 1U);
}

TEST(Warnings, TellOfElementsByTheirPlaceInTheAnswer) {
  Scripted s({std::string(R"({"tasks":[)") + odd + "," + invented + "," + found + "]}"});
  auto stream = s.client.create_iterable<Quote>(ask(), ElementPolicy::skip);
  std::size_t count = 0;
  while (stream.next() != nullptr) ++count;
  EXPECT_EQ(count, 2U);
  ASSERT_EQ(stream.skipped().size(), 1U);
  EXPECT_EQ(stream.skipped()[0].issues.total(), 1U);
  EXPECT_EQ(stream.completion().warnings.text(), "  /tasks/0/page  few books are that long, got 5000\n");
}

// ---- over HTTP ---------------------------------------------------------------------------------------------------

/// Answers the requests of each connection with what a model would say, in turn.
class ModelServer {
 public:
  explicit ModelServer(std::vector<std::string> answers)
      : answers_(std::move(answers)), server_([this](Connection& connection) { serve(connection); }) {}

  Client client() const {
    return from_provider("openai/x", ClientOptions().base_url(server_.url()).api_key("secret-key-1"));
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
      const std::string body = request.substr(request.find("\r\n\r\n") + 4);
      std::string answer;
      {
        const std::lock_guard lock(mutex_);
        answer = answers_.at(requests_.size() % answers_.size());
        requests_.push_back(body);
      }
      const auto [head, text] = ScriptedReply(answer).render(body);
      if (body.find("\"stream\":true") == std::string::npos) {
        connection.respond(text);
      } else {
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + text);
        return;
      }
    }
  }

  std::mutex mutex_;
  std::vector<std::string> requests_;
  const std::vector<std::string> answers_;
  RawServer server_;
};

TEST(ChecksOverHttp, JudgeTheAnswerByTheCallsContext) {
  ModelServer server({invented, odd});
  const auto [quote, completion] = server.client().create_with_completion<Quote>(ask());
  EXPECT_EQ(quote.text, "Ishmael");
  EXPECT_EQ(completion.warnings.total(), 1U);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_NE(server.requests()[1].find("must be in the document"), std::string::npos);
  // The context is for checks; it is not sent.
  EXPECT_EQ(server.requests()[0].find("Some years ago"), std::string::npos);
}

TEST(ChecksOverHttp, JudgeStreams) {
  ModelServer server({invented, odd});
  auto stream = server.client().create_partial<Quote>(ask());
  EXPECT_EQ(stream.result().text, "Ishmael");
  EXPECT_EQ(stream.completion().warnings.total(), 1U);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(ChecksOverHttp, ReadOneContextFromManyThreads) {
  ModelServer server({found});
  const Client client = server.client();
  const Request request = ask();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i)
        if (client.create<Quote>(request).page == 1) ++right;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
}

}  // namespace
}  // namespace instructor
