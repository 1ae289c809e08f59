#pragma once

// The push parser: bytes go in as they arrive, events come out, each byte is looked at once. A whole document is the
// special case of one chunk; what a handler makes of the events is the same however the bytes are cut up.
//
// Strict RFC 8259: no comments, no trailing commas, valid UTF-8, escaped surrogates in pairs. Bounded in depth, in
// size and in the length of a number.
//
// A Handler has
//
//   void begin_object();  void end_object();  void begin_array();  void end_array();
//   void key(std::string_view key);
//   void string(std::string_view text);   // a string that came in one chunk
//   std::string* begin_string();          // one that did not: where the text goes as it comes; null: nowhere
//   void end_string();
//   void integer(const Number& value, std::string_view text);
//   void floating(double value, std::string_view text);
//   void unfit(std::string_view text, NumberForm form);  // an integer of more than 64 bits, or beyond any double
//   void boolean(bool value);  void null();
//   bool stopped() const;  // true: leave the rest unread
//
// may have
//
//   std::string_view expected_key() const;  // with the closing quote: the key that comes next, as nearly always
//   void take_expected_key();               // it came, and nothing else is said about it
//
// and may call `capture` from begin_object or begin_array. Texts are valid during the call only.
//
// One class in one file: the compiler keeps the state in registers only where it sees all of it.
//
// The hot functions take and return the position in the chunk, which then lives in a register; a null position means
// that the chunk is used up or the document is given up, and `state_` says which.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "json/escape.hpp"
#include "json/failure.hpp"
#include "json/nesting.hpp"
#include "json/numbers.hpp"
#include "json/scan.hpp"
#include "json/text.hpp"

namespace instructor::json {

template <class Handler>
class PushParser {
 public:
  explicit PushParser(Handler& handler, const Limits& limits = {}) : handler_(handler), limits_(limits) {}

  /// Takes the next bytes. False once the document is given up; further bytes are then ignored.
  bool feed(std::string_view chunk) {
    if (state_ == State::failed) return false;
    const bool too_long = chunk.size() > limits_.max_bytes - consumed_;
    if (too_long) chunk = chunk.substr(0, limits_.max_bytes - consumed_);
    chunk_ = chunk.data();
    end_ = chunk.data() + chunk.size();
    capture_from_ = chunk_;
    run(chunk_);
    if (capture_ != nullptr) {
      flush_capture(end_);
      if (state_ == State::failed && failure_->offset < capture_begin_ + capture_->size())
        capture_->resize(failure_->offset - capture_begin_);
    }
    consumed_ += chunk.size();
    if (too_long && state_ != State::failed && !handler_.stopped())
      fail(limits_.max_bytes, Fault::size, "at most " + std::to_string(limits_.max_bytes) + " bytes", "more");
    return state_ != State::failed;
  }

  /// The text has ended. True when it was one whole, well-formed document.
  bool finish() {
    if (state_ == State::number && number_may_end()) take_number(buffer_.view());
    if (state_ == State::done) return true;
    if (state_ == State::failed || handler_.stopped()) return false;
    fail(consumed_, Fault::truncated, expectation(), "the end of the text");
    return false;
  }

  /// The root value is whole: nothing but white space may follow.
  bool done() const { return state_ == State::done; }
  bool failed() const { return state_ == State::failed; }
  /// Bytes up to and with the end of the last container.
  std::size_t position() const { return container_end_; }
  /// Bytes before the container that is just beginning: only from begin_object and begin_array.
  std::size_t container_begin() const { return offset(container_); }
  /// Only after `feed` or `finish` has returned false, and not because the handler stopped.
  const Failure& failure() const { return *failure_; }

  /// Copies the text of the container that is just beginning, brackets included, to `sink`: at most `limit` bytes.
  void capture(std::string* sink, std::size_t limit) {
    capture_ = sink;
    capture_limit_ = limit;
    capture_depth_ = nesting_.depth();
    capture_from_ = container_;
    capture_begin_ = offset(container_);
  }

