#pragma once

// Broken JSON in, strict JSON out, as it arrives. What models write instead of JSON (other quotes and none, commas too
// many and too few, comments, Python, a text that is cut off) is clear to a reader nearly always; here it is made clear
// to a parser.
//
//   Mender mender;
//   std::string json;
//   mender.feed("{name: 'Ada', langu", json);  // json is {"name": "Ada"
//   mender.finish(json);                       // json is {"name": "Ada"}, and mender.repairs() say why
//
// What comes out, and what was done, does not depend on how the text was cut into chunks. JSON comes out as it is, byte
// for byte, except that more than MendLimits::max_held bytes of white space after one comma become fewer.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "instructor/repair.hpp"

namespace instructor::json {

struct MendLimits {
  std::size_t max_depth = 128;       ///< containers inside each other; the text counts as cut off before one more
  std::size_t max_held = 64u << 10;  ///< bytes that are held back for a decision; a longer key cuts the text off
  /// Members after the closing bracket of the root still belong to it, when what follows says so: the last bracket is
  /// held back until that is known.
  bool may_reopen = false;
};

class MendingMachine;

/// Mends one value. Its text may begin with white space, a byte order mark and a line that opens a Markdown fence.
class Mender {
 public:
  explicit Mender(const MendLimits& limits = {});
  ~Mender();
  Mender(Mender&&) noexcept;
  Mender& operator=(Mender&&) noexcept;

  /// Takes more of the text; what of it is certain is appended to `out` as strict JSON.
  void feed(std::string_view chunk, std::string& out);

  /// The text has ended: decides what is open, and closes what is not closed. Once.
  void finish(std::string& out);

  /// The root value is whole. What follows it is left out: one repair (text_around; of closing brackets wrong_bracket),
  /// unless it is white space or another list or object.
  bool done() const;

  /// After finish: there was no value at all, and `out` has got nothing but white space.
  bool empty() const;

  /// Where in all that was fed the root value ended; as far as it was read, while it has not.
  std::size_t consumed() const;

  /// What was done so far.
  const Repairs& repairs() const;

 private:
  std::unique_ptr<MendingMachine> machine_;
};

}  // namespace instructor::json
