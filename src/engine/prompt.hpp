#pragma once

// The words that the library itself says to a language model.

#include <string>
#include <string_view>

#include "engine/backend.hpp"
#include "instructor/issue.hpp"

namespace instructor::engine {

/// The end of the system message in modes without tools: the schema, and to answer with nothing but JSON.
std::string schema_instructions(const OutputSpec& output);

/// The same with a type in the notation of type_text.hpp.
std::string type_instructions(std::string_view type_text);

/// The end of the user's message in md_json mode.
std::string_view code_block_instructions();

/// The end of the system message where the model cannot be made to call the tool. `or_others`: other tools will do.
std::string tool_instructions(const OutputSpec& output, bool or_others);

/// After an invalid answer: what is wrong with it, and to answer again.
std::string correction(const Issues& issues, Mode mode, const OutputSpec& output);

/// The same when the first `accepted` elements of a list need not be sent again.
std::string elements_correction(const Issues& issues, std::size_t accepted, Mode mode, const OutputSpec& output);

/// To a call among several: nothing is wrong with it; it was accepted and is over.
std::string_view calls_beside();
std::string_view accepted_call();

/// To a tool call beside the one that was looked at.
std::string_view unused_call();

}  // namespace instructor::engine
