#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/authorization.hpp"

namespace instructor {

/// `Authorization: Bearer` with what `get` returns, which is asked at each request, from many threads. Throws Error
/// (`authentication`) when it returns nothing, or what cannot stand in a header.
std::shared_ptr<const Authorization> bearer_authorization(std::function<std::string()> get);

}  // namespace instructor
