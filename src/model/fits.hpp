#pragma once

#include <string>

#include "instructor/dialect.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// Why a dialect cannot express a type: `/amounts: free keys`. Empty when it can.
std::string why_not(const Plan& plan, const Dialect& dialect);

}  // namespace instructor::core
