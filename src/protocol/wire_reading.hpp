#pragma once

// What protocols do alike when they read replies and write what models said before.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/json.hpp"
#include "json/writer.hpp"

namespace instructor::wire {

/// Servers differ in what they leave out and what they say null for.
constexpr DecodeOptions lenient() {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  options.last_duplicate_wins = true;
  return options;
}

/// Decodes an envelope into a value-initialised object. A server may deviate in what is not the answer, which is what
/// stands below one of `places`, JSON Pointers. Throws Error (`bad_response`) where it deviates in more, or where the
/// body is no JSON object at all.
template <class T>
T read(std::string_view body, std::span<const std::string_view> places);

/// The part of it that knows nothing of T.
void check_envelope(const Issues& issues, std::string_view body, std::span<const std::string_view> places);

template <class T>
T read(std::string_view body, std::span<const std::string_view> places) {
  T envelope;
  Issues issues;
  if (!instructor::detail::decode_value(type_of<T>(), &envelope, body, lenient(), issues))
    check_envelope(issues, body, places);
  return envelope;
}

/// The member of an object; null when there is none, it is JSON null, or `object` is none.
const Json* member(const Json& object, std::string_view name);

/// A member that is text; empty when it is not.
std::string text_at(const Json& object, std::string_view name);

/// A count as a provider may mean it; sums of such cannot overflow.
std::int64_t count(std::int64_t said);
std::int64_t count(double said);

/// Every call gets an id, so that it can be answered.
std::string id_or_number(std::string id, std::size_t calls_before);

/// Arguments that came as a value, as text; a text stays as it is.
std::string arguments_text(const Json& arguments);

/// Providers refuse other names than 1 to 64 of a-z, A-Z, 0-9, _ and -, also those that their models made up. `tool`
/// is the name for calls without one.
std::string called_name(std::string_view name, std::string_view tool);

/// The arguments of an earlier call where an object has to stand: themselves, or what there is of them as text in an
/// object.
std::string arguments_object(std::string_view arguments);

/// The same of a call whose arguments may be broken off: what there is of them.
std::string closed_arguments(std::string_view arguments);

/// Is this text a JSON object, which can stand in a request as it is?
bool is_object(std::string_view text);

/// Is there nothing to be read in it?
bool is_blank(std::string_view text);

}  // namespace instructor::wire
