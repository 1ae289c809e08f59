#pragma once

// The thread that lets asynchronous calls go on: it runs what is ready, and wakes what waits for a time. One for the
// process, started when it is needed first.

#include <chrono>
#include <memory>

namespace instructor {

/// Something that can go on.
class Job {
 public:
  virtual ~Job() = default;
  virtual void run() noexcept = 0;
  /// The time that it waited for has come.
  virtual void ring() noexcept = 0;
  /// The process ends: it must come to an end as well.
  virtual void shut_down() noexcept = 0;
};

class Scheduler {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// That of the process; after fork() a new one. It ends with the process; what is posted then runs at once.
  static std::shared_ptr<Scheduler> shared();
  /// Does this thread belong to one?
  static bool is_this_thread() noexcept;

  Scheduler();
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Runs it soon, on this scheduler's thread. From any thread.
  void post(std::shared_ptr<Job> job);
  void ring_at(Time time, std::weak_ptr<Job> job);
  /// From now on it is told of the end.
  void add(Job& job, std::weak_ptr<Job> kept);
  void remove(Job& job) noexcept;

 private:
  struct State;
  struct OfProcess;
  void end();

  std::unique_ptr<State> state_;
};

}  // namespace instructor
