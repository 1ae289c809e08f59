#include "soak/soak.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "instructor/async.hpp"
#include "instructor/instructor.hpp"
#include "soak/canceller.hpp"
#include "soak/faulty_server.hpp"
#include "soak/plan.hpp"
#include "soak/resources.hpp"

namespace instructor::soak {

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Ticket {
  int id = 0;
  int number = 0;
  int check = 0;

  void validate(Issues& issues) const {
    if (check != check_of(id, number)) issues.add(&Ticket::check, "must fit the id and the number");
  }
};

bool is_of(const Ticket& ticket, const Plan& plan, int number) {
  return ticket.id == static_cast<int>(plan.id) && ticket.number == number;
}

/// Requests that a reply took, as the client knows it.
int sends_of(const Completion& completion) {
  int sends = 0;
  for (const Attempt& attempt : completion.attempts) sends += 1 + static_cast<int>(attempt.reply.failed_sends.size());
  return sends;
}

Client make_client(const std::string& url, int at_once) {
  ClientOptions options;
  options.base_url(url).api_key("sk-soak");
  options.transport_retry(TransportRetry()
                              .max_retries(6)
                              .base_delay(Duration::of_milliseconds(1))
                              .max_delay(Duration::of_milliseconds(4))
                              .budget(1000));
  options.circuit_breaker(CircuitBreaker().failures(0));
  // What a client learns from a 429 would hold all others back for seconds.
  options.rate_limit(RateLimit().learn(false).concurrent(at_once));
  return from_provider("openai/soak", options);
}

/// Everything that callers share.
class Run {
 public:
  Run(const Settings& settings, const Records& records, const std::string& url)
      : settings_(settings), records_(records), eager_(make_client(url, 0)), queueing_(make_client(url, 12)) {}

  /// The next call; nothing when the time is over.
  std::optional<Plan> next() { return next_of(next_id_); }
  std::optional<Plan> next_to_call_back() { return next_of(next_to_call_back_); }
  void stop() { stopped_ = true; }

  const Client& client(const Plan& plan) const { return (plan.chance >> 20U) % 4 == 0 ? queueing_ : eager_; }

