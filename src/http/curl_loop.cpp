#include "http/curl_loop.hpp"

#include <atomic>
#include <csignal>
#include <new>
#include <system_error>
#include <utility>

#include "http/url.hpp"
#include "system/forks.hpp"

namespace instructor::curl {

namespace {

/// libcurl shrinks its cache to a multiple of the transfers under way unless it is told: a burst would then connect
/// anew for each request.
constexpr long max_connections_kept = 8192;
constexpr std::size_t max_idle_handles = 512;
/// For the end of a response of which no more is read.
constexpr Duration linger_time = Duration::of_milliseconds(50);
constexpr std::size_t linger_bytes = 64 << 10;

/// Null: there is no memory.
Multi make_multi(Readiness& readiness) {
  Multi multi(curl_multi_init());
  if (multi == nullptr) return nullptr;
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, max_connections_kept);
  readiness.attach(multi.get());
  return multi;
}

std::exception_ptr ending(const std::string& host) {
  return std::make_exception_ptr(
      Error(ErrorCode::cancelled, "the request to " + host + " was broken off: the program is ending"));
}

/// A signal is for the program's threads; and a server that is gone would otherwise end it with SIGPIPE.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

/// A transfer, from both sides: the mailbox is for all threads, the rest for the loop's once it has been posted.
struct Loop::Task final : HttpSink {
  Task(std::shared_ptr<const TransportOptions> its_options, HttpRequest its_request, std::function<void()> wake)
      : box(std::move(wake)),
        options(std::move(its_options)),
        request(std::move(its_request)),
        transfer(request, *this, *options, {options->max_stream_bytes, "max_stream_bytes"}) {}

  void head(HttpHead head) override {
    curl_off_t sent = 0;
    curl_easy_getinfo(handle->easy.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
    if (static_cast<std::size_t>(sent) == request.body.size() && sent != 0) {
      transfer.forget_body(*handle);
      std::string().swap(request.body);
    }
    box.put_head(std::move(head));
  }

  bool body(std::string_view chunk) override {
    if (finished.load()) return (lingered += chunk.size()) <= linger_bytes;
    const std::optional<std::size_t> unread = box.put(chunk);
    if (!unread.has_value()) return false;
    if (*unread <= options->max_unread_bytes) return true;
    throw Error(ErrorCode::response_too_large, "the response of " + host_of(request.url) +
                                                   " arrives faster than it is read: more than " +
                                                   std::to_string(options->max_unread_bytes) +
                                                   " bytes are waiting; see TransportOptions::max_unread_bytes");
  }

  Mailbox box;
  const std::shared_ptr<const TransportOptions> options;
  HttpRequest request;
  Transfer transfer;
  std::unique_ptr<Handle> handle;  // while it is attached
  std::shared_ptr<Task> self;      // then, too: what libcurl points to
  Timetable::iterator appointment;
  std::atomic<bool> finished = false;  // says the reader
  std::size_t lingered = 0;
};

// ---- the reader's side -------------------------------------------------------------------------------------------

class Loop::Exchange final : public MailboxExchange {
 public:
  Exchange(std::shared_ptr<Loop> loop, std::shared_ptr<Task> task)
      : MailboxExchange(task->box), loop_(std::move(loop)), task_(std::move(task)) {}

  void watch(const Cancellation& cancellation) {
    watch_ = cancellation.watch([this] {
      task_->box.break_off(std::make_exception_ptr(task_->transfer.cancelled()));
      loop_->post(Do::cancel, task_);
    });
  }

  ~Exchange() override {
    if (forked()) {
      // The thread that would let go of them is not in this process.
      abandon(std::move(loop_));
      abandon(std::move(task_));
      return;
    }
    watch_ = {};
    const bool ended = task_->box.ended();
    task_->box.close();
    const Do what = task_->finished.load() ? Do::finish : Do::cancel;
    if (!ended) loop_->post(what, std::move(task_));
  }