 private:
  enum class State : std::uint8_t {
    value,         // a value must come
    value_or_end,  // just after [
    key,           // after a comma in an object
    key_or_end,    // just after {
    colon,
    after_value,  // a comma or a closing bracket
    string,       // inside a string or key that the last chunk cut
    escape,       // inside an escape sequence that the last chunk cut
    number,       // inside a number that the last chunk cut
    literal,      // inside true, false, null
    done,
    failed,
  };

  void run(const char* p) {
    if (state_ >= State::string && state_ < State::done) p = resume(p);
    while (p != nullptr && !handler_.stopped()) {
      p = skip_space(p);
      if (p == end_) return;
      const char c = *p;
      switch (state_) {
        case State::value_or_end:
          if (c == ']') {
            p = end_container(p);
            break;
          }
          [[fallthrough]];
        case State::value: p = begin_value(p); break;
        case State::key_or_end:
          if (c == '}') {
            p = end_container(p);
            break;
          }
          [[fallthrough]];
        case State::key: p = begin_member(p); break;
        case State::colon:
          if (c != ':') return fail_at(p);
          ++p;
          state_ = State::value;
          break;
        case State::after_value:
          if (c == ',') {
            p = skip_space(p + 1);
            state_ = nesting_.in_object() ? State::key : State::value;
            if (p == end_) return;
            p = nesting_.in_object() ? begin_member(p) : begin_value(p);
          } else if (c == (nesting_.in_object() ? '}' : ']')) {
            p = end_container(p);
          } else {
            return fail_at(p);
          }
          break;
        case State::done: return fail_at(p);
        case State::string:
        case State::escape:
        case State::number:
        case State::literal:
        case State::failed: return;
      }
    }
    if (p != nullptr && capture_ != nullptr) {  // the handler wants no more
      flush_capture(p);
      capture_ = nullptr;
    }
  }

  /// A key, and its value where that follows at once.
  const char* begin_member(const char* p) {
    if (*p != '"') {
      fail_at(p);
      return nullptr;
    }
    p = begin_key(p + 1);
    if (p == nullptr || p == end_ || *p != ':') return p;
    p = skip_space(p + 1);
    state_ = State::value;
    return p == end_ ? p : begin_value(p);
  }

  /// Goes on inside a token that the last chunk cut.
  const char* resume(const char* p) {
    switch (state_) {
      case State::escape: p = resume_escape(p); return p == nullptr ? nullptr : resume_string(p);
      case State::string: return resume_string(p);
      case State::number: return resume_number(p);
      default: return resume_literal(p);
    }
  }

  const char* skip_space(const char* p) {
    for (; p != end_ && static_cast<unsigned char>(*p) <= ' '; ++p) {
      if (*p == '\n') {
        ++line_;
        line_begin_ = offset(p) + 1;
      } else if (!is_space(*p)) {
        break;
      }
    }
    return p;
  }

  std::size_t offset(const char* p) const { return consumed_ + static_cast<std::size_t>(p - chunk_); }

  const char* begin_value(const char* p) {
    switch (*p) {
      case '{':
        if (!push(p, true)) return nullptr;
        state_ = State::key_or_end;
        handler_.begin_object();
        return p + 1;
      case '[':
        if (!push(p, false)) return nullptr;
        state_ = State::value_or_end;
        handler_.begin_array();
        return p + 1;
      case '"': return begin_string(p + 1);
      case 't': return begin_literal(p, "true");
      case 'f': return begin_literal(p, "false");
      case 'n': return begin_literal(p, "null");
      case '-':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9': return begin_number(p);
      default: fail_at(p); return nullptr;
    }
  }

  bool push(const char* p, bool object) {
    if (nesting_.depth() >= limits_.max_depth) {
      fail(offset(p), Fault::depth, "at most " + std::to_string(limits_.max_depth) + " levels of nesting", "one more");
      return false;
    }
    nesting_.push(object);
    container_ = p;
    return true;
  }

