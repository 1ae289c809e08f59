#pragma once

// An object or a list of which it is not known yet which of a variant's alternatives it is.
//
// What comes of it is kept as JSON text, to be decoded again once that is known: at the latest when it ends, mostly
// with its first key. So each byte is looked at twice at most for each variant around it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/types.hpp"
#include "model/choices.hpp"

namespace instructor::core {

class Undecided {
 public:
  /// `options` must outlive it. `tries`: alternatives that fit equally well are tried.
  Undecided(const Plan& variant, bool object, const DecodeOptions& options, bool tries);

  // ---- what comes; nothing after it is decided
  void begin(bool object);
  void end(bool object);
  void key(std::string_view text);
  void string(std::string_view text);
  /// Anything but a string, as it was written.
  void scalar(Shape shape, std::string_view text);
  /// Where a string that comes in pieces is kept; give it to `string` when it is whole.
  std::string& pieces() { return pieces_; }

  /// The alternative, as soon as it is known.
  const Alternative* chosen() const { return chosen_; }
  /// The text can be of none: its tag is wrong.
  bool is_lost() const { return lost_; }
  /// What stands where the tag belongs, as JSON text; empty: nothing.
  const std::string& tag() const { return tag_; }
  const Choices& choices() const { return choices_; }

  /// All of it has come: what fits best. Null: the tag is missing.
  const Alternative* settle();
  /// The text has broken off: what fits best so far.
  const Alternative& best() const;

  std::string take_text() { return std::move(text_); }

 private:
  struct Candidate {
    const Alternative* alternative = nullptr;
    const FieldPlan* field = nullptr;  ///< the current key's
    std::vector<bool> seen{};
    std::size_t fitting = 0;
    std::size_t faults = 0;
  };

  void separate();
  void judge(Shape shape, std::string_view text);
  bool fits(const FieldPlan& field, Shape shape, std::string_view text) const;
  static bool takes_any_key(const Candidate& candidate);
  static std::size_t missing(const Candidate& candidate);
  std::vector<const Candidate*> closest() const;

  const Plan& variant_;
  const Choices& choices_;
  const DecodeOptions& options_;
  const bool tries_;
  std::vector<Candidate> candidates_;
  std::string text_;
  std::string pieces_;
  std::string tag_;
  std::size_t depth_ = 0;
  bool first_ = true;  // nothing has come in the innermost container
  bool after_key_ = false;
  bool in_tag_ = false;
  bool lost_ = false;
  const Alternative* chosen_ = nullptr;
};

}  // namespace instructor::core
