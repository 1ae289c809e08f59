#pragma once

// JSON texts with line feeds between them (NDJSON), taken apart as the bytes arrive.
//
//   splitter.feed(chunk);
//   while (splitter.next(line)) take(line);
//   ...
//   if (splitter.finish(line)) take(line);  // the response has ended
//
// The lines are the same however the bytes are cut up. A line that is whole in one chunk is not copied. What is in a
// line is not looked at, but for white space around it.

#include <cstddef>
#include <string>
#include <string_view>

namespace instructor {

class JsonLineSplitter {
 public:
  /// No more than `max_line_bytes` are held.
  explicit JsonLineSplitter(std::size_t max_line_bytes = std::size_t{16} << 20) : max_line_bytes_(max_line_bytes) {}

  /// Takes the next bytes, which must stay where they are until `next` has returned false.
  void feed(std::string_view chunk);

  /// The next line that is not blank, without white space around it. It is valid until the next call of a member that
  /// is not const. False: the chunk is used up and no longer needed, or `too_large`.
  bool next(std::string_view& line);

  /// The response has ended, and `next` has returned false. True, once, when the last line was not ended by a line
  /// feed.
  bool finish(std::string_view& line);

  /// The line that should have come next was larger than allowed. Nothing comes after it.
  bool too_large() const { return too_large_; }

 private:
  bool fits(std::size_t more);

  std::size_t max_line_bytes_;
  std::string_view rest_;
  std::string buffer_;   // the start of a line that the last chunk cut
  bool in_use_ = false;  // the buffer is the last line
  bool too_large_ = false;
};

}  // namespace instructor
