#pragma once

// std::stop_token for calls.
//
//   std::jthread worker([&](std::stop_token token) { client.try_create<User>(Request("...").stop(token)); });

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

#include "instructor/cancellation.hpp"
#include "instructor/request.hpp"

namespace instructor {

/// A cancellation that happens when `token` is asked to stop.
inline Cancellation cancellation_of(std::stop_token token) {
  if (!token.stop_possible()) return Cancellation::never();
  Cancellation cancellation;
  cancellation.keep(
      std::make_shared<std::stop_callback<std::function<void()>>>(std::move(token), cancellation.canceller()));
  return cancellation;
}

template <class Token>
Request& Request::stop(const Token& token) {
  return cancellation(cancellation_of(token));
}

}  // namespace instructor
