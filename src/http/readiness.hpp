#pragma once

// Which connections of a multi handle have something to do. libcurl's own way of waiting looks at all of them each time
// one of them stirs; this one costs as much as there is to do.

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include <sys/epoll.h>

#include <curl/curl.h>

namespace instructor::curl {

/// For one multi handle and one thread, but for `wake`. It must outlive the handle. Source:
/// https://curl.se/libcurl/c/curl_multi_socket_action.html
class Readiness {
 public:
  /// Throws Error (`transport`) where there are no more files.
  Readiness();
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  /// From now on the handle says here what it waits for.
  void attach(CURLM* multi);
  /// Lets what has become ready go on, and what is due.
  CURLMcode act(CURLM* multi);
  /// Waits until there is something to do, `wake` is called, or for so many milliseconds.
  void wait(int most);
  /// From any thread.
  void wake() const noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept;
  static int on_timer(CURLM*, long milliseconds, void* self) noexcept;

  int poll_ = -1;
  int bell_ = -1;
  std::optional<Clock::time_point> due_;  // libcurl wants to be called then
  std::array<epoll_event, 256> events_{};
  std::size_t count_ = 0;  // of them, not acted upon yet
};

}  // namespace instructor::curl
