#pragma once

// Texts of a known form: addresses of people, hosts and pages.
//
//   struct Contact {
//     Email email;
//     std::optional<Url> homepage;
//     std::map<Hostname, Ipv4> hosts;
//     Formatted<"iri"> anything;         // any format of JSON Schema
//   };
//
// On a field that shall stay a std::string, write `format("email")` (model.hpp).

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "instructor/detail/known_formats.hpp"
#include "instructor/literal.hpp"
#include "instructor/text_form.hpp"

namespace instructor {

/// A text in a format of JSON Schema, which the schema tells and the decoder checks. Compares and prints as its text.
template <detail::LiteralConstant Name>
class Formatted {
 public:
  static constexpr std::size_t format_index = detail::find_known_format(Name.view());
  static_assert(format_index != detail::known_format_count,
                "instructor: Formatted<\"name\">: no such format; there are date-time, date, time, duration, email, "
                "idn-email, hostname, idn-hostname, ipv4, ipv6, uri, uri-reference, iri, iri-reference, uri-template, "
                "uuid, json-pointer, relative-json-pointer and regex");

  /// Empty, and so in most formats no valid value.
  Formatted() = default;
  /// Throws std::invalid_argument when `text` is not in the format.
  explicit Formatted(std::string text) : text_(std::move(text)) {
    if (is_valid(text_)) return;
    throw std::invalid_argument("instructor: not " + std::string(detail::known_formats[format_index].what) + ", as " +
                                std::string(detail::known_formats[format_index].example) + ": " + text_);
  }

  const std::string& value() const { return text_; }
  operator std::string_view() const { return text_; }  // NOLINT(google-explicit-constructor)

  /// Is the text in the format?
  static bool is_valid(std::string_view text) { return detail::is_in_format(format_index, text); }

  friend bool operator==(const Formatted&, const Formatted&) = default;
  friend auto operator<=>(const Formatted&, const Formatted&) = default;
  friend bool operator==(const Formatted& formatted, std::string_view text) { return formatted.text_ == text; }

  template <class Stream>
    requires requires(Stream& stream, const std::string& text) { stream << text; }
  friend Stream& operator<<(Stream& stream, const Formatted& formatted) {
    stream << formatted.text_;
    return stream;
  }

 private:
  std::string text_;
};

using Email = Formatted<"email">;
using Url = Formatted<"uri">;  ///< of any scheme, which must be there
using Hostname = Formatted<"hostname">;
using Ipv4 = Formatted<"ipv4">;
using Ipv6 = Formatted<"ipv6">;

template <detail::LiteralConstant Name>
struct TextForm<Formatted<Name>> {
  static constexpr const detail::KnownFormat& known = detail::known_formats[Formatted<Name>::format_index];
  static constexpr std::string_view what = known.what;
  static constexpr std::string_view example = known.example;
  static constexpr std::string_view format = known.name;

  static bool parse(std::string_view text, Formatted<Name>& value) {
    if (!Formatted<Name>::is_valid(text)) return false;
    value = Formatted<Name>(std::string(text));
    return true;
  }
  static std::string print(const Formatted<Name>& value) { return value.value(); }
};

}  // namespace instructor

template <instructor::detail::LiteralConstant Name>
struct std::hash<instructor::Formatted<Name>> {
  std::size_t operator()(const instructor::Formatted<Name>& formatted) const noexcept {
    return std::hash<std::string_view>()(formatted);
  }
};
