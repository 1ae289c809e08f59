#pragma once

// A chat completion as the events of a stream.

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/duration.hpp"
#include "instructor/json.hpp"

namespace instructor::cli {

/// How an answer is streamed, when a request wants that.
struct Streaming {
  std::size_t chunk_size = 4;            ///< characters of the answer in each event
  Duration chunk_delay;                  ///< before each of them
  std::optional<std::size_t> cut_after;  ///< bytes of the answer, after which the connection is closed
};

bool wants_stream(const Json& request);

/// How many bytes of `text`, `most` or a few less, are whole characters.
std::size_t whole_characters(std::string_view text, std::size_t most);

/// The events of one stream, one after the other. The arguments of several calls come in turns: a client that takes
/// every piece for the last call's is found out.
class MockStream {
 public:
  struct Event {
    std::string text;              ///< as it is sent
    std::size_t answer_bytes = 0;  ///< how much of the answer is in it
  };

  /// Throws Json::exception for what is no chat completion.
  MockStream(const Json& completion, const Json& request, const Streaming& streaming);

  /// None where the stream is cut off.
  std::optional<Event> next();

  bool over() const { return opening_.empty() && given_ == size_ && closing_.empty(); }

  /// Bytes of the answer.
  std::size_t size() const { return size_; }

 private:
  /// A text that comes in pieces.
  struct Text {
    const char* key = "content";      ///< the member that it is for, of the delta or of a call's function
    std::optional<std::size_t> call;  ///< the call whose arguments it is
    std::string text;
    std::size_t given = 0;
  };

  std::string event(Json delta, const Json& finish_reason) const;
  std::optional<Event> next_piece();

  Json head_;  ///< what all events have in common
  std::size_t chunk_size_;
  std::optional<std::size_t> cut_after_;
  bool with_usage_;
  std::deque<std::string> opening_;
  std::vector<Text> texts_;
  std::size_t turn_ = 0;
  std::deque<std::string> closing_;
  std::size_t size_ = 0;
  std::size_t given_ = 0;
};

}  // namespace instructor::cli
