#pragma once

// What the engine may ask a protocol for: calls as it makes them itself, in all modes of a provider, whole and
// streamed, over conversations, options, tools, types, and answers that were not valid. Each protocol holds what it
// makes of them against its provider's description.
//
//   CallMatrix matrix;
//   matrix.provider = instructor::find_provider("anthropic");
//   matrix.own_turns = {...};  // how the model's turns look in this protocol
//   run_calls(matrix, [&](const CallRun& run) { tally.add(run.name, differences_of(run)); });

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <instructor/error.hpp>
#include <instructor/message.hpp>
#include <instructor/provider.hpp>
#include <instructor/request.hpp>

#include "engine/backend.hpp"
#include "protocol/protocol.hpp"
#include "request_cases.hpp"

namespace conformance {

/// An OutputSpec that owns its texts.
struct WantedOutput {
  std::string name;
  std::string description;
  std::string schema;
  bool strict = false;
};

/// One call of the engine's, and what the protocol made of it.
struct SentCall {
  WantedOutput output;
  instructor::TextFormat format = instructor::TextFormat::free;
  std::vector<WantedOutput> tools;
  instructor::ToolChoice choice = instructor::ToolChoice::free;
  std::vector<std::string> provider_tools;
  std::vector<instructor::Message> messages;
  instructor::CallOptions options;
  bool stream = false;

  std::string path;
  std::vector<instructor::HttpHeader> headers;  ///< of add_headers alone
  std::string body;
};

/// One request of a user's: the call it becomes, and those after answers that were not valid.
struct CallRun {
  std::string name;  ///< tells all there is to know of the case
  const instructor::Provider* provider = nullptr;
  instructor::WireSettings settings;
  std::string model;
  instructor::Mode mode = instructor::Mode::tools;
  const instructor::Request* request = nullptr;  ///< what the user said
  bool says_twice = false;                       ///< the options say one thing twice: an Error will do
  std::vector<SentCall> sent;                    ///< four, unless `error`
  std::optional<instructor::Error> error;
};

struct CallMatrix {
  const instructor::Provider* provider = nullptr;
  const instructor::Protocol* protocol = nullptr;  ///< null: that of the provider
  std::string model = "some-model";
  std::vector<instructor::Mode> modes;  ///< empty: those of the provider, without responses_tools
  /// Turns of the assistant with `native`, as this protocol's decode() makes them: to be taken back in conversations,
  /// and as answers that are not valid.
  std::vector<instructor::Message> own_turns;
  std::vector<NamedRequest> own_options;    ///< beside those that every provider takes
  std::vector<std::string> provider_tools;  ///< JSON objects
};

/// Runs them all, one at a time. A type that a mode's dialect refuses is passed over; every other Error is in the run.
void run_calls(const CallMatrix& matrix, const std::function<void(const CallRun&)>& judge);

}  // namespace conformance
