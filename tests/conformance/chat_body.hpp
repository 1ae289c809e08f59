#pragma once

// A second reading of an OpenAI chat completion, by hand and from the plain JSON, to compare the library's with.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data.hpp"

namespace conformance {

struct ChatCall {
  std::string id;  ///< empty: the provider gave none
  std::string name;
  Json arguments;  ///< a string as the model wrote it, or the value itself where the server sends that
};

struct ChatUsage {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t total = 0;
  std::int64_t cached = 0;
  std::int64_t reasoning = 0;
  std::int64_t audio = 0;
};

/// What a message, or the delta of a stream, says apart from calls.
struct ChatText {
  std::string text;
  std::string reasoning;
  std::string refusal;
};

/// What the first choice of a completion says.
struct ChatBody : ChatText {
  bool odd = false;  ///< something is of a type that the protocol does not know there: it may be read or refused
  std::string id;
  std::string model;
  std::string finish_reason;
  std::vector<ChatCall> calls;
  ChatUsage usage;
};

/// Is something in a choice, whose `part` is "message" or "delta", of a type that the protocol does not know there?
bool is_odd_choice(const Json& choice, std::string_view part);

ChatText read_chat_text(const Json& message);
ChatUsage read_chat_usage(const Json* usage);

/// The completion in a body; nothing when it is none: no choices, or the choice itself is an error.
std::optional<ChatBody> read_chat_body(const Json& body);

}  // namespace conformance
