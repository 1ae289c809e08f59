#pragma once

// From JSON text to values and back.
//
//   std::expected<User, Issues> user = decode<User>(R"({"name":"Ada","age":36})");
//   std::string text = encode(*user);
//
// Text that arrives in pieces:
//
//   Decoder<User> decoder;
//   while (read(chunk)) decoder.feed(chunk);
//   std::expected<User, Issues> user = decoder.finish();
//
// Decoding is strict: "5" is no integer, nor is 5.0; nothing is coerced (see DecodeOptions::lax). All issues are
// collected in one pass, each with its path. Every byte is looked at once, and the outcome does not depend on how the
// text was cut up.

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "instructor/issue.hpp"
#include "instructor/model.hpp"

namespace instructor {

class Context;

/// Bounds and leniences of decoding. The defaults suit replies of language models.
struct DecodeOptions {
  /// Objects and lists inside each other.
  std::size_t max_depth = 128;
  /// Bytes of the whole text.
  std::size_t max_bytes = 64 << 20;
  /// Values of any kind; bounds memory where each takes much more than its text, as `{}` in a list of large structs.
  std::size_t max_values = 1'000'000;
  /// null for a field that has a default counts as left out. Strict schemas ask for every field, and say null here.
  bool null_is_absent = false;
  /// A field that is left out keeps its initial value, required or not.
  bool missing_is_default = false;
  /// Values of another type are taken where nothing is lost: `"5"` and `5.0` for an integer, `"yes"` for a boolean. The
  /// whole list is in docs/validation.md.
  bool lax = false;
  /// Of two equal keys the last one counts, silently; otherwise the second is an issue. Applies to `Json` alone.
  bool last_duplicate_wins = false;
  /// What checks that take a Context are given (context.hpp). It must outlive the decoding. Null: an empty one.
  const Context* context = nullptr;
};

namespace detail {

struct DecoderState;
struct LivePlace;

/// The part of the decoder that knows nothing of T.
class DecoderCore {
 public:
  DecoderCore(const TypeInfo& type, void* target, const DecodeOptions& options, bool live = false);
  ~DecoderCore();
  DecoderCore(DecoderCore&&) noexcept;
  DecoderCore& operator=(DecoderCore&&) noexcept;

  bool feed(std::string_view chunk);
  bool finish();
  bool done() const;
  const Issues& issues() const;
  const Issues& warnings() const;
  Issues take_issues();
  bool take_changed();
  LivePlace place() const;

 private:
  std::unique_ptr<DecoderState> state_;
};

/// Decodes a whole text into a value-initialised object. True when it is valid. `warnings` may be null.
bool decode_value(const TypeInfo& type, void* target, std::string_view text, const DecodeOptions& options,
                  Issues& issues, Issues* warnings = nullptr);

void encode_value(const TypeInfo& type, const void* value, std::string& out, int indent);

}  // namespace detail

/// Decodes a T from text that arrives in chunks. Not safe to use from several threads at once.
template <class T>
class Decoder {
 public:
  explicit Decoder(const DecodeOptions& options = {})
      : value_(std::make_unique<T>()), core_(type_of<T>(), value_.get(), options) {}

  /// Takes the next bytes, cut anywhere. False once the text is given up; `finish` tells why.
  bool feed(std::string_view chunk) { return core_.feed(chunk); }

  /// The value is whole: nothing but white space may follow.
  bool done() const { return core_.done(); }

  /// The text has ended: the value, or everything that is wrong with it. Call it once.
  std::expected<T, Issues> finish() {
    if (core_.finish()) return std::move(*value_);
    return std::unexpected(core_.take_issues());
  }

  /// The issues so far.
  const Issues& issues() const { return core_.issues(); }

  /// What soft checks and `Issues::warn` have reported so far; it does not make the value less valid.
  const Issues& warnings() const { return core_.warnings(); }

 private:
  std::unique_ptr<T> value_;
  detail::DecoderCore core_;
};

/// Decodes a T from a whole text. Throws Error: `invalid_model` for a pattern that is no regular expression,
/// `missing_context` when a check asks for what `options.context` does not have.
template <class T>
std::expected<T, Issues> decode(std::string_view text, const DecodeOptions& options = {}) {
  std::expected<T, Issues> result{std::in_place};
  Issues issues;
  if (!detail::decode_value(type_of<T>(), &*result, text, options, issues)) result = std::unexpected(std::move(issues));
  return result;
}

/// The same, and `warnings` is set to what soft checks and `Issues::warn` have reported.
template <class T>
std::expected<T, Issues> decode(std::string_view text, Issues& warnings, const DecodeOptions& options = {}) {
  std::expected<T, Issues> result{std::in_place};
  Issues issues;
  if (!detail::decode_value(type_of<T>(), &*result, text, options, issues, &warnings))
    result = std::unexpected(std::move(issues));
  return result;
}

/// The JSON text of a value; `indent` spaces a level, or compact. Empty optional members are left out. Throws Error
/// (`invalid_model`) for what has no JSON form: a number that is not finite, text that is not UTF-8, an enum value
/// without a name.
template <class T>
std::string encode(const T& value, int indent = -1) {
  std::string out;
  detail::encode_value(type_of<T>(), &value, out, indent);
  return out;
}

}  // namespace instructor
