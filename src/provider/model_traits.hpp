#pragma once

// What the quirks of a model come to.

#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/provider.hpp"

namespace instructor {

/// Is `model` one of these? Patterns with `*`, separated by spaces, `!` before them: none of them. Case does not
/// matter.
bool is_among(std::string_view model, std::string_view patterns);

/// What is offered for this model.
BackendInfo info_for(const Provider& provider, std::string_view model);

/// The settings for this model.
WireSettings settings_for(const Provider& provider, WireSettings settings, std::string_view model);

/// Does this model take all of `options`?
bool takes_all(const Provider& provider, std::string_view model, const CallOptions& options);

/// Takes out of `options` what this model refuses. Gives a note for each thing.
std::vector<std::string> leave_out_refused(const Provider& provider, std::string_view model, CallOptions& options);

}  // namespace instructor
