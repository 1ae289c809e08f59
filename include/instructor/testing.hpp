#pragma once

// For tests of programs that use this library: no network, no keys, no waiting.
//
//   auto client = testing::scripted({R"({"name":"Jason","age":-1})", R"({"name":"Jason","age":25})"});
//   User user = client.create<User>("...");      // the first answer is not valid: the client asks again
//
//   auto client = testing::recorded("cassettes/user.json", "openai/gpt-4o-mini");   // records once, replays after
//
//   User sample = testing::fake<User>(7);        // a valid value, the same for the same seed

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/client.hpp"
#include "instructor/clock.hpp"
#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "instructor/served.hpp"
#include "instructor/transport.hpp"

namespace instructor::testing {

// ---------------------------------------------------------------------------------------------------------------
// Time

/// A clock that stands still until it is told to move. Safe from many threads.
class FakeClock final : public Clock {
 public:
  FakeClock();
  Duration now() const override;
  std::shared_ptr<void> listen(std::function<void()> moved) override;
  void advance(Duration by);

 private:
  struct Listeners;
  mutable std::mutex mutex_;
  Duration now_;
  std::shared_ptr<Listeners> listeners_;
};

// ---------------------------------------------------------------------------------------------------------------
// Scripted replies

/// A call of a tool by a scripted model.
struct ScriptedCall {
  std::string tool;
  std::string arguments;  ///< JSON text
};

/// One reply of a scripted model. A text stands for an answer: JSON that arrives the way the request asks for it, as
/// the arguments of the tool that must be called or as the content of the message. Every reply can be given in each
/// protocol of served.hpp.
class ScriptedReply {
 public:
  ScriptedReply(std::string answer) : text_(std::move(answer)) {}  // NOLINT(google-explicit-constructor)
  ScriptedReply(const char* answer) : text_(answer) {}             // NOLINT(google-explicit-constructor)

  /// The message says this, whatever was asked for; no tool is called.
  static ScriptedReply says(std::string text);
  /// The model refuses.
  static ScriptedReply refuses(std::string why);
  /// The answer, cut off at the token limit after this many bytes, or before the character that is there.
  static ScriptedReply cut(std::string answer, std::size_t bytes);
  /// The connection closes after this many bytes of the answer, when it is streamed.
  static ScriptedReply breaks_off(std::string answer, std::size_t bytes);
  /// A tool of this name is called instead of the one that was asked for.
  static ScriptedReply calls(std::string tool, std::string arguments);
  /// These tools are called.
  static ScriptedReply calls(std::vector<ScriptedCall> calls);
  /// Several calls of the tool that was asked for.
  static ScriptedReply calls_repeatedly(std::vector<std::string> arguments);
  /// The provider answers with an error, in its own shape.
  static ScriptedReply error(int status, std::string_view message, std::vector<HttpHeader> headers = {});
  /// Any response at all.
  static ScriptedReply response(int status, std::vector<HttpHeader> headers, std::string body);
  /// There is no response: `Transport::send` throws this.
  static ScriptedReply breaks(Error error);

  /// The model thinks this before it answers: a thinking block, a reasoning item, a part that is a thought.
  ScriptedReply& thinks(std::string reasoning) {
    reasoning_ = std::move(reasoning);
    return *this;
  }
  /// When the reply is streamed: how many bytes of the answer come in one event (characters are not cut). Default 4.
  ScriptedReply& piece(std::size_t bytes) {
    piece_ = bytes == 0 ? 1 : bytes;
    return *this;
  }
  ScriptedReply& usage(Usage tokens) {
    usage_ = tokens;
    return *this;
  }

  /// The response to a request, in the protocol that is spoken at its URL, else in OpenAI's chat protocol. Throws the
  /// error of `breaks`.
  Served respond(const HttpRequest& request) const;

  /// The response to a request that asks for this.
  Served respond(const ServedProtocol& protocol, const AskedFor& asked, const Streaming& streaming) const;

