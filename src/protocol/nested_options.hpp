#pragma once

// Options that a protocol keeps in an object of their own (`inferenceConfig`, `options`): those of the call, and what
// Request::extra says in an object of that name, which stands instead of an option of the same name.

#include <string_view>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "json/writer.hpp"
#include "protocol/extra_options.hpp"

namespace instructor {

class NestedOptions {
 public:
  /// Throws Error (`invalid_request`) when `extra` says something else than an object there.
  NestedOptions(const ExtraOptions& extra, std::string_view name);

  /// Throws Error (`invalid_request`) when `key`, which the library writes itself, is said there.
  void reserve(std::string_view key) const;

  /// Begins the member `key`, with the object around it where it is the first; null: the caller says it himself.
  json::Writer* add(json::Writer& out, std::string_view key);

  /// Writes what the caller says, and ends the object where there is one.
  void finish(json::Writer& out);

 private:
  void begin(json::Writer& out);

  std::string_view name_;
  Json said_;
  bool begun_ = false;
};

}  // namespace instructor
