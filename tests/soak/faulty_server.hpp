#pragma once

// A server in a process of its own that does to each request what the plan of its call says.

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace instructor::soak {

/// What is known of a call, in memory that both processes have.
struct Record {
  std::atomic<std::uint8_t> requests;  ///< that the server has received
  std::atomic<std::uint8_t> dropped;   ///< of these, by a reset or a close without a response
  std::atomic<std::uint8_t> answered;  ///< with what is right and will be whole
  std::atomic<std::uint8_t> outcomes;  ///< that the client has seen
};

/// The records of all calls.
class Records {
 public:
  static constexpr std::size_t most = std::size_t{1} << 24U;

  Records();
  ~Records();
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  Record& operator[](std::uint32_t id) const { return records_[id]; }

 private:
  Record* records_;
};

/// Construct it before any thread: it forks.
class FaultyServer {
 public:
  FaultyServer(const Records& records, std::uint64_t seed);
  ~FaultyServer() { stop(); }
  FaultyServer(const FaultyServer&) = delete;
  FaultyServer& operator=(const FaultyServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  /// Ends the process. True: it was still there, and had nothing to complain of.
  bool stop();

 private:
  int port_ = 0;
  pid_t process_ = -1;
};

}  // namespace instructor::soak
