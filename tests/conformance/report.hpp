#pragma once

// What was counted, and what did not come out as it should.

#include <cstddef>
#include <deque>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// What differs in one case.
using Differences = std::vector<std::string>;

/// An exception that is understood and stays: `*` in the pattern stands for any text.
struct KnownException {
  std::string pattern;  ///< of `group: where: what`
  std::string reason;
};

/// Reads a list of {"pattern", "reason"}. Throws std::runtime_error when the file is not one.
std::vector<KnownException> read_known_exceptions(const std::filesystem::path& file);

/// Does `text` look like `pattern`?
bool matches(std::string_view pattern, std::string_view text);

/// The cases of one provider or suite.
class Tally {
 public:
  explicit Tally(std::string group) : group_(std::move(group)) {}

  /// Counts a case; it passed when nothing differs. `where`: file and interaction, or the name of the case.
  void add(std::string where, const Differences& differences);

 private:
  friend class Report;

  struct Exception {
    std::string what;
    std::vector<std::string> where;  // alike exceptions are shown once
  };

  std::string group_;
  std::size_t passed_ = 0;
  std::size_t total_ = 0;
  std::vector<Exception> exceptions_;
};

/// The outcome of one section.
class Report {
 public:
  /// The tally of this name, made on first use; they are printed in that order.
  Tally& tally(std::string_view group);

  /// Something that the reader should know.
  void note(std::string text) { notes_.push_back(std::move(text)); }

  /// Prints a line for each tally, its exceptions below it, and the notes. Returns how many exceptions are not known.
  std::size_t print(std::ostream& out, const std::vector<KnownException>& known) const;

 private:
  std::deque<Tally> tallies_;  // addresses stay
  std::vector<std::string> notes_;
};

}  // namespace conformance
