#pragma once

// Replays the bytes of a stream to a protocol, however they may have come.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <instructor/completion.hpp>
#include <instructor/error.hpp>

#include "protocol/protocol.hpp"
#include "report.hpp"

namespace conformance {

/// What came of a stream.
struct Replayed {
  instructor::Reply reply;
  std::string text;                    ///< all deltas of the text
  std::vector<std::string> arguments;  ///< all deltas of each call
  std::optional<instructor::Error> error;
};

/// Seed 0 means byte by byte, others random chunks; without one all comes at once.
Replayed replay(const instructor::Protocol& protocol, std::string_view bytes, std::optional<std::uint32_t> seed);

/// Replays at once, byte by byte and in random chunks, and says what `judge` finds in any of them.
Differences replay_all_ways(const instructor::Protocol& protocol, std::string_view bytes,
                            const std::function<Differences(const Replayed&)>& judge);

/// The parts of the reply are the sums of what was told of them.
Differences compare_deltas(const Replayed& got);

/// Where only the events were recorded, the usual frame is put around them.
std::string framed(const std::string& chunks);

}  // namespace conformance