  const char* end_container(const char* p) {
    ++p;
    if (capture_ != nullptr && nesting_.depth() == capture_depth_) {
      flush_capture(p);
      capture_ = nullptr;
    }
    container_end_ = offset(p);
    const bool object = nesting_.in_object();
    nesting_.pop();
    if (object)
      handler_.end_object();
    else
      handler_.end_array();
    value_ended();
    return p;
  }

  void value_ended() { state_ = nesting_.depth() == 0 ? State::done : State::after_value; }

  // ---- strings ---------------------------------------------------------------------------------------------------

  /// Just after the opening quote. What comes in one chunk is passed on whole.
  const char* begin_key(const char* p) {
    if constexpr (requires { handler_.expected_key(); }) {
      const std::string_view expected = handler_.expected_key();
      const std::size_t size = expected.size();
      if (size != 0 && static_cast<std::size_t>(end_ - p) >= size && same_text(p, expected)) {
        state_ = State::colon;
        handler_.take_expected_key();
        return p + size;
      }
    }
    const char* stop = skip_plain(p, end_);
    if (stop != end_ && *stop == '"') {
      state_ = State::colon;
      handler_.key({p, static_cast<std::size_t>(stop - p)});
      return stop + 1;
    }
    buffer_.clear();
    buffer_.append(p, stop);
    in_key_ = true;
    text_ = nullptr;
    state_ = State::string;
    return resume_string(stop);
  }

  const char* begin_string(const char* p) {
    const char* stop = skip_plain(p, end_);
    if (stop != end_ && *stop == '"') {
      value_ended();
      handler_.string({p, static_cast<std::size_t>(stop - p)});
      return stop + 1;
    }
    buffer_.clear();
    buffer_.append(p, stop);
    in_key_ = false;
    cut_ = false;
    text_ = nullptr;
    state_ = State::string;
    return resume_string(stop);
  }

  /// Decodes into `buffer_`; when the chunk ends first, or the text goes wrong, what there is goes to the handler's
  /// string: how much of it can be seen must not depend on the chunks.
  const char* resume_string(const char* p) {
    while (p != end_) {
      if (partial_size_ != 0) {
        p = resume_code_point(p);
        if (p == nullptr) return nullptr;
        continue;
      }
      p = copy_plain(p, end_, buffer_);
      if (p == end_) break;
      const auto c = static_cast<unsigned char>(*p);
      if (c == '"') return end_string(p + 1);
      if (c == '\\') {
        p = take_escape(p);
      } else if (c >= 0x80) {
        p = take_code_point(p);
      } else {
        fail(offset(p), Fault::syntax, "an escaped control character", describe(*p));
        p = nullptr;
      }
      if (p == nullptr) break;
    }
    flush_string();
    return nullptr;
  }

  void flush_string() {
    if (in_key_) return;
    if (!cut_) {
      cut_ = true;
      text_ = handler_.begin_string();
    }
    if (text_ != nullptr) text_->append(buffer_.view());
    buffer_.clear();
  }

  const char* end_string(const char* p) {
    if (in_key_) {
      state_ = State::colon;
      handler_.key(buffer_.view());
    } else if (!cut_) {
      value_ended();
      handler_.string(buffer_.view());
    } else {
      value_ended();
      if (text_ != nullptr) text_->append(buffer_.view());
      handler_.end_string();
    }
    return p;
  }

  /// Text beyond ASCII. Null when the chunk ends inside a character, or it is ill-formed.
  const char* take_code_point(const char* p) {
    const std::string_view rest(p, static_cast<std::size_t>(end_ - p));
    if (const std::size_t length = utf8_length(rest)) {
      buffer_.append(p, p + length);
      return p + length;
    }
    if (utf8_may_begin(rest)) {
      std::memcpy(partial_.data(), p, rest.size());
      partial_size_ = rest.size();
      partial_begin_ = offset(p);
      return nullptr;
    }
    fail(offset(p), Fault::utf8, "valid UTF-8", describe(*p));
    return nullptr;
  }

