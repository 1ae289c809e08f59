#pragma once

// Thousands of transfers on one thread.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "http/curl_easy.hpp"
#include "http/deadlines.hpp"
#include "http/mailbox.hpp"
#include "http/readiness.hpp"
#include "instructor/transport.hpp"

namespace instructor::curl {

/// A thread with one multi handle. It never runs code of the program's: what arrives goes into mailboxes. Other threads
/// leave commands in its inbox and wake it up; no other call of libcurl is made by them. Safe from many threads.
class Loop {
 public:
  explicit Loop(std::shared_ptr<Clock> clock);
  /// As `shut_down`.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// As Transport::start.
  static std::unique_ptr<HttpExchange> start(const std::shared_ptr<Loop>& loop,
                                             std::shared_ptr<const TransportOptions> options, HttpRequest request,
                                             std::function<void()> wake);

  /// Ends the thread; transfers that are under way, or are started later, fail (`cancelled`).
  void shut_down() noexcept;

  struct Task;
  class Exchange;

 private:
  enum class Do : std::uint8_t {
    start,
    cancel,
    finish,  ///< nothing more is read, but the connection may serve the next one if the response ends soon
  };
  struct Command {
    Do what;
    std::shared_ptr<Task> task;
  };
  using Timetable = std::multimap<Duration, std::shared_ptr<Task>>;

  void post(Do what, std::shared_ptr<Task> task);

  // What follows is for the loop's thread alone.
  void run() noexcept;
  bool obey();
  void begin(const std::shared_ptr<Task>& task);
  void linger(Task& task);
  void perform();
  void done(Task& task, CURLcode code);
  void give_up_late_ones();
  void schedule(Task& task);
  void end(Task& task, CURLcode code, Limit passed);
  void remove(Task& task) noexcept;
  void fail_all(const Error& why) noexcept;
  void poll();
  std::unique_ptr<Handle> take_handle(const std::shared_ptr<const TransportOptions>& options);

  std::mutex mutex_;  // of what follows
  std::vector<Command> inbox_;
  bool stopping_ = false;

  Readiness readiness_;
  Multi multi_;
  const std::shared_ptr<Clock> clock_;
  Duration now_;
  Timetable timetable_;  // every transfer that is attached, by the time at which it must be looked at
  std::vector<std::unique_ptr<Handle>> idle_;
  std::vector<Command> orders_;

  std::shared_ptr<void> listening_;
  std::once_flag ended_;
  std::thread thread_;
};

/// The loop of this process; null when the program is ending.
std::shared_ptr<Loop> shared_loop();

}  // namespace instructor::curl
