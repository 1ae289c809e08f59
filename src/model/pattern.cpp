#include "model/pattern.hpp"

#include <re2/re2.h>

namespace instructor::core {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(16 << 20);
  return options;
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(std::string_view text) : re(piece(text), options()) {}
  RE2 re;
};

Pattern::Pattern(std::string_view text) : compiled_(std::make_unique<Compiled>(text)) {}
Pattern::~Pattern() = default;

const std::string& Pattern::error() const { return compiled_->re.error(); }

bool Pattern::found_in(std::string_view text) const {
  return compiled_->re.ok() && RE2::PartialMatch(piece(text), compiled_->re);
}

}  // namespace instructor::core