  /// The request, which perhaps is going to be cancelled.
  Request request(const Plan& plan) {
    Request made(prompt(plan.id));
    if (plan.leaving == Leaving::cancels) {
      const Cancellation cancellation;
      made.cancellation(cancellation);
      cancel_later(plan, cancellation);
    }
    return made;
  }
  void cancel_later(const Plan& plan, const Cancellation& cancellation) {
    canceller_.cancel_after(std::chrono::microseconds(plan.chance % 20'000), cancellation);
  }

  // ---- outcomes; one for each call

  void succeeded(const Plan& plan, bool right, int sends) {
    if (!right) complain(plan, "has another answer than its own");
    const Record& record = records_[plan.id];
    // A connection that breaks when it is used again is replaced without a word, perhaps after the server has read.
    if (sends > record.requests || sends + record.dropped < record.requests)
      complain(plan,
               "knows of " + std::to_string(sends) + " requests, and the server of " + std::to_string(record.requests));
    if (record.answered != 1 && (record.answered != 0 || !may_be_right(plan)))
      complain(plan, "had an answer, and the server gave " + std::to_string(record.answered));
    outcome(plan, right_);
  }
  void failed(const Plan& plan, const Error& error) {
    const bool cancelled = error.code() == ErrorCode::cancelled;
    if (cancelled && plan.leaving == Leaving::no) complain(plan, "was cancelled by nobody");
    if (!cancelled && !may_fail(plan)) complain(plan, error.what());
    outcome(plan, cancelled ? left_ : failed_);
  }
  void left(const Plan& plan) { outcome(plan, left_); }
  void complain(const Plan& plan, const std::string& what) {
    complain("call " + std::to_string(plan.id) + " (kind " + std::to_string(static_cast<int>(plan.kind)) + ", fault " +
             std::to_string(static_cast<int>(plan.fault)) + "): " + what);
  }
  void complain(std::string what) {
    constexpr std::size_t most = 20;
    const std::lock_guard lock(mutex_);
    if (complaints_.size() < most) complaints_.push_back(std::move(what));
  }

  /// When all is over, and the server has ended.
  Report report() {
    Report made;
    const std::uint32_t end = std::max<std::uint32_t>(next_id_, next_to_call_back_);
    for (std::uint32_t id = 0; id < end; ++id) {
      if (id >= (for_callbacks(id) ? next_to_call_back_ : next_id_)) continue;
      ++made.calls;
      const Record& record = records_[id];
      made.requests += record.requests;
      if (record.outcomes != 1)
        complain(plan_of(settings_.seed, id), "has " + std::to_string(record.outcomes) + " outcomes");
      if (record.answered > 1) complain(plan_of(settings_.seed, id), "was answered more than once");
    }
    made.right = right_;
    made.failed = failed_;
    made.left = left_;
    made.complaints = complaints_;
    return made;
  }
  std::uint64_t calls() const { return right_ + failed_ + left_; }

 private:
  std::optional<Plan> next_of(std::atomic<std::uint32_t>& ids) const {
    if (stopped_) return std::nullopt;
    const std::uint32_t id = ids.fetch_add(2);
    if (id >= Records::most) {
      ids -= 2;
      return std::nullopt;
    }
    return plan_of(settings_.seed, id);
  }

  /// Elements that were handed out stand; what is wrong behind them cannot be asked for again.
  static bool may_fail(const Plan& plan) {
    if (plan.kind != Kind::iterable) return false;
    switch (plan.fault) {
      case Fault::wrong:
      case Fault::reset_in_body:
      case Fault::cut:
      case Fault::duplicated:
      case Fault::reordered: return true;
      default: return false;
    }
  }
  /// What is broken off, or in another order, may be whole all the same.
  static bool may_be_right(const Plan& plan) {
    return plan.fault == Fault::reset_in_body || plan.fault == Fault::cut || plan.fault == Fault::duplicated ||
           plan.fault == Fault::reordered;
  }
  void outcome(const Plan& plan, std::atomic<std::uint64_t>& kind) {
    ++records_[plan.id].outcomes;
    ++kind;
  }

  const Settings& settings_;
  const Records& records_;
  const Client eager_;
  const Client queueing_;
  Canceller canceller_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint32_t> next_id_ = 1;
  std::atomic<std::uint32_t> next_to_call_back_ = 0;
  std::atomic<std::uint64_t> right_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> left_ = 0;
  std::mutex mutex_;
  std::vector<std::string> complaints_;
};

/// Elements in their order, none twice.
class Elements {
 public:
  explicit Elements(const Plan& plan) : plan_(plan) {}
  void take(const Ticket& ticket) {
    right_ = right_ && is_of(ticket, plan_, count_);
    ++count_;
  }
  bool all_right() const { return right_ && count_ == elements_of(plan_); }
  int count() const { return count_; }

 private:
  const Plan& plan_;
  int count_ = 0;
  bool right_ = true;
};

/// How many views or elements a caller takes before it drops the stream.
std::uint32_t patience(const Plan& plan) {
  return plan.leaving == Leaving::drops ? plan.chance % 7 : ~std::uint32_t{0};
}

// ---- callers that do not wait ------------------------------------------------------------------------------------

Task<void> ask_for_value(Run* run, Plan plan) {
  Task<std::pair<Ticket, Completion>> task = run->client(plan).create_with_completion_async<Ticket>(run->request(plan));
  if (plan.leaving == Leaving::drops) {
    task.start();
    run->left(plan);
    co_return;
  }
  const auto [ticket, completion] = co_await task;
  run->succeeded(plan, is_of(ticket, plan, 0), sends_of(completion));
}

Task<void> ask_for_partial(Run* run, Plan plan) {
  auto stream = run->client(plan).create_partial_async<Ticket>(run->request(plan));
  for (std::uint32_t views = patience(plan); views > 0; --views) {
    const Partial<Ticket>* const view = co_await stream.next();
    if (view == nullptr) {
      const int sends = sends_of(stream.completion());
      const Ticket ticket = co_await stream.result();
      run->succeeded(plan, is_of(ticket, plan, 0), sends);
      co_return;
    }
  }
  run->left(plan);
}

Task<void> ask_for_elements(Run* run, Plan plan) {
  auto stream = run->client(plan).create_iterable_async<Ticket>(run->request(plan));
  Elements elements(plan);
  for (std::uint32_t most = patience(plan); most > 0; --most) {
    const Ticket* const ticket = co_await stream.next();
    if (ticket == nullptr) {
      run->succeeded(plan, elements.all_right(), sends_of(stream.completion()));
      co_return;
    }
    elements.take(*ticket);
  }
  run->left(plan);
}

Task<void> keep_asking(Run* run) {
  while (const std::optional<Plan> plan = run->next()) {
    try {
      if (plan->kind == Kind::value)
        co_await ask_for_value(run, *plan);
      else if (plan->kind == Kind::partial)
        co_await ask_for_partial(run, *plan);
      else
        co_await ask_for_elements(run, *plan);
    } catch (const Error& error) {
      run->failed(*plan, error);
    }
  }
}

/// One call after the other, each begun where the last one ends.
void keep_calling_back(Run* run, std::latch* done) {
  const std::optional<Plan> plan = run->next_to_call_back();
  if (!plan) return done->count_down();
  Task<std::pair<Ticket, Completion>> task =
      run->client(*plan).create_with_completion_async<Ticket>(Request(prompt(plan->id)));
  const Cancellation cancellation =
      std::move(task).then([run, done, plan = *plan](std::expected<std::pair<Ticket, Completion>, Error> made) {
        if (made)
          run->succeeded(plan, is_of(made->first, plan, 0), sends_of(made->second));
        else
          run->failed(plan, made.error());
        keep_calling_back(run, done);
      });
  if (plan->leaving != Leaving::no) run->cancel_later(*plan, cancellation);
}

// ---- callers that wait -------------------------------------------------------------------------------------------

void ask_and_wait(Run& run, const Plan& plan) {
  const Client& client = run.client(plan);
  if (plan.kind == Kind::value) {
    const auto [ticket, completion] = client.create_with_completion<Ticket>(run.request(plan));
    return run.succeeded(plan, is_of(ticket, plan, 0), sends_of(completion));
  }
  std::uint32_t left = patience(plan);
  if (plan.kind == Kind::partial) {
    auto stream = client.create_partial<Ticket>(run.request(plan));
    while (left > 0 && stream.next() != nullptr) --left;
    if (left == 0) return run.left(plan);
    const int sends = sends_of(stream.completion());
    return run.succeeded(plan, is_of(stream.result(), plan, 0), sends);
  }
  auto stream = client.create_iterable<Ticket>(run.request(plan));
  Elements elements(plan);
  for (; left > 0; --left) {
    const Ticket* const ticket = stream.next();
    if (ticket == nullptr) return run.succeeded(plan, elements.all_right(), sends_of(stream.completion()));
    elements.take(*ticket);
  }
  run.left(plan);
}

void keep_waiting(Run& run) {
  while (const std::optional<Plan> plan = run.next()) {
    try {
      ask_and_wait(run, *plan);
    } catch (const Error& error) {
      run.failed(*plan, error);
    }
  }
}

// ---- the watch ---------------------------------------------------------------------------------------------------

/// Lets the callers work until the time is over; what the process holds must not grow after the first third.
void watch(Run& run, const Settings& settings) {
  constexpr int looks = 30;
  constexpr std::size_t memory_slack = 16 << 20;
  constexpr std::size_t files_slack = 64;
  const SteadyClock::time_point begin = SteadyClock::now();
  std::mutex mutex;
  std::condition_variable never;
  Resources early;
  for (int look = 1; look <= looks; ++look) {
    std::unique_lock lock(mutex);
    never.wait_until(lock, begin + settings.time * look / looks, [] { return false; });
    const Resources now = resources();
    if (settings.tells) {
      std::printf("%3d of %d: %llu calls, %zu MB, %zu files, %zu threads\n", look, looks,
                  static_cast<unsigned long long>(run.calls()), now.memory >> 20U, now.files, now.threads);
      std::fflush(stdout);
    }
    if (look <= looks / 3) {
      early = {std::max(early.memory, now.memory), std::max(early.files, now.files), now.threads};
      continue;
    }
    if (now.threads != early.threads)
      run.complain("there were " + std::to_string(early.threads) + " threads, and are " + std::to_string(now.threads));
    if (now.files > early.files + files_slack)
      run.complain("there were " + std::to_string(early.files) + " files, and are " + std::to_string(now.files));
    if (settings.checks_memory && now.memory > early.memory + early.memory / 4 + memory_slack)
      run.complain("there were " + std::to_string(early.memory) + " bytes, and are " + std::to_string(now.memory));
  }
}

}  // namespace

Report soak(const Settings& settings) {
  const Records records;
  FaultyServer server(records, settings.seed);
  Run run(settings, records, server.url());
  std::latch called_back(settings.callbacks);
  for (int i = 0; i < settings.callbacks; ++i) keep_calling_back(&run, &called_back);
  std::vector<Task<void>> tasks;
  for (int i = 0; i < settings.coroutines; ++i) tasks.push_back(keep_asking(&run));
  Task<void> asking = when_all(std::move(tasks));
  asking.start();
  std::vector<std::thread> threads;
  for (int i = 0; i < settings.threads; ++i) threads.emplace_back([&run] { keep_waiting(run); });

  watch(run, settings);
  run.stop();
  for (std::thread& thread : threads) thread.join();
  asking.get();
  called_back.wait();
  if (!server.stop()) run.complain("the server ended early: a request was not as it should be");
  return run.report();
}

std::string to_string(const Report& report) {
  std::string text = std::to_string(report.calls) + " calls: " + std::to_string(report.right) + " right, " +
                     std::to_string(report.failed) + " failed as they may, " + std::to_string(report.left) +
                     " left; the server had " + std::to_string(report.requests) + " requests\n";
  for (const std::string& complaint : report.complaints) text += complaint + "\n";
  return text;
}

}  // namespace instructor::soak