  const char* resume_code_point(const char* p) {
    while (p != end_) {
      partial_[partial_size_++] = *p;
      const std::string_view sequence(partial_.data(), partial_size_);
      if (utf8_length(sequence) != 0) {
        buffer_.append(sequence.data(), sequence.data() + sequence.size());
        partial_size_ = 0;
        return p + 1;
      }
      if (!utf8_may_begin(sequence)) {
        fail(partial_begin_, Fault::utf8, "valid UTF-8", describe(partial_[0]));
        return nullptr;
      }
      ++p;
    }
    return p;
  }

  // ---- escapes ---------------------------------------------------------------------------------------------------

  const char* take_escape(const char* p) {
    if (end_ - p >= 2) {
      if (const char simple = unescaped(p[1])) {
        buffer_.append(simple);
        return p + 2;
      }
    }
    if (end_ - p >= 6 && p[1] == 'u') {
      if (const std::uint32_t code = simple_code_point(p + 2)) {
        append_code_point(buffer_, code);
        return p + 6;
      }
    }
    escape_.clear();
    state_ = State::escape;
    return resume_escape(p);
  }

  const char* resume_escape(const char* p) {
    while (p != end_) {
      switch (escape_.take(*p++)) {
        case EscapeReader::Status::incomplete: break;
        case EscapeReader::Status::complete:
          append_code_point(buffer_, escape_.code_point());
          state_ = State::string;
          return p;
        case EscapeReader::Status::invalid:
          fail(offset(p - 1), Fault::syntax, escape_.expectation(), describe(p[-1]));
          return nullptr;
      }
    }
    return nullptr;
  }

  // ---- numbers and words -----------------------------------------------------------------------------------------

  const char* begin_number(const char* p) {
    const ShortNumber number = scan_short_number(p, end_);
    if (number.stop == nullptr) return begin_long_number(p);
    const std::string_view token(p, static_cast<std::size_t>(number.stop - p));
    value_ended();
    if (number.whole)
      handler_.integer(number.integer, token);
    else
      handler_.floating(number.floating, token);
    return number.stop;
  }

  const char* begin_long_number(const char* p) {
    const char* stop = p;
    while (stop != end_ && is_number_char(*stop)) ++stop;
    const std::string_view token(p, static_cast<std::size_t>(stop - p));
    number_begin_ = offset(p);
    if (stop == end_ || token.size() > limits_.max_number) {
      buffer_.clear();
      state_ = State::number;
      return resume_number(p);
    }
    return take_number(token) ? stop : nullptr;
  }

  bool take_number(std::string_view token) {
    const NumberForm form = classify_number(token);
    if (form == NumberForm::invalid) {
      fail(number_begin_, Fault::syntax, "a number as JSON spells it", shortened(token, 40));
      return false;
    }
    value_ended();
    if (form == NumberForm::integer) {
      Number value;
      if (parse_integer(token, value) == Fit::exact)
        handler_.integer(value, token);
      else
        handler_.unfit(token, form);
    } else {
      double value = 0;
      if (parse_double(token, value) == Fit::exact)
        handler_.floating(value, token);
      else
        handler_.unfit(token, form);
    }
    return true;
  }

  const char* resume_number(const char* p) {
    const char* stop = p;
    while (stop != end_ && is_number_char(*stop)) ++stop;
    const auto more = static_cast<std::size_t>(stop - p);
    if (more > limits_.max_number - buffer_.view().size()) {
      fail(number_begin_, Fault::size, "a number of at most " + std::to_string(limits_.max_number) + " characters",
           "a longer one");
      return nullptr;
    }
    buffer_.append(p, stop);
    if (stop == end_) return nullptr;
    return take_number(buffer_.view()) ? stop : nullptr;
  }

