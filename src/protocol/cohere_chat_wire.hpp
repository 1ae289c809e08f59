#pragma once

// What Cohere's chat (v2) holds, whole or in pieces, and what it means.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/completion.hpp"
#include "instructor/json.hpp"
#include "protocol/protocol.hpp"

namespace instructor::cohere_chat {

inline constexpr std::string_view protocol_name = "cohere_chat";

struct WireTokens {
  double input_tokens = 0;
  double output_tokens = 0;
  double reasoning_tokens = 0;
};

struct WireUsage {
  WireTokens tokens;
  WireTokens billed_units;  // no prompt of the provider's own is in it
  double cached_tokens = 0;
};

FinishReason finish_reason(std::string_view text);

Usage usage_of(const WireUsage& wire);

/// A turn of the model in Cohere's own words, put together from what a reply holds.
class Turn {
 public:
  /// A part of the content: `{"type": "text" or "thinking", ...}`.
  void add_part(Json part) { content_.push_back(std::move(part)); }
  void add_plan(std::string_view plan) { plan_ += plan; }
  void add_citation(Json citation) { citations_.push_back(std::move(citation)); }

  /// With the calls of the reply; empty: there is nothing to send back.
  NativeTurn with(const std::vector<ToolCall>& calls) const;

 private:
  Json content_ = Json::array();
  std::string plan_;
  Json citations_ = Json::array();
};

/// Reads the events of a stream.
std::unique_ptr<EventReader> event_reader();

}  // namespace instructor::cohere_chat
