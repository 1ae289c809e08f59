#pragma once

#include <string>
#include <string_view>

#include "instructor/types.hpp"
#include "json/numbers.hpp"

namespace instructor::json {

/// A handler for PushParser that keeps nothing, and what one that wants little begins with.
struct NoEvents {
  void begin_object() {}
  void end_object() {}
  void begin_array() {}
  void end_array() {}
  void key(std::string_view) {}
  void string(std::string_view) {}
  std::string* begin_string() { return nullptr; }
  void end_string() {}
  void integer(const Number&, std::string_view) {}
  void floating(double, std::string_view) {}
  void unfit(std::string_view, NumberForm) {}
  void boolean(bool) {}
  void null() {}
  bool stopped() const { return false; }
};

}  // namespace instructor::json
