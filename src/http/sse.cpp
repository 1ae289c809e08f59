#include "http/sse.hpp"

#include <algorithm>
#include <cstring>

namespace instructor {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

const char* find(const char* begin, const char* end, char c) {
  const void* found = std::memchr(begin, c, static_cast<std::size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

struct Field {
  std::string_view name;
  std::string_view value;
};

/// A comment has an empty name.
Field split(std::string_view line) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* const colon = find(begin, end, ':');
  const char* value = colon == end ? end : colon + 1;
  if (value != end && *value == ' ') ++value;
  return {between(begin, colon), between(value, end)};
}

}  // namespace

void EventSplitter::feed(std::string_view chunk) {
  if (too_large_ || chunk.empty()) return;
  while (mark_size_ < byte_order_mark.size() && !chunk.empty()) {
    if (chunk.front() != byte_order_mark[mark_size_]) {
      buffer_.append(byte_order_mark.substr(0, mark_size_));  // it was the start of a line after all
      mark_size_ = static_cast<std::uint8_t>(byte_order_mark.size());
    } else {
      chunk.remove_prefix(1);
      ++mark_size_;
    }
  }
  if (skip_line_feed_ && !chunk.empty()) {
    skip_line_feed_ = false;
    if (chunk.front() == '\n') chunk.remove_prefix(1);
  }
  position_ = chunk.data();
  end_ = position_ + chunk.size();
  line_feed_ = find(position_, end_, '\n');
  carriage_return_ = find(position_, end_, '\r');
}

bool EventSplitter::next(Event& event) {
  if (dispatched_) begin_event();
  while (position_ != end_) {
    const char* const stop = line_end();
    const std::string_view line = between(position_, stop);
    if (!fits(line.size())) {
      give_up();
      return false;
    }
    if (stop == end_) break;
    skip_line_end(stop);
    if (buffer_.size() != data_size_) {
      buffer_.append(line);
      take_cut_line();
    } else if (!line.empty()) {
      take_line(line);
    } else if (dispatch(event)) {
      return true;
    }
  }
  set_rest_aside();
  return false;
}

bool EventSplitter::finish(Event& event) {
  if (dispatched_) begin_event();
  // The standard drops an event without its blank line. Servers leave that line out at the end, and what came before it
  // may be the most important event of all: the error that ended the response.
  if (buffer_.size() != data_size_) take_cut_line();
  return dispatch(event);
}

/// Of the line at the position; the end of the chunk when that cuts the line.
const char* EventSplitter::line_end() {
  if (line_feed_ < position_) line_feed_ = find(position_, end_, '\n');
  if (carriage_return_ < position_) carriage_return_ = find(position_, end_, '\r');
  return std::min(line_feed_, carriage_return_);
}

void EventSplitter::skip_line_end(const char* stop) {
  position_ = stop + 1;
  if (*stop == '\n') return;
  // Waiting for the byte after a \r would hold back an event that is complete.
  if (position_ == end_)
    skip_line_feed_ = true;
  else if (*position_ == '\n')
    ++position_;
}

/// A line that is whole in the chunk.
void EventSplitter::take_line(std::string_view line) {
  const auto [field, value] = split(line);
  if (field != "data") {
    take_other_field(field, value);
  } else if (data_place_ == Place::nowhere) {
    data_ = value;
    data_place_ = Place::chunk;
  } else {
    if (data_place_ == Place::chunk) buffer_.assign(data_);
    buffer_ += '\n';
    buffer_.append(value);
    data_size_ = buffer_.size();
    data_place_ = Place::buffer;
  }
}

/// A line that is the end of the buffer. All that came before it is in the buffer too.
void EventSplitter::take_cut_line() {
  const auto [field, value] = split(std::string_view(buffer_).substr(data_size_));
  if (field == "data") {
    const auto value_begin = static_cast<std::size_t>(value.data() - buffer_.data());
    if (data_place_ == Place::buffer) buffer_[data_size_++] = '\n';
    buffer_.erase(data_size_, value_begin - data_size_);
    data_size_ = buffer_.size();
    data_place_ = Place::buffer;
  } else {
    take_other_field(field, value);
    buffer_.resize(data_size_);
  }
}

void EventSplitter::take_other_field(std::string_view field, std::string_view value) {
  if (field == "event")
    name_ = value;
  else if (field == "id" && value.find('\0') == std::string_view::npos)
    id_ = value;
}

bool EventSplitter::dispatch(Event& event) {
  if (data_place_ == Place::nowhere) {
    name_.clear();
    return false;
  }
  event = {name_, data_place_ == Place::chunk ? data_ : std::string_view(buffer_), id_};
  dispatched_ = true;
  return true;
}

void EventSplitter::begin_event() {
  dispatched_ = false;
  data_place_ = Place::nowhere;
  data_size_ = 0;
  buffer_.clear();
  name_.clear();
}

void EventSplitter::set_rest_aside() {
  if (data_place_ == Place::chunk) {
    buffer_.assign(data_);
    data_size_ = buffer_.size();
    data_place_ = Place::buffer;
  }
  buffer_.append(between(position_, end_));
  position_ = end_;
}

/// Bytes of a line, whether it is kept or not: so the outcome does not depend on where the chunks were cut.
bool EventSplitter::fits(std::size_t more) const {
  const std::size_t in_chunk = data_place_ == Place::chunk ? data_.size() : 0;
  return in_chunk + buffer_.size() + name_.size() + id_.size() + more <= max_event_bytes_;
}

void EventSplitter::give_up() {
  begin_event();
  too_large_ = true;
  position_ = end_;
}

}  // namespace instructor