  /// The response to an OpenAI chat request with this body, the events of a stream one after the other.
  std::pair<HttpHead, std::string> render(std::string_view request_body) const;

 private:
  enum class Kind : std::uint8_t { answer, says, refuses, cut, calls, repeated, error, response, breaks, breaks_off };

  Reply spoken(const AskedFor& asked) const;

  Kind kind_ = Kind::answer;
  std::string text_;
  std::string reasoning_;
  std::vector<ScriptedCall> calls_;
  std::size_t bytes_ = 0;
  std::size_t piece_ = 4;
  HttpHead head_;
  Usage usage_{.input_tokens = 80, .output_tokens = 20, .total_tokens = 100};
  std::shared_ptr<const Error> error_;
};

/// Gives scripted replies, one after the other, and keeps the requests. Answers in the protocol that is spoken at the
/// URL of the request: `from_provider("anthropic/...", ClientOptions().transport(scripted))`. Safe from many threads.
class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(std::vector<ScriptedReply> replies) : replies_(std::move(replies)) {}

  /// Throws Error (`invalid_request`) when the script is over.
  void send(const HttpRequest& request, HttpSink& sink) override;
  /// Events of a stream come one in a piece.
  std::unique_ptr<HttpExchange> open(HttpRequest request) override;
  /// All is there at once.
  std::unique_ptr<HttpExchange> start(HttpRequest request, std::function<void()> wake) override;

  /// What was asked so far.
  std::vector<HttpRequest> requests() const;
  /// How many streams were broken off by the client before their end.
  int broken_off() const { return broken_off_; }

 private:
  Served answer(const HttpRequest& request);

  std::atomic<int> broken_off_ = 0;
  mutable std::mutex mutex_;
  std::vector<ScriptedReply> replies_;
  std::vector<HttpRequest> requests_;
};

/// A client whose model gives these replies. Other settings (mode, retries, clock) as given; a transport given there
/// is not used, and failures count at once unless ClientOptions::transport_retry is set.
Client scripted(std::vector<ScriptedReply> replies, const ClientOptions& options = {});

// ---------------------------------------------------------------------------------------------------------------
// Recordings

/// Replays the exchanges in the file `path`; where there is no such file, sends requests through `inner` and records
/// them there. Replayed requests must be the recorded ones, in their order; otherwise `send` throws Error
/// (`invalid_request`) that says what differs. Secrets are left out: headers by name, and their values wherever they
/// turn up.
///
/// The file is JSON: {"interactions":[{"request":{method,url,headers,body_kind,body},"response":{status,...}}]}.
std::shared_ptr<Transport> recording(std::string path, std::shared_ptr<Transport> inner = http_transport());

/// A client that records once and replays after. Replaying needs no key.
Client recorded(std::string path, std::string_view provider_and_model, ClientOptions options = {});
Client recorded(std::string path, const Client& client);

// ---------------------------------------------------------------------------------------------------------------
// Fakes

/// JSON text that is valid for a table, the same for the same seed on every machine. Throws Error (`invalid_model`)
/// when none is found: a pattern that cannot be sampled, rules that contradict each other.
std::string fake_json(const TypeInfo& type, std::uint64_t seed);

/// A valid T. The model's checks and its `validate` are met by trying; throws Error (`invalid_model`) when a hundred
/// tries do not meet them. Checks that take a Context are given that of `options`.
template <class T>
T fake(std::uint64_t seed = 0, const DecodeOptions& options = {}) {
  constexpr std::uint64_t tries = 100;
  Issues issues;
  for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
    auto value = decode<T>(fake_json(type_of<T>(), seed + attempt * 0x9E3779B97F4A7C15u), options);
    if (value) return std::move(*value);
    issues = value.error();
  }
  throw Error(ErrorCode::invalid_model, "no fake value passes the model's own rules; the last one:\n" + issues.text());
}

/// A value that is valid for a run-time model.
Json fake(const DynamicModel& model, std::uint64_t seed = 0);

}  // namespace instructor::testing
