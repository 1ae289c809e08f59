#pragma once

#include <instructor/completion.hpp>

#include "chat_body.hpp"
#include "report.hpp"

namespace conformance {

/// Holds what the library read of a completion against the second reading; `raw` aside. Every call needs an id of its
/// own, also where the provider gave none.
Differences compare_chat(const instructor::Reply& reply, const ChatBody& expected);

/// The same where the protocol has other words for why the model stopped: `reason` is what `expected.finish_reason`
/// means.
Differences compare_chat(const instructor::Reply& reply, const ChatBody& expected, instructor::FinishReason reason);

}  // namespace conformance
