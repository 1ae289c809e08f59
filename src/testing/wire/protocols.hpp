#pragma once

// The protocols that are served, one file each. To add one: write its file, declare it here, and give it a row in
// protocols.cpp.

#include "instructor/served.hpp"

namespace instructor::testing::wire {

const ServedProtocol& openai_chat();
const ServedProtocol& openai_responses();
const ServedProtocol& anthropic_messages();
const ServedProtocol& gemini();
const ServedProtocol& cohere_chat();
const ServedProtocol& bedrock_converse();
const ServedProtocol& ollama_chat();

}  // namespace instructor::testing::wire
