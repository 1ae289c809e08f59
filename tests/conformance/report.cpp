#include "report.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "data.hpp"

namespace conformance {

namespace {

constexpr std::size_t shown_places = 3;

const KnownException* find_known(const std::vector<KnownException>& known, const std::string& line) {
  const auto found =
      std::ranges::find_if(known, [&](const KnownException& exception) { return matches(exception.pattern, line); });
  return found == known.end() ? nullptr : &*found;
}

void print_places(std::ostream& out, const std::vector<std::string>& places) {
  for (std::size_t i = 0; i < std::min(places.size(), shown_places); ++i) out << "  " << places[i] << '\n';
  if (places.size() > shown_places) out << "  ... and " << places.size() - shown_places << " more like it\n";
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  // Greedy with one point of return: linear in practice, and no recursion.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<KnownException> read_known_exceptions(const std::filesystem::path& file) {
  const std::optional<std::string> text = read_file(file);
  if (!text) throw std::runtime_error("cannot read " + file.string());
  const std::expected<Json, std::string> list = parse_json(*text);
  if (!list) throw std::runtime_error(file.string() + ": " + list.error());
  if (!list->is_array()) throw std::runtime_error(file.string() + " is not a list");
  std::vector<KnownException> known;
  for (const Json& row : *list) {
    KnownException exception{text_at(row, "pattern"), text_at(row, "reason")};
    if (exception.pattern.empty() || exception.reason.empty())
      throw std::runtime_error(file.string() + ": every row needs a pattern and a reason");
    known.push_back(std::move(exception));
  }
  return known;
}

void Tally::add(std::string where, const Differences& differences) {
  ++total_;
  if (differences.empty()) {
    ++passed_;
    return;
  }
  const std::set<std::string> distinct(differences.begin(), differences.end());
  for (const std::string& what : distinct) {
    auto alike = std::ranges::find(exceptions_, what, &Exception::what);
    if (alike == exceptions_.end()) alike = exceptions_.insert(exceptions_.end(), Exception{what, {}});
    alike->where.push_back(where);
  }
}

Tally& Report::tally(std::string_view group) {
  const auto found = std::ranges::find(tallies_, group, &Tally::group_);
  return found == tallies_.end() ? tallies_.emplace_back(std::string(group)) : *found;
}

std::size_t Report::print(std::ostream& out, const std::vector<KnownException>& known) const {
  std::size_t unknown = 0;
  for (const Tally& tally : tallies_) {
    out << std::left << std::setw(36) << tally.group_ << std::right << std::setw(6) << tally.passed_ << " / "
        << tally.total_ << '\n';
    for (const Tally::Exception& exception : tally.exceptions_) {
      // The same difference may be known in one place and not in another.
      std::vector<std::pair<const KnownException*, std::vector<std::string>>> by_reason;
      for (const std::string& where : exception.where) {
        std::string line = tally.group_;
        line.append(": ").append(where).append(": ").append(exception.what);
        const KnownException* const reason = find_known(known, line);
        if (reason == nullptr) ++unknown;
        auto same = std::ranges::find(by_reason, reason, [](const auto& entry) { return entry.first; });
        if (same == by_reason.end()) same = by_reason.insert(same, {reason, {}});
        same->second.push_back(where);
      }
      for (const auto& [reason, places] : by_reason) {
        print_places(out, places);
        out << "    " << exception.what << '\n';
        out << "    " << (reason == nullptr ? "NOT KNOWN" : "known: " + reason->reason) << '\n';
      }
    }
  }
  for (const std::string& note : notes_) out << note << '\n';
  return unknown;
}

}  // namespace conformance
