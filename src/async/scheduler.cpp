#include "async/scheduler.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "system/forks.hpp"

namespace instructor {

namespace {

thread_local bool resumes_coroutines = false;

}  // namespace

struct Scheduler::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<Job>> ready;
  std::multimap<Time, std::weak_ptr<Job>> times;
  std::unordered_map<Job*, std::weak_ptr<Job>> alive;
  bool ends = false;
  bool sleeps = false;
  std::thread thread;
  const HomeProcess process;

  void run();
};

void Scheduler::State::run() {
  resumes_coroutines = true;
  std::vector<std::shared_ptr<Job>> jobs;
  std::vector<std::shared_ptr<Job>> due;
  std::unique_lock lock(mutex);
  while (true) {
    while (!times.empty() && times.begin()->first <= std::chrono::steady_clock::now()) {
      if (std::shared_ptr<Job> job = times.begin()->second.lock()) due.push_back(std::move(job));
      times.erase(times.begin());
    }
    jobs.swap(ready);
    if (jobs.empty() && due.empty()) {
      if (ends) return;
      sleeps = true;
      if (times.empty())
        changed.wait(lock);
      else
        changed.wait_until(lock, times.begin()->first);
      sleeps = false;
      continue;
    }
    lock.unlock();
    for (const std::shared_ptr<Job>& job : due) job->ring();
    due.clear();
    for (std::shared_ptr<Job>& job : jobs) std::exchange(job, nullptr)->run();
    jobs.clear();
    lock.lock();
  }
}

Scheduler::Scheduler() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Scheduler::~Scheduler() { end(); }

/// Lets all that is alive end first.
void Scheduler::end() {
  if (state_->process.left()) {           // that thread is the parent's
    static_cast<void>(state_.release());  // NOLINT(bugprone-unused-return-value)
    return;
  }
  std::vector<std::shared_ptr<Job>> left;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [_, job] : state_->alive)
      if (std::shared_ptr<Job> kept = job.lock()) left.push_back(std::move(kept));
  }
  for (const std::shared_ptr<Job>& job : left) job->shut_down();
  left.clear();
  {
    const std::lock_guard lock(state_->mutex);
    state_->ends = true;
    state_->changed.notify_all();
  }
  if (state_->thread.joinable()) state_->thread.join();
}

struct Scheduler::OfProcess {
  std::shared_ptr<Scheduler> get() {
    const std::lock_guard lock(mutex);
    if (scheduler == nullptr) scheduler = std::make_shared<Scheduler>();
    return scheduler;
  }
  void end() {
    if (scheduler != nullptr) scheduler->end();
  }

  std::mutex mutex;
  std::shared_ptr<Scheduler> scheduler;
};

std::shared_ptr<Scheduler> Scheduler::shared() {
  // Never destroyed, so that whatever is destroyed late may still ask.
  static auto& schedulers = *new PerProcess<OfProcess>;
  static const struct AtExit {
    ~AtExit() { schedulers.get().end(); }
  } at_exit;
  return schedulers.get().get();
}

bool Scheduler::is_this_thread() noexcept { return resumes_coroutines; }

void Scheduler::post(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->ends) {
      state_->ready.push_back(std::move(job));
      if (state_->sleeps && state_->ready.size() == 1) state_->changed.notify_one();
      return;
    }
  }
  job->run();
}

void Scheduler::ring_at(Time time, std::weak_ptr<Job> job) {
  const std::lock_guard lock(state_->mutex);
  const auto place = state_->times.emplace(time, std::move(job));
  if (state_->sleeps && place == state_->times.begin()) state_->changed.notify_one();
}

void Scheduler::add(Job& job, std::weak_ptr<Job> kept) {
  const std::lock_guard lock(state_->mutex);
  state_->alive.emplace(&job, std::move(kept));
}

void Scheduler::remove(Job& job) noexcept {
  if (state_ == nullptr || state_->process.left()) return;
  const std::lock_guard lock(state_->mutex);
  state_->alive.erase(&job);
}

}  // namespace instructor
