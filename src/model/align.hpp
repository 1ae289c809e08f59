#pragma once

// From JSON of about the right shape to JSON of the type, where values can be nothing else.

#include <string>
#include <string_view>

#include "instructor/codec.hpp"
#include "instructor/repair.hpp"
#include "model/plan.hpp"

namespace instructor::core {

struct Alignment {
  std::string json;
  Repairs repairs;
  bool changed = false;  ///< false: `json` is the text as it came
};

/// Makes JSON of a text that is not quite JSON; empty: it cannot.
using Mend = std::string (*)(std::string_view text);

/// `text`, a strict JSON document, so that it fits `plan` as far as its values can be understood. What fits is left as
/// it is written; what cannot be understood, or in two ways, likewise, so that decoding says what is wrong with it. No
/// value is made up. A field that is annotated with repair(RepairLevel::none) or syntax is left alone. `mend` is asked
/// about texts inside the document that should be JSON, and are not; it may be null. Linear; what is beyond the bounds
/// of `options` comes back unchanged.
Alignment align(const Plan& plan, std::string_view text, const DecodeOptions& options, Mend mend = nullptr);

}  // namespace instructor::core
