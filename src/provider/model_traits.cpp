#include "provider/model_traits.hpp"

#include <algorithm>
#include <array>

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

template <class Take>
void each_quirk(const Provider& provider, std::string_view model, const Take& take) {
  for (const ModelQuirk& row : model_quirks())
    if (is_among(provider.name, row.provider) && is_among(model, row.models)) take(row.quirk);
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
  each_quirk(provider, model, [&](Quirk quirk) {
    switch (quirk) {
      case Quirk::no_tools:
        for (const Mode mode : tool_modes) info.modes.remove(mode);
        break;
      case Quirk::no_strict_tools:
        info.dialects.strict_tools = nullptr;
        info.modes.remove(Mode::tools_strict);
        break;
      case Quirk::no_json_schema: info.modes.remove(Mode::json_schema); break;
      case Quirk::no_json: info.modes.remove(Mode::json); break;
      case Quirk::no_forced_tools: info.forces_tools = false; break;
      default: break;
    }
  });
  return info;
}

WireSettings settings_for(const Provider& provider, WireSettings settings, std::string_view model) {
  each_quirk(provider, model, [&](Quirk quirk) {
    if (quirk == Quirk::max_completion_tokens) settings.max_tokens_key = "max_completion_tokens";
    if (quirk == Quirk::developer_role) settings.system_role = "developer";
    if (quirk == Quirk::user_role) settings.system_role = "user";
  });
  return settings;
}

std::vector<std::string> leave_out_refused(const Provider& provider, std::string_view model, CallOptions& options) {
  std::vector<std::string> notes;
  const auto left_out = [&](std::string_view what, std::string_view why) {
    notes.push_back(std::string(what) + " was not sent: " + std::string(model) + " " + std::string(why));
  };
  const auto leave_out = [&](auto& option, std::string_view name) {
    if (!option) return;
    option.reset();
    left_out(name, "does not take it");
  };
  each_quirk(provider, model, [&](Quirk quirk) {
    switch (quirk) {
      case Quirk::no_temperature: leave_out(options.temperature, "temperature"); break;
      case Quirk::no_top_p: leave_out(options.top_p, "top_p"); break;
      case Quirk::no_seed: leave_out(options.seed, "seed"); break;
      case Quirk::no_stop:
        if (!options.stop.empty()) left_out("stop", "does not take it");
        options.stop.clear();
        break;
      case Quirk::one_of_temperature_and_top_p:
        if (options.temperature && options.top_p) left_out("top_p", "takes it or temperature, not both");
        if (options.temperature) options.top_p.reset();
        break;
      default: break;
    }
  });
  return notes;
}

}  // namespace instructor
