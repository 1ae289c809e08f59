#include "provider/model_traits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace instructor {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// One pattern. Each `*` takes as little as it can; going back to the last one is enough.
bool fits(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// Quirks of one model.
class Quirks {
 public:
  void add(Quirk quirk) { bits_ |= bit(quirk); }
  bool has(Quirk quirk) const { return (bits_ & bit(quirk)) != 0; }

 private:
  static std::uint32_t bit(Quirk quirk) { return std::uint32_t{1} << static_cast<unsigned>(quirk); }

  std::uint32_t bits_ = 0;
};

/// Each call asks three times, and the next call on a thread is of the same model as a rule.
const Quirks& quirks_of(const Provider& provider, std::string_view model) {
  struct Known {
    const Provider* provider = nullptr;
    std::string model;
    Quirks quirks;
  };
  thread_local Known known;
  if (known.provider == &provider && known.model == model) return known.quirks;
  Quirks quirks;
  for (const ModelQuirk& row : model_quirks())
    if (is_among(provider.name, row.provider) && is_among(model, row.models)) quirks.add(row.quirk);
  known = {&provider, std::string(model), quirks};
  return known.quirks;
}

constexpr std::array tool_modes{Mode::tools, Mode::tools_strict, Mode::parallel_tools, Mode::responses_tools};

}  // namespace

bool is_among(std::string_view model, std::string_view patterns) {
  if (patterns.starts_with('!')) return !is_among(model, patterns.substr(1));
  while (!patterns.empty()) {
    const std::size_t end = std::min(patterns.find(' '), patterns.size());
    if (fits(model, patterns.substr(0, end))) return true;
    patterns.remove_prefix(std::min(end + 1, patterns.size()));
  }
  return false;
}

BackendInfo info_for(const Provider& provider, std::string_view model) {
  BackendInfo info;
  info.name = provider.name;
  info.modes = ModeList(provider.modes);
  info.dialects = provider.dialects;
  const Quirks& quirks = quirks_of(provider, model);
  if (quirks.has(Quirk::no_tools))
    for (const Mode mode : tool_modes) info.modes.remove(mode);
  if (quirks.has(Quirk::no_strict_tools)) {
    info.dialects.strict_tools = nullptr;
    info.modes.remove(Mode::tools_strict);
  }
  if (quirks.has(Quirk::no_json_schema)) info.modes.remove(Mode::json_schema);
  if (quirks.has(Quirk::no_json)) info.modes.remove(Mode::json);
  if (quirks.has(Quirk::no_forced_tools)) info.forces_tools = false;
  return info;
}

WireSettings settings_for(const Provider& provider, WireSettings settings, std::string_view model) {
  const Quirks& quirks = quirks_of(provider, model);
  if (quirks.has(Quirk::max_completion_tokens)) settings.max_tokens_key = "max_completion_tokens";
  if (quirks.has(Quirk::developer_role)) settings.system_role = "developer";
  if (quirks.has(Quirk::user_role)) settings.system_role = "user";
  return settings;
}

bool takes_all(const Provider& provider, std::string_view model, const CallOptions& options) {
  const Quirks& quirks = quirks_of(provider, model);
  return !(options.temperature && quirks.has(Quirk::no_temperature)) &&
         !(options.top_p && (quirks.has(Quirk::no_top_p) || quirks.has(Quirk::one_of_temperature_and_top_p))) &&
         !(options.seed && quirks.has(Quirk::no_seed)) && (options.stop.empty() || !quirks.has(Quirk::no_stop));
}

std::vector<std::string> leave_out_refused(const Provider& provider, std::string_view model, CallOptions& options) {
  std::vector<std::string> notes;
  const auto left_out = [&](std::string_view what, std::string_view why) {
    notes.push_back(std::string(what) + " was not sent: " + std::string(model) + " " + std::string(why));
  };
  const Quirks& quirks = quirks_of(provider, model);
  const auto leave_out = [&](Quirk quirk, auto& option, std::string_view name) {
    if (!option || !quirks.has(quirk)) return;
    option.reset();
    left_out(name, "does not take it");
  };
  leave_out(Quirk::no_temperature, options.temperature, "temperature");
  leave_out(Quirk::no_top_p, options.top_p, "top_p");
  leave_out(Quirk::no_seed, options.seed, "seed");
  if (!options.stop.empty() && quirks.has(Quirk::no_stop)) {
    left_out("stop", "does not take it");
    options.stop.clear();
  }
  if (options.temperature && options.top_p && quirks.has(Quirk::one_of_temperature_and_top_p)) {
    left_out("top_p", "takes it or temperature, not both");
    options.top_p.reset();
  }
  return notes;
}

}  // namespace instructor
