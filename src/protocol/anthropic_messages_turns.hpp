#pragma once

// A conversation as Anthropic's Messages API takes it: the instructions apart, and turns of the user and the assistant
// that take turns, all results of tools at the beginning of the user's.

#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/message.hpp"
#include "json/writer.hpp"

namespace instructor::anthropic_messages {

/// Blank texts are refused, and say nothing.
bool is_blank(std::string_view text);

/// Of all system messages, wherever they stand; without blank ones.
std::vector<std::string_view> instructions_of(const std::vector<const Message*>& messages);

/// Writes the list of all other messages. `tool` is what a call without a name is a call of.
void write_turns(json::Writer& out, const std::vector<const Message*>& messages, std::string_view tool);

}  // namespace instructor::anthropic_messages
