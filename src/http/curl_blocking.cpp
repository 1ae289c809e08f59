#include "http/curl_blocking.hpp"

#include <chrono>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "http/mailbox.hpp"

namespace instructor::curl {

namespace {

/// From a server on the same machine a response may be there before a thread has been put to sleep and woken again,
/// which costs 10 to 20 us and leaves its caches cold. As with mutexes: who was not kept waiting the last time looks
/// for so long before it sleeps. Servers further away are never waited for in this way.
constexpr std::chrono::microseconds near_wait(200);

bool may_spin() {
  static const bool several = std::thread::hardware_concurrency() > 1;
  return several;
}

/// A transfer of a line, which it attaches and drives.
class Run {
 public:
  Run(Lines& lines, const HttpRequest& request, HttpSink& sink, BodyLimit limit)
      : transfer_(request, sink, lines.options(), limit),
        cancellation_(request.cancellation),
        line_(lines.check_out()),
        listening_(listen(lines.options())),
        clock_(*lines.options().clock) {
    transfer_.set_up(handle());
    if (cancellation_.can_be_cancelled())
      watch_ = cancellation_.watch([multi = line_->multi.get()] { curl_multi_wakeup(multi); });
    transfer_.begin(clock_);
    curl_multi_add_handle(line_->multi.get(), handle().easy.get());
  }
  ~Run() {
    // In a child of the process that made it, the connection and the line are not ours.
    if (process_.left())
      abandon(std::shared_ptr<Line>(std::move(line_)));
    else if (line_ != nullptr)
      curl_multi_remove_handle(line_->multi.get(), handle().easy.get());
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Does what can be done without waiting. False: the transfer is over.
  bool step() {
    check_process(process_);
    if (cancellation_.cancelled()) throw transfer_.cancelled();
    CURLM* const multi = line_->multi.get();
    while (true) {
      int running = 1;
      if (const CURLMcode code = curl_multi_perform(multi, &running); code != CURLM_OK)
        throw Error(ErrorCode::transport, std::string("libcurl gave up: ") + curl_multi_strerror(code));
      if (running == 0) {
        code_ = result();
        if (!transfer_.prepare_retry(handle(), code_)) return false;
        curl_multi_remove_handle(multi, handle().easy.get());
        curl_multi_add_handle(multi, handle().easy.get());
        continue;
      }
      return true;
    }
  }

  /// Waits until there is something to do, or a limit has passed: then it throws Error (`timeout`).
  void wait() {
    const Deadlines::Due due = transfer_.deadlines().next();
    const Duration now = clock_.now();
    if (due.at <= now) {
      transfer_.conclude(handle(), CURLE_OK, due.limit);
      return;
    }
    using SteadyClock = std::chrono::steady_clock;
    const SteadyClock::time_point begin = SteadyClock::now();
    if (!std::exchange(has_waited_, true) && line_->is_near) {
      int ready = 0;
      // A wake-up may be among what it took away: who called looks at everything once more.
      while (ready == 0 && SteadyClock::now() - begin < near_wait)
        curl_multi_poll(line_->multi.get(), nullptr, 0, 0, &ready);
      line_->is_near = ready != 0;
      return;
    }
    const int most = listening_ != nullptr ? longest_poll : milliseconds_until(due.at, now);
    curl_multi_poll(line_->multi.get(), nullptr, 0, most, nullptr);
    line_->is_near = may_spin() && SteadyClock::now() - begin < near_wait;
  }

  void wait_at_most(int milliseconds) { curl_multi_poll(line_->multi.get(), nullptr, 0, milliseconds, nullptr); }

  /// What the transfer came to; throws what it failed of.
  void conclude() { transfer_.conclude(handle(), code_); }
  bool succeeded() const { return code_ == CURLE_OK && !transfer_.ended_by_sink(); }

  /// The line, when the transfer is over.
  std::unique_ptr<Line> release() {
    watch_ = {};
    listening_.reset();
    curl_multi_remove_handle(line_->multi.get(), handle().easy.get());
    Transfer::let_go(handle());
    return std::move(line_);
  }

 private:
  Handle& handle() { return *line_->handle; }

  std::shared_ptr<void> listen(const TransportOptions& options) const {
    return options.clock->listen([multi = line_->multi.get()] { curl_multi_wakeup(multi); });
  }

  CURLcode result() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(line_->multi.get(), &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    return CURLE_OK;
  }

  const HomeProcess process_;
  Transfer transfer_;
  const Cancellation cancellation_;
  CURLcode code_ = CURLE_OK;
  bool has_waited_ = false;
  std::unique_ptr<Line> line_;
  std::shared_ptr<void> listening_;  // before time is read: a move in between is not missed
  const Clock& clock_;
  Cancellation::Watch watch_;
};

class BlockingExchange final : public HttpExchange, private HttpSink {
 public:
  BlockingExchange(std::shared_ptr<Lines> lines, HttpRequest request)
      : lines_(std::move(lines)),
        request_(std::move(request)),
        run_(*lines_, request_, *this, {lines_->options().max_stream_bytes, "max_stream_bytes"}) {}

