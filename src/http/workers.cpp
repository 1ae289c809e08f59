#include "http/workers.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "http/mailbox.hpp"
#include "http/url.hpp"
#include "instructor/error.hpp"
#include "system/forks.hpp"

namespace instructor {

namespace {

constexpr int max_threads = 64;
/// A worker waits when more than this is unread.
constexpr std::size_t room = 1 << 20;

struct Job {
  Job(Transport& its_transport, HttpRequest its_request, std::function<void()> wake)
      : box(std::move(wake)),
        transport(its_transport),
        kept(its_transport.weak_from_this().lock()),
        request(std::move(its_request)) {}

  void run() noexcept {
    try {
      const std::unique_ptr<HttpExchange> exchange = transport.open(std::move(request));
      box.put_head(exchange->head());
      while (true) {
        const std::string_view piece = exchange->read();
        if (piece.empty()) break;
        if (!box.put(piece) || !box.wait_for_room(room)) return;
      }
      box.end();
    } catch (...) {
      box.fail(std::current_exception());
    }
  }

  Mailbox box;
  Transport& transport;
  const std::shared_ptr<Transport> kept;
  HttpRequest request;
  bool queued = true;  // these two under the mutex of Workers
  bool over = false;
};

class Workers {
 public:
  void add(std::shared_ptr<Job> job) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
    ++users_;
    if (queue_.size() <= idle_ || threads_ == max_threads) {
      changed_.notify_all();
      return;
    }
    try {
      std::thread([this] { work(); }).detach();
      ++threads_;
    } catch (const std::system_error&) {
      if (threads_ != 0) return;  // another one will come to it
      queue_.pop_back();
      --users_;
      throw Error(ErrorCode::transport, "no thread can be started for an asynchronous request");
    }
  }

  /// Nobody waits for the job any more.
  void leave(const std::shared_ptr<Job>& job) {
    std::unique_lock lock(mutex_);
    if (job->queued)
      std::erase(queue_, job);
    else if (job->kept == nullptr)
      changed_.wait(lock, [&] { return job->over; });
    if (--users_ == 0) changed_.notify_all();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (!queue_.empty()) {
        std::shared_ptr<Job> job = std::move(queue_.front());
        queue_.pop_front();
        job->queued = false;
        lock.unlock();
        job->run();
        lock.lock();
        job->over = true;
        changed_.notify_all();
        // The transport may go with it, and take its time.
        lock.unlock();
        job.reset();
        lock.lock();
      } else if (users_ == 0) {
        --threads_;
        return;
      } else {
        ++idle_;
        changed_.wait(lock);
        --idle_;
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> queue_;
  std::size_t idle_ = 0;
  std::size_t users_ = 0;
  int threads_ = 0;
};

Workers& workers() {
  // Never destroyed: a transport that blocks cannot be made to end, and the program need not wait for it.
  static auto& all = *new PerProcess<Workers>;
  return all.get();
}

class WorkerExchange final : public MailboxExchange {
 public:
  WorkerExchange(std::shared_ptr<Job> job, const Cancellation& stop)
      : MailboxExchange(job->box), stop_(stop), job_(std::move(job)) {
    workers().add(job_);
  }
  /// What the transport sees is cancelled with `cancellation`.
  void follow(const Cancellation& cancellation, const std::string& host) {
    watch_ = cancellation.watch([this, host] {
      job_->box.break_off(
          std::make_exception_ptr(Error(ErrorCode::cancelled, "the request to " + host + " was cancelled")));
      stop_.cancel();
    });
  }
  ~WorkerExchange() override {
    if (forked()) {  // the thread that would let go of it is not in this process
      abandon(std::move(job_));
      return;
    }
    watch_ = {};
    job_->box.close();
    stop_.cancel();
    workers().leave(job_);
  }

 private:
  const Cancellation stop_;  // what the transport sees: cancelled too when nobody waits any more
  std::shared_ptr<Job> job_;
  Cancellation::Watch watch_;
};

}  // namespace

std::unique_ptr<HttpExchange> start_on_worker(Transport& transport, HttpRequest request, std::function<void()> wake) {
  const Cancellation stop;
  const Cancellation theirs = std::exchange(request.cancellation, stop);
  const std::string host = host_of(request.url);
  auto exchange =
      std::make_unique<WorkerExchange>(std::make_shared<Job>(transport, std::move(request), std::move(wake)), stop);
  if (theirs.can_be_cancelled()) exchange->follow(theirs, host);
  return exchange;
}

}  // namespace instructor
