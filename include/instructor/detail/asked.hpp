#pragma once

// Not API: see instructor/client.hpp.

#include <type_traits>

#include "instructor/model.hpp"

namespace instructor::detail {

/// A type that is no struct is asked for as the one member of an object.
template <class T>
struct Answer {
  T content;

  static constexpr auto describe() {
    return model<Answer>("The answer.", instructor::name("Response"), field<&Answer::content>());
  }
};

template <class T>
inline constexpr bool is_object = type_of<T>().kind == Kind::object;

template <class T>
using Asked = std::conditional_t<is_object<T>, T, Answer<T>>;

}  // namespace instructor::detail