  void finish() noexcept override {
    if (!forked()) task_->finished = true;
  }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Task> task_;
  Cancellation::Watch watch_;
};

std::unique_ptr<HttpExchange> Loop::start(const std::shared_ptr<Loop>& loop,
                                          std::shared_ptr<const TransportOptions> options, HttpRequest request,
                                          std::function<void()> wake) {
  const Cancellation cancellation = request.cancellation;
  auto task = std::make_shared<Task>(std::move(options), std::move(request), std::move(wake));
  auto exchange = std::make_unique<Exchange>(loop, task);
  if (cancellation.cancelled()) {
    task->box.fail(std::make_exception_ptr(task->transfer.cancelled()));
    return exchange;
  }
  loop->post(Do::start, task);
  if (cancellation.can_be_cancelled()) exchange->watch(cancellation);
  return exchange;
}

void Loop::post(Do what, std::shared_ptr<Task> task) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      const bool first = inbox_.empty();
      inbox_.push_back({what, std::move(task)});
      if (first) readiness_.wake();
      return;
    }
  }
  if (what == Do::start) task->box.fail(ending(host_of(task->request.url)));
}

// ---- the loop's side ---------------------------------------------------------------------------------------------

Loop::Loop(std::shared_ptr<Clock> clock) : multi_(make_multi(readiness_)), clock_(std::move(clock)) {
  if (multi_ == nullptr) throw std::bad_alloc();
  listening_ = clock_->listen([this] { readiness_.wake(); });
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::transport,
                std::string("no thread can be started for asynchronous requests: ") + error.what());
  }
}

Loop::~Loop() { shut_down(); }

void Loop::shut_down() noexcept {
  std::call_once(ended_, [this] {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    readiness_.wake();
    thread_.join();
    listening_.reset();
  });
}

void Loop::run() noexcept {
  block_signals();
  while (true) {
    try {
      now_ = clock_->now();
      perform();
      if (!obey()) break;
      give_up_late_ones();
      poll();
    } catch (const Error& error) {
      fail_all(error);
    } catch (...) {
      fail_all(Error(ErrorCode::transport, "there is no memory left for requests under way"));
    }
  }
  while (!timetable_.empty()) {
    const std::shared_ptr<Task> task = timetable_.begin()->second;
    remove(*task);
    task->box.fail(ending(host_of(task->request.url)));
  }
  idle_.clear();
}

/// False: the loop is to end.
bool Loop::obey() {
  bool stop = false;
  {
    const std::lock_guard lock(mutex_);
    std::swap(inbox_, orders_);
    stop = stopping_;
  }
  for (Command& order : orders_) {
    Task& task = *order.task;
    if (order.what == Do::start) {
      if (stop)
        task.box.fail(ending(host_of(task.request.url)));
      else
        begin(order.task);
    } else if (task.self != nullptr) {
      if (order.what == Do::finish)
        linger(task);
      else
        remove(task);
    }
  }
  orders_.clear();
  return !stop;
}

void Loop::begin(const std::shared_ptr<Task>& task) {
  // The reader may have left already; nothing has been sent then.
  if (task->box.ended()) return;
  try {
    task->handle = take_handle(task->options);
    task->transfer.set_up(*task->handle);
    task->transfer.begin(*clock_);
    task->transfer.when_limit_changes([this, task = task.get()] { schedule(*task); });
    curl_easy_setopt(task->handle->easy.get(), CURLOPT_PRIVATE, task.get());
    if (const CURLMcode code = curl_multi_add_handle(multi_.get(), task->handle->easy.get()); code != CURLM_OK)
      throw Error(ErrorCode::transport, std::string("libcurl takes no request: ") + curl_multi_strerror(code));
    task->appointment = timetable_.emplace(task->transfer.deadlines().next().at, task);
    task->self = task;
  } catch (...) {
    task->handle.reset();
    task->box.fail(std::current_exception());
  }
}

void Loop::linger(Task& task) {
  task.transfer.deadlines().linger(now_, linger_time);
  schedule(task);
}

void Loop::perform() {
  CURLM* const multi = multi_.get();
  if (const CURLMcode code = readiness_.act(multi); code != CURLM_OK)
    throw Error(ErrorCode::transport, std::string("libcurl gave up: ") + curl_multi_strerror(code));
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* task = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &task);
    done(*static_cast<Task*>(task), message->data.result);
  }
}

