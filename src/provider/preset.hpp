#pragma once

// Providers as data: one row each.

#include <span>
#include <string_view>

#include "instructor/dialect.hpp"
#include "instructor/mode.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

struct Preset {
  std::string_view name{};  ///< before the slash
  const Protocol& (*protocol)() = nullptr;
  std::string_view base_url{};
  std::string_view base_url_variable{};  ///< overrides base_url
  std::string_view key_variable{};       ///< empty: there is no key
  bool key_required = true;
  std::span<const Mode> modes{};  ///< the first is the default
  const Dialect* plain = &dialect::openai_tools;
  const Dialect* strict = nullptr;
  ProtocolSettings settings{};
};

/// The row of this name, or null.
const Preset* find_preset(std::string_view name);

/// All rows.
std::span<const Preset> all_presets();

}  // namespace instructor
