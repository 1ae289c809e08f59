#pragma once

// Recorded traffic, and who judges it.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "report.hpp"

namespace conformance {

/// One recorded exchange.
struct Interaction {
  std::string file;  ///< below cassettes/
  std::size_t number = 0;
  std::string provider;
  std::string endpoint;
  std::string url;  ///< empty when the request was not recorded
  int status = 0;
  std::string body_kind;
  std::string body;  ///< the bytes of the response
};

/// Holds the library against the exchanges of one protocol. To add one: write its file, declare its function here, and
/// give it a row in reply_checks().
struct ReplyCheck {
  std::string_view group;  ///< what is counted: "replies", of each provider
  bool (*covers)(const Interaction& interaction);
  Differences (*differences)(const Interaction& interaction);
};

std::span<const ReplyCheck> reply_checks();

bool is_chat_reply(const Interaction& interaction);
Differences check_chat_reply(const Interaction& interaction);

bool is_chat_stream(const Interaction& interaction);
Differences check_chat_stream(const Interaction& interaction);

bool is_messages_reply(const Interaction& interaction);
Differences check_messages_reply(const Interaction& interaction);

bool is_messages_stream(const Interaction& interaction);
Differences check_messages_stream(const Interaction& interaction);
bool is_responses_reply(const Interaction& interaction);
Differences check_responses_reply(const Interaction& interaction);

bool is_responses_stream(const Interaction& interaction);
Differences check_responses_stream(const Interaction& interaction);
bool is_converse_reply(const Interaction& interaction);
Differences check_converse_reply(const Interaction& interaction);
bool is_converse_stream(const Interaction& interaction);
Differences check_converse_stream(const Interaction& interaction);

bool is_gemini_reply(const Interaction& interaction);
Differences check_gemini_reply(const Interaction& interaction);
bool is_gemini_stream(const Interaction& interaction);
Differences check_gemini_stream(const Interaction& interaction);

bool is_cohere_reply(const Interaction& interaction);
Differences check_cohere_reply(const Interaction& interaction);
bool is_cohere_stream(const Interaction& interaction);
Differences check_cohere_stream(const Interaction& interaction);

bool is_ollama_reply(const Interaction& interaction);
Differences check_ollama_reply(const Interaction& interaction);
bool is_ollama_stream(const Interaction& interaction);
Differences check_ollama_stream(const Interaction& interaction);

}  // namespace conformance
