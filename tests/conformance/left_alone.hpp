#pragma once

#include <string>

#include "instructor/dynamic.hpp"

namespace conformance {

/// What repairing does to a text of which decoding says that it is valid, or not. Empty: what it should. A valid text
/// is left alone by each of its parts, by the mender and the aligner too, which would otherwise not see it; of one that
/// is not, a value comes only with an entry in the ledger, and it is valid.
std::string fault_of_repair(const instructor::DynamicModel& model, const std::string& text, bool valid);

}  // namespace conformance
