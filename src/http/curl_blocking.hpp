#pragma once

// Transfers on the thread that waits for them.
//
// Each checks out a handle with its own connection cache and gives it back; the last one returned is taken first, so
// that connections stay warm. (Driving one's own multi handle costs the same as curl_easy_perform; handing the call to
// another thread and waiting for it costs 1.6 times as much.)

#include <memory>
#include <mutex>
#include <vector>

#include "http/curl_easy.hpp"
#include "instructor/transport.hpp"
#include "system/forks.hpp"

namespace instructor::curl {

/// A multi handle owns the connections; it outlives the transfers that use them.
struct Line {
  Multi multi;
  std::unique_ptr<Handle> handle;
  bool is_near = false;  ///< the last wait for a response was a short one
};

/// The lines nobody uses at the moment. Safe from many threads.
class Lines {
 public:
  explicit Lines(std::shared_ptr<const TransportOptions> options) : options_(std::move(options)) {}

  std::unique_ptr<Line> check_out();
  /// A line whose last transfer ended well.
  void check_in(std::unique_ptr<Line> line);
  const TransportOptions& options() const { return *options_; }

 private:
  struct Idle {
    std::mutex mutex;
    std::vector<std::unique_ptr<Line>> lines;
  };

  std::shared_ptr<const TransportOptions> options_;
  PerProcess<Idle> idle_;
};

/// As Transport::send.
void send(Lines& lines, const HttpRequest& request, HttpSink& sink);

/// As Transport::open. The transfer goes on only while somebody waits for it.
std::unique_ptr<HttpExchange> open(std::shared_ptr<Lines> lines, HttpRequest request);

}  // namespace instructor::curl
