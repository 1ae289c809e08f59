#pragma once

// What the practice server answers.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/duration.hpp"
#include "instructor/served.hpp"
#include "instructor/testing.hpp"

namespace instructor::cli {

/// How an answer is streamed, when a request wants that.
struct MockStreaming {
  testing::Streaming pieces{.unit = testing::Streaming::Unit::characters};
  Duration chunk_delay;  ///< before each event with a part of the answer
};

/// A reply and how it is sent.
struct MockReply {
  testing::ScriptedReply reply;
  Duration delay = {};  ///< before it
  MockStreaming streaming = {};
  bool malformed = false;  ///< its body, or its first event, is broken
};

/// One way to misbehave, in every n-th request.
struct Misbehaviour {
  enum class Kind : std::uint8_t {
    invalid_first,  ///< the first answer of a conversation is not valid, the next ones are
    truncated,      ///< cut off at the token limit
    rate_limit,     ///< 429 with Retry-After
    slow,           ///< an answer after two seconds
    malformed,      ///< a body, or an event, that is no JSON
    html,           ///< an HTML page
    refusal,
    server_error,  ///< 500
    no_tool_call,  ///< text instead of the tool call that was asked for
    unsupported,   ///< 400: this model has no tools, or no response formats
  };

  Kind kind = Kind::invalid_first;
  std::uint64_t every = 1;
};

/// `kind` or `kind:n`. Throws Error (`invalid_configuration`) with the list of kinds.
Misbehaviour read_misbehaviour(std::string_view text);

/// Chooses replies: from a script, or valid values made from the request's own schema. Safe from many threads.
class MockScript {
 public:
  /// `streaming` is for replies that do not say otherwise.
  MockScript(std::vector<Misbehaviour> misbehaviours, std::uint64_t seed, const MockStreaming& streaming)
      : misbehaviours_(std::move(misbehaviours)), seed_(seed), streaming_(streaming) {}

  /// Reads a script file: a JSON array of replies, or one on each line. Throws Error (`invalid_configuration`) that
  /// says what is wrong where.
  void load(const std::string& path);

  MockReply answer(const testing::AskedFor& asked);

  std::size_t script_size() const { return entries_.size(); }

 private:
  struct Entry {
    MockReply reply;
    std::string when;  ///< a text that the request's messages must contain
    bool used = false;
  };

  /// What is valid for a request: calls, or the content of the message.
  struct Valid {
    std::vector<testing::ScriptedCall> calls;
    std::string content;

    testing::ScriptedReply reply() const;
  };

  std::optional<MockReply> from_script(const testing::AskedFor& asked);
  MockReply from_schema(const testing::AskedFor& asked, std::uint64_t number) const;
  std::optional<MockReply> misbehave(const testing::AskedFor& asked, const Valid& valid, std::uint64_t number) const;

  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<Misbehaviour> misbehaviours_;
  std::uint64_t seed_ = 0;
  MockStreaming streaming_;
  std::uint64_t requests_ = 0;
};

}  // namespace instructor::cli
