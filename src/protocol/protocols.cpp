#include <algorithm>
#include <array>

#include "protocol/protocol.hpp"

namespace instructor {

namespace {

constexpr std::array protocols{
    &openai_chat_protocol,      &gemini_protocol,      &bedrock_converse_protocol,
    &cohere_chat_protocol,      &ollama_chat_protocol, &anthropic_messages_protocol,
    &openai_responses_protocol,
};

}  // namespace

const Protocol* find_protocol(std::string_view name) {
  const auto found = std::ranges::find(protocols, name, [](const auto& make) { return make().name(); });
  return found == protocols.end() ? nullptr : &(*found)();
}

}  // namespace instructor
