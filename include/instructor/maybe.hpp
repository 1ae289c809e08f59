#pragma once

// An answer that may not be there.
//
//   auto user = client.create<Maybe<User>>("...");
//   if (user) use(*user.result); else log(user.message.value_or(""));

#include <optional>
#include <string>

#include "instructor/detail/names.hpp"
#include "instructor/model.hpp"

namespace instructor {

namespace detail {

/// `MaybeUser`
template <class T>
inline constexpr auto maybe_name = JoinedName<63>().add("Maybe").add(type_of<T>().name);

}  // namespace detail

/// A T, or why there is none. True when there is one.
template <class T>
struct Maybe {
  std::optional<T> result;
  bool error = false;
  std::optional<std::string> message;

  explicit operator bool() const { return result.has_value(); }

  static constexpr auto describe() {
    return model<Maybe>(instructor::name(detail::maybe_name<T>.text),
                        field<&Maybe::result>("The result, when the text has one that is correct."),
                        field<&Maybe::error>("Whether there is no result.", default_value(false)),
                        field<&Maybe::message>("Why there is no result, in a few words."));
  }
};

}  // namespace instructor