void Loop::done(Task& task, CURLcode code) {
  if (!task.transfer.prepare_retry(*task.handle, code)) {
    end(task, code, Limit::none);
    return;
  }
  curl_multi_remove_handle(multi_.get(), task.handle->easy.get());
  curl_multi_add_handle(multi_.get(), task.handle->easy.get());
  schedule(task);
}

/// What has happened since a transfer was last looked at may have moved its limit to a later time: then it gets
/// another appointment. Nobody looks at the others.
void Loop::give_up_late_ones() {
  while (!timetable_.empty() && timetable_.begin()->first <= now_) {
    Task& task = *timetable_.begin()->second;
    const Deadlines::Due due = task.transfer.deadlines().next();
    if (due.at <= now_)
      end(task, CURLE_OK, due.limit);
    else
      schedule(task);
  }
}

void Loop::schedule(Task& task) {
  Timetable::node_type node = timetable_.extract(task.appointment);
  node.key() = task.transfer.deadlines().next().at;
  task.appointment = timetable_.insert(std::move(node));
}

void Loop::end(Task& task, CURLcode code, Limit passed) {
  const std::shared_ptr<Task> kept = task.self;
  std::exception_ptr failure;
  try {
    task.transfer.conclude(*task.handle, code, passed);
  } catch (...) {
    failure = std::current_exception();
  }
  remove(task);
  if (failure != nullptr)
    task.box.fail(std::move(failure));
  else
    task.box.end();
}

/// Nothing of libcurl's points to the task any more. A transfer that is under way is broken off.
void Loop::remove(Task& task) noexcept {
  const std::shared_ptr<Task> kept = std::move(task.self);
  curl_multi_remove_handle(multi_.get(), task.handle->easy.get());
  Transfer::let_go(*task.handle);
  timetable_.erase(task.appointment);
  std::string().swap(task.request.body);
  if (idle_.size() < max_idle_handles) idle_.push_back(std::move(task.handle));
  task.handle.reset();
}

/// After an error of the multi handle its transfers are lost.
void Loop::fail_all(const Error& why) noexcept {
  while (!timetable_.empty()) {
    const std::shared_ptr<Task> task = timetable_.begin()->second;
    remove(*task);
    task->box.fail(std::make_exception_ptr(why));
  }
  idle_.clear();
  // Without memory for a new one the old one has to do.
  if (Multi fresh = make_multi(readiness_); fresh != nullptr) multi_ = std::move(fresh);
}

void Loop::poll() {
  int most = longest_poll;
  if (listening_ == nullptr && !timetable_.empty()) most = milliseconds_until(timetable_.begin()->first, now_);
  readiness_.wait(most);
}

std::unique_ptr<Handle> Loop::take_handle(const std::shared_ptr<const TransportOptions>& options) {
  if (!idle_.empty()) {
    std::unique_ptr<Handle> handle = std::move(idle_.back());
    idle_.pop_back();
    if (handle->options == options) return handle;
  }
  return make_handle(options, Use::loop);
}

// ---- the loop of the process -------------------------------------------------------------------------------------

namespace {

class SharedLoop {
 public:
  std::shared_ptr<Loop> get() {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr && !over_) loop_ = std::make_shared<Loop>(system_clock());
    return loop_;
  }
  void end() {
    std::shared_ptr<Loop> last;
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      last = std::exchange(loop_, nullptr);
    }
    if (last != nullptr) last->shut_down();
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Loop> loop_;
  bool over_ = false;
};

}  // namespace

std::shared_ptr<Loop> shared_loop() {
  // Never destroyed, so that whatever is destroyed late may still ask.
  static auto& loops = *new PerProcess<SharedLoop>;
  // What libcurl and TLS need must be destroyed after this.
  static const bool ready = (initialise(), true);
  static const struct AtExit {
    ~AtExit() { loops.get().end(); }
  } at_exit;
  static_cast<void>(ready);
  return loops.get().get();
}

}  // namespace instructor::curl
