#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace bench {

/// The response to a request, headers and all.
std::string json_response(std::string_view body);

/// A server in a process of its own, on loopback, that gives the same response to every request and keeps connections
/// open. Where the machine has two CPUs it takes one of them, and the calling thread keeps to another. Start it before
/// any thread: it forks.
class ReplayServer {
 public:
  explicit ReplayServer(const std::string& response);
  ~ReplayServer();
  ReplayServer(const ReplayServer&) = delete;
  ReplayServer& operator=(const ReplayServer&) = delete;

  /// `http://127.0.0.1:PORT`
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  pid_t process_ = -1;
};

}  // namespace bench