  /// Is what there is of the number all of one, right or wrong? "1." and "1e+" want more.
  bool number_may_end() const { return is_digit(buffer_.view().back()); }

  const char* begin_literal(const char* p, std::string_view word) {
    literal_ = word;
    literal_size_ = 0;
    state_ = State::literal;
    return resume_literal(p);
  }

  const char* resume_literal(const char* p) {
    while (p != end_ && literal_size_ < literal_.size()) {
      if (*p != literal_[literal_size_]) {
        std::string word;
        append_string(word, std::string(literal_.substr(0, literal_size_)) + *p);
        fail(offset(p) - literal_size_, Fault::syntax, value_expectation(), std::move(word));
        return nullptr;
      }
      ++p;
      ++literal_size_;
    }
    if (literal_size_ < literal_.size()) return nullptr;
    value_ended();
    if (literal_[0] == 'n')
      handler_.null();
    else
      handler_.boolean(literal_[0] == 't');
    return p;
  }

  // ---- failures --------------------------------------------------------------------------------------------------

  const char* value_expectation() const { return nesting_.depth() == 0 ? "a JSON value" : "a value"; }

  const char* expectation() const {
    switch (state_) {
      case State::value: return value_expectation();
      case State::value_or_end: return "a value or ]";
      case State::key: return "a key in double quotes";
      case State::key_or_end: return "a key in double quotes or }";
      case State::colon: return "a colon";
      case State::after_value: return nesting_.in_object() ? "a comma or }" : "a comma or ]";
      case State::string:
      case State::escape: return in_key_ ? "the rest of a key" : "the rest of a string";
      case State::number: return "the rest of a number";
      case State::literal: return "the rest of a word";
      case State::done: return "nothing after the value";
      case State::failed: break;
    }
    return "";
  }

  static std::string describe(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F) return std::string("'") + c + "'";
    constexpr std::string_view digits = "0123456789ABCDEF";
    return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
  }

  void fail_at(const char* p) { fail(offset(p), Fault::syntax, expectation(), describe(*p)); }

  void fail(std::size_t where, Fault fault, std::string expected, std::string found) {
    failure_ = std::make_unique<Failure>(
        Failure{fault, std::move(expected), std::move(found), where, line_, where - line_begin_ + 1});
    state_ = State::failed;
  }

  void flush_capture(const char* to) {
    const std::size_t room = capture_limit_ > capture_->size() ? capture_limit_ - capture_->size() : 0;
    const auto size = static_cast<std::size_t>(to - capture_from_);
    capture_->append(capture_from_, size < room ? size : room);
    capture_from_ = to;
  }

  Handler& handler_;
  const Limits limits_;
  State state_ = State::value;
  bool in_key_ = false;
  bool cut_ = false;  // the current string began in an earlier chunk

  const char* chunk_ = nullptr;
  const char* end_ = nullptr;
  std::size_t consumed_ = 0;  // bytes of earlier chunks
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;

  Nesting nesting_;
  const char* container_ = nullptr;  // the bracket that opened the innermost container
  std::size_t container_end_ = 0;

  Buffer buffer_;
  std::string* text_ = nullptr;
  std::array<char, 4> partial_{};  // the start of a character that the last chunk cut
  std::size_t partial_size_ = 0;
  std::size_t partial_begin_ = 0;
  EscapeReader escape_;
  std::size_t number_begin_ = 0;
  std::string_view literal_;
  std::size_t literal_size_ = 0;

  std::string* capture_ = nullptr;
  std::size_t capture_limit_ = 0;
  std::size_t capture_depth_ = 0;
  const char* capture_from_ = nullptr;
  std::size_t capture_begin_ = 0;  // in bytes from the start

  std::unique_ptr<Failure> failure_;
};

}  // namespace instructor::json
