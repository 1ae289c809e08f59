#pragma once

// Writes JSON text piece by piece: commas and colons come by themselves. The caller keeps the nesting right.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "json/numbers.hpp"
#include "json/text.hpp"

namespace instructor::json {

/// A key that is written as it stands; the compiler sees to it that it can be.
class Key {
 public:
  consteval Key(const char* text) : text_(text) {  // NOLINT(google-explicit-constructor)
    for (const char c : text_)
      if (c < 0x20 || c > 0x7E || c == '"' || c == '\\') throw "this key has to be escaped: use escaped_key";
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void begin_object() {
    separate();
    out_ += '{';
    first_ = true;
  }
  void end_object() {
    out_ += '}';
    first_ = false;
  }
  void begin_array() {
    separate();
    out_ += '[';
    first_ = true;
  }
  void end_array() {
    out_ += ']';
    first_ = false;
  }

  Writer& key(Key key) {
    const std::string_view text = key.text();
    const bool comma = !first_ && !after_key_;
    const std::size_t before = out_.size();
    const std::size_t size = before + text.size() + (comma ? 4 : 3);
    out_.resize_and_overwrite(size, [=](char* to, std::size_t) {
      to += before;
      if (comma) *to++ = ',';
      *to++ = '"';
      std::memcpy(to, text.data(), text.size());
      to += text.size();
      *to++ = '"';
      *to = ':';
      return size;
    });
    first_ = false;
    after_key_ = true;
    return *this;
  }
  Writer& escaped_key(std::string_view name) {
    separate();
    append_string(out_, name);
    out_ += ':';
    after_key_ = true;
    return *this;
  }

  void string(std::string_view text) {
    separate();
    append_string(out_, text);
  }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  void integer(std::int64_t value) {
    separate();
    append_signed(out_, value);
  }
  void number(double value) {
    separate();
    append_double(out_, value);
  }
  /// JSON text as it stands.
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }

 private:
  void separate() {
    if (!first_ && !after_key_) out_ += ',';
    first_ = false;
    after_key_ = false;
  }

  std::string& out_;
  bool first_ = true;
  bool after_key_ = false;
};

}  // namespace instructor::json
