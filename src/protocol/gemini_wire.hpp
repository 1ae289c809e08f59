#pragma once

// What Google's generateContent answers, whole or in pieces, and what it means. The structs are read by the library's
// own decoder; they name only what is used, and any member may be missing or null.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "instructor/model.hpp"
#include "protocol/protocol.hpp"

namespace instructor::gemini {

inline constexpr std::string_view protocol_name = "gemini";

// ---- what a response holds ---------------------------------------------------------------------------------------

struct WireContent {
  std::vector<Json> parts;  // as they are: most kinds only have to go back to the provider
};

struct WireCandidate {
  std::int64_t index = 0;
  WireContent content;
  Json finish_reason;  // a word; a number where enums are asked for as such
  std::string finish_message;

  static constexpr auto describe() {
    return model<WireCandidate>(field<&WireCandidate::finish_reason>(alias("finishReason")),
                                field<&WireCandidate::finish_message>(alias("finishMessage")));
  }
};

struct WireFeedback {
  Json block_reason;
  std::string block_reason_message;  // Vertex

  static constexpr auto describe() {
    return model<WireFeedback>(field<&WireFeedback::block_reason>(alias("blockReason")),
                               field<&WireFeedback::block_reason_message>(alias("blockReasonMessage")));
  }
};

struct WireModalityCount {
  Json modality;
  std::int64_t tokens = 0;

  static constexpr auto describe() {
    return model<WireModalityCount>(field<&WireModalityCount::tokens>(alias("tokenCount")));
  }
};

struct WireUsage {
  std::int64_t prompt = 0;
  std::int64_t tool_use_prompt = 0;  // what tools of the provider's own gave back
  std::int64_t cached = 0;
  std::int64_t candidates = 0;
  std::int64_t thoughts = 0;
  std::int64_t total = 0;
  std::vector<WireModalityCount> prompt_details;
  std::vector<WireModalityCount> tool_use_prompt_details;
  std::vector<WireModalityCount> candidates_details;

  static constexpr auto describe() {
    return model<WireUsage>(field<&WireUsage::prompt>(alias("promptTokenCount")),
                            field<&WireUsage::tool_use_prompt>(alias("toolUsePromptTokenCount")),
                            field<&WireUsage::cached>(alias("cachedContentTokenCount")),
                            field<&WireUsage::candidates>(alias("candidatesTokenCount")),
                            field<&WireUsage::thoughts>(alias("thoughtsTokenCount")),
                            field<&WireUsage::total>(alias("totalTokenCount")),
                            field<&WireUsage::prompt_details>(alias("promptTokensDetails")),
                            field<&WireUsage::tool_use_prompt_details>(alias("toolUsePromptTokensDetails")),
                            field<&WireUsage::candidates_details>(alias("candidatesTokensDetails")));
  }
};

struct WireResponse {
  std::string response_id;
  std::string model_version;
  std::optional<std::vector<WireCandidate>> candidates;
  WireFeedback feedback;
  WireUsage usage;
  Json error;

  static constexpr auto describe() {
    return model<WireResponse>(field<&WireResponse::response_id>(alias("responseId")),
                               field<&WireResponse::model_version>(alias("modelVersion")),
                               field<&WireResponse::feedback>(alias("promptFeedback")),
                               field<&WireResponse::usage>(alias("usageMetadata")));
  }
};

// ---- what it means -----------------------------------------------------------------------------------------------

/// A word of an enum. Numbers become the word where Gemini and Vertex count alike, else digits.
std::string finish_word(const Json& reason);
FinishReason finish_reason(std::string_view word);

bool counts_something(const WireUsage& wire);
Usage usage_of(const WireUsage& wire);

/// Reads one response, or one event of a stream. Throws Error: what it reports, or `bad_response` when it is none.
WireResponse read_response(std::string_view body);

/// Code, message and Google's own word of an error:
///
///   {"error": {"code": 429, "message": "...", "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "...", ...}]}}
///
/// Source: cloud.google.com/apis/design/errors, read 2026-11.
ErrorDetail error_of(int status, std::string_view body);

/// Puts an argument of a call, which comes in pieces with their place in the whole
/// ({"jsonPath": "$.items[0].name", "stringValue": "Ap", "willContinue": true}), where it belongs. A text that goes on
/// is left in `open_path`, for the next piece. Throws Error (`bad_response`) when it has no place there.
///
/// Source: cloud.google.com/vertex-ai/docs/reference/rest/v1/Content#PartialArg, read 2026-11.
void add_partial_arg(const Json& piece, Json& arguments, std::string& open_path);

/// Puts a reply together from the responses of a stream, or from the only one there is.
class Turn {
 public:
  /// A piece that a response has added, not yet looked at.
  struct Grown {
    Delta::Kind kind;
    std::size_t call;
    std::size_t from;
    std::size_t size;
  };

  /// Moves out of `response`. What the reply has grown by is put into `grown`. Throws Error (`bad_response`); the reply
  /// has then not grown.
  void take(WireResponse& response, Reply& reply, std::vector<Grown>& grown);
  void finish(Reply& reply);

 private:
  /// A call whose arguments come one by one.
  struct OpenCall {
    std::size_t call;
    std::size_t part;
    Json arguments;
    std::string open_path;  // of the text that goes on
  };

  void take_candidates(std::vector<WireCandidate>& candidates, Reply& reply, std::vector<Grown>& grown);
  void take_part(Json& part, Reply& reply, std::vector<Grown>& grown);
  void take_call(Json& part, Reply& reply, std::vector<Grown>& grown);
  void close_call(Reply& reply, std::vector<Grown>& grown);
  void keep(Json part);

  std::vector<Json> parts_;  // to go back
  std::optional<OpenCall> open_;
};

/// Reads the events of a stream.
std::unique_ptr<EventReader> event_reader();

}  // namespace instructor::gemini
