#include "auth/aws_profile.hpp"

#include <algorithm>

#include "instructor/error.hpp"

namespace instructor {

namespace {

constexpr std::string_view spaces = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(spaces) + 1 - begin);
}

/// A `#` or `;` after white space begins a comment.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i)
    if ((text[i] == '#' || text[i] == ';') && (text[i - 1] == ' ' || text[i - 1] == '\t')) return text.substr(0, i);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// The profile that a section is for; empty when it is for none, as `[sso-session x]`.
std::string_view profile_of(std::string_view section, bool config) {
  section = trimmed(section);
  if (!config || section == "default") return section;
  constexpr std::string_view word = "profile";
  if (!section.starts_with(word) || section.size() == word.size()) return {};
  section.remove_prefix(word.size());
  if (spaces.find(section.front()) == std::string_view::npos) return {};
  section = trimmed(section);
  const bool quoted =
      section.size() > 2 && section.front() == section.back() && (section.front() == '"' || section.front() == '\'');
  return quoted ? section.substr(1, section.size() - 2) : section;
}

}  // namespace

const AwsSetting* AwsProfile::find(std::string_view name) const {
  const auto found = settings.find(name);
  return found == settings.end() || found->second.value.empty() ? nullptr : &found->second;
}

std::string AwsProfile::text(std::string_view name) const {
  const AwsSetting* const setting = find(name);
  return setting == nullptr ? std::string() : setting->value;
}

void add_aws_profile(AwsProfile& profile, std::string_view text, std::string_view name, bool config,
                     const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  bool ours = false;
  bool in_section = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view content = trimmed(line);
    const std::string place = file + ":" + std::to_string(number);
    const auto refuse = [&](std::string_view why) {
      throw Error(ErrorCode::invalid_configuration, std::string(place).append(": ").append(why));
    };
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[') {
      const std::size_t close = content.find(']');
      if (close == std::string_view::npos) refuse("a section without its closing bracket");
      ours = profile_of(content.substr(1, close - 1), config) == name;
      profile.exists |= ours;
      in_section = true;
      continue;
    }
    if (line.front() == ' ' || line.front() == '\t') continue;
    // The line may be a key that stands in the wrong place: it is not repeated.
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos || equals == 0) refuse("neither a section nor a setting (name = value)");
    if (!in_section) refuse("a setting that is in no section; the file must begin with one, as [default]");
    if (!ours) continue;
    const std::string_view value = trimmed(without_comment(content.substr(equals + 1)));
    profile.settings[lower(trimmed(content.substr(0, equals)))] = {std::string(value), place};
  }
}

}  // namespace instructor
