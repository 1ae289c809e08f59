#pragma once

// Server-sent events (WHATWG HTML, section 9.2.6), taken apart as the bytes arrive.
//
//   splitter.feed(chunk);
//   while (splitter.next(event)) take(event);
//   ...
//   if (splitter.finish(event)) take(event);  // the response has ended
//
// The events are the same however the bytes are cut up, and each byte is looked at a fixed number of times. The common
// event, a single data line that is whole in one chunk, is not copied.
//
// Two things differ from the standard: `finish` loses nothing, and bytes that are no UTF-8 are passed on as they are,
// because whoever reads the data checks them anyway. `retry:` is ignored: a request is not repeated from here.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace instructor {

class EventSplitter {
 public:
  struct Event {
    std::string_view name;  ///< of the last `event` line; empty means "message"
    std::string_view data;  ///< the `data` lines, with line feeds between them
    std::string_view id;    ///< of the last `id` line, which may belong to an earlier event
  };

  /// No more than `max_event_bytes` are held: the data, the name and the id so far, and the line that is being read.
  explicit EventSplitter(std::size_t max_event_bytes = std::size_t{16} << 20) : max_event_bytes_(max_event_bytes) {}

  /// Takes the next bytes, which must stay where they are until `next` has returned false.
  void feed(std::string_view chunk);

  /// The next event. Its texts are valid until the next call of a member that is not const. False: the chunk is used up
  /// and no longer needed, or `too_large`.
  bool next(Event& event);

  /// The response has ended, and `next` has returned false. True, once, when an event with data was still to be ended
  /// by a blank line, even if its last line was not ended either.
  bool finish(Event& event);

  /// The event that should have come next was larger than allowed. Nothing comes after it.
  bool too_large() const { return too_large_; }

 private:
  enum class Place : std::uint8_t { nowhere, chunk, buffer };

  const char* line_end();
  void skip_line_end(const char* stop);
  void take_line(std::string_view line);
  void take_cut_line();
  void take_other_field(std::string_view field, std::string_view value);
  bool dispatch(Event& event);
  void begin_event();
  void set_rest_aside();
  bool fits(std::size_t more) const;
  void give_up();

  std::size_t max_event_bytes_;
  bool too_large_ = false;
  bool dispatched_ = false;      // the last event is still in use
  bool skip_line_feed_ = false;  // the last chunk ended with \r
  std::uint8_t mark_size_ = 0;   // bytes of the byte order mark so far; all, once it is there or is not

  const char* position_ = nullptr;
  const char* end_ = nullptr;
  // The next of each at or after the position, or the end. They are kept because a text with line ends of one kind only
  // would else be searched to its end for the other kind, at every line.
  const char* line_feed_ = nullptr;
  const char* carriage_return_ = nullptr;

  Place data_place_ = Place::nowhere;
  std::string_view data_;      // while it is in the chunk
  std::string buffer_;         // the data if it is here, then the start of a line that the last chunk cut
  std::size_t data_size_ = 0;  // in the buffer
  std::string name_;
  std::string id_;
};

}  // namespace instructor