  /// Detaching a transfer that is under way closes its connection. A line whose transfer is over serves the next one.
  ~BlockingExchange() override {
    if (!process_.left() && over_ && run_.succeeded()) lines_->check_in(run_.release());
  }

  const HttpHead& head() override {
    while (!has_head_ && !over_) go_on();
    if (!has_head_) run_.conclude();
    return head_;
  }

  std::string_view read() override {
    taken_.clear();
    while (received_.empty() && !over_) go_on();
    if (received_.empty()) run_.conclude();
    std::swap(received_, taken_);
    return taken_;
  }

  /// What ends the response is on its way, as a rule: a new connection would cost more than this wait.
  void finish() noexcept override {
    try {
      for (int tries = 0; tries < 5 && !over_; ++tries) {
        run_.wait_at_most(10);
        over_ = !run_.step();
      }
    } catch (...) {  // then the connection is closed
      over_ = false;
    }
  }

 private:
  void head(HttpHead head) override {
    head_ = std::move(head);
    has_head_ = true;
  }
  bool body(std::string_view chunk) override {
    received_ += chunk;
    return true;
  }
  void go_on() {
    if (begun_) run_.wait();
    over_ = !run_.step();
    begun_ = true;
  }

  const HomeProcess process_;
  std::shared_ptr<Lines> lines_;
  HttpRequest request_;
  HttpHead head_;
  std::string received_;
  std::string taken_;
  bool has_head_ = false;
  bool begun_ = false;
  bool over_ = false;
  Run run_;
};

}  // namespace

std::unique_ptr<Line> Lines::check_out() {
  Idle& idle = idle_.get();
  {
    const std::lock_guard lock(idle.mutex);
    if (!idle.lines.empty()) {
      std::unique_ptr<Line> line = std::move(idle.lines.back());
      idle.lines.pop_back();
      return line;
    }
  }
  auto line = std::make_unique<Line>();
  line->multi.reset(curl_multi_init());
  if (line->multi == nullptr) throw std::bad_alloc();
  curl_multi_setopt(line->multi.get(), CURLMOPT_MAXCONNECTS, 4L);
  line->handle = make_handle(options_, Use::blocking);
  return line;
}

void Lines::check_in(std::unique_ptr<Line> line) {
  constexpr std::size_t max_idle = 64;
  Idle& idle = idle_.get();
  const std::lock_guard lock(idle.mutex);
  if (idle.lines.size() < max_idle) idle.lines.push_back(std::move(line));
}

void send(Lines& lines, const HttpRequest& request, HttpSink& sink) {
  Run run(lines, request, sink, {lines.options().max_response_bytes, "max_response_bytes"});
  while (run.step()) run.wait();
  run.conclude();
  // Where the sink had enough, the connection is closed with the line's transfer; the line is as good as before.
  lines.check_in(run.release());
}

std::unique_ptr<HttpExchange> open(std::shared_ptr<Lines> lines, HttpRequest request) {
  return std::make_unique<BlockingExchange>(std::move(lines), std::move(request));
}

}  // namespace instructor::curl
