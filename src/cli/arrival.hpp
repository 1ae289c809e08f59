#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "instructor/stream.hpp"

namespace instructor::cli {

/// What has arrived of a value, made of its changes.
class Arrival {
 public:
  void take(const std::string& path, const FieldChange& change);

  bool begun() const { return begun_; }
  const Json& value() const { return value_; }
  /// The JSON pointer of what grows: a string, or the innermost list or object that is not over.
  const std::string& growing() const { return growing_; }

 private:
  Json value_;
  std::string growing_;
  bool begun_ = false;
};

}  // namespace instructor::cli
