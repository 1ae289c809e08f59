#pragma once

// Changes for programs: a JSON line for each.

#include <iosfwd>
#include <string>
#include <string_view>

#include "cli/progress.hpp"

namespace instructor::cli {

/// A value in one line, without characters that do something to a terminal.
std::string json_line(const Json& value);

class ChangeLines final : public Progress {
 public:
  explicit ChangeLines(std::ostream& out) : out_(out) {}

  void begin(const Document& document, std::size_t number, std::size_t count) override;
  void change(const std::string& path, const FieldChange& change) override;
  void asked_again(int, const Completion&) override {}
  void end(const Json* value) override;

 private:
  std::ostream& out_;
  std::string document_;  ///< as JSON text
};

}  // namespace instructor::cli
