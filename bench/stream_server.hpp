#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace bench {

/// What each call asks for; the answer has the number that the prompt has.
struct Order {
  int id = 0;
  std::string customer;
  std::string item;
  int quantity = 0;
  double price = 0;
  std::string note;

  friend bool operator==(const Order&, const Order&) = default;
};

/// The prompt of which the answer is `order(id)`.
std::string order_prompt(int id);
Order order(int id);

/// How many calls there are, and how their answers come.
struct Crowd {
  std::size_t calls = 0;                 ///< no event is sent before so many requests are there
  std::chrono::milliseconds interval{};  ///< between the events of one answer
};

/// Events of an answer.
inline constexpr std::size_t events_per_call = 20;

/// A server in a process of its own, on loopback, that streams orders to a crowd of clients as OpenAI would, an event
/// at a time, all answers side by side; then to the next crowd. Start it before any thread: it forks.
class StreamServer {
 public:
  explicit StreamServer(Crowd crowd);
  ~StreamServer();
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  /// `http://127.0.0.1:PORT`
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  pid_t process_ = -1;
};

/// As many open files as this process may have; and how many that is.
std::size_t raise_file_limit();

}  // namespace bench
