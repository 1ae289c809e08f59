#pragma once

#include <functional>
#include <memory>

#include "instructor/transport.hpp"

namespace instructor {

/// Transport::start for a transport that only blocks: `open`, and what follows, on a thread that is kept for such
/// transfers. Threads are made when they are needed, 64 at most, used again, and ended when there is no such exchange
/// any more. A transport that is owned by a shared_ptr is kept as long as it is used; for any other the exchange, when
/// it is destroyed, waits until it is no longer used.
std::unique_ptr<HttpExchange> start_on_worker(Transport& transport, HttpRequest request, std::function<void()> wake);

}  // namespace instructor
