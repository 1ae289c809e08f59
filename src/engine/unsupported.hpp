#pragma once

#include "instructor/error.hpp"

namespace instructor::engine {

/// Does the provider say that it, or the model, cannot be asked for structured output in this way?
bool says_unsupported(const ErrorDetail& detail);

}  // namespace instructor::engine
