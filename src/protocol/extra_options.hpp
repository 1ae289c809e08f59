#pragma once

// Request::extra: what the caller says to the provider past the library. It stands instead of what an option of the
// same name says, and a key that the library writes itself is an Error, because one of the two would be lost.

#include <span>
#include <string_view>

#include "instructor/request.hpp"
#include "json/writer.hpp"

namespace instructor {

class ExtraOptions {
 public:
  /// Throws Error (`invalid_request`) when `extra` has one of `own_keys`.
  ExtraOptions(const CallOptions& options, std::span<const std::string_view> own_keys);

  /// Is this key said there?
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// What is said there, as JSON text; null: nothing.
  const std::string* find(std::string_view key) const;
  /// Writes all members, of several with one key the last.
  void write(json::Writer& out) const;
  /// The same without these, which go to another place.
  void write_except(json::Writer& out, std::span<const std::string_view> keys) const;

 private:
  const CallOptions& options_;
};

}  // namespace instructor
