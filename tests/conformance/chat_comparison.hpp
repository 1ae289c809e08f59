#pragma once

#include <instructor/completion.hpp>

#include "chat_body.hpp"
#include "report.hpp"

namespace conformance {

/// Holds what the library read of a completion against the second reading; `raw` aside. Every call needs an id of its
/// own, also where the provider gave none.
Differences compare_chat(const instructor::Reply& reply, const ChatBody& expected);

/// The same for another protocol, with its own reading of why the model stopped.
Differences compare_reply(const instructor::Reply& reply, const ChatBody& expected,
                          instructor::FinishReason expected_reason);

}  // namespace conformance
