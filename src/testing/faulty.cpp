#include "instructor/testing_faults.hpp"

#include <iterator>
#include <memory>
#include <string_view>

#include "engine/waker.hpp"
#include "http/url.hpp"
#include "instructor/error.hpp"
#include "testing/random.hpp"

namespace instructor::testing {

namespace {

[[noreturn]] void broken(const HttpRequest& request, std::string_view how) {
  throw Error(ErrorCode::transport, "the connection to " + host_of(request.url) + " broke: " + std::string(how));
}

/// Waits until some time has passed by a clock. Throws where the limit of the request or its cancellation ends that
/// sooner; without a time nothing else does.
void wait(Clock& clock, const HttpRequest& request, std::optional<Duration> time) {
  const auto waker = std::make_shared<engine::ThreadWaker>(clock);
  const Cancellation::Watch watch = request.cancellation.watch([waker] { waker->wake(); });
  const bool passes = time && *time < request.timeout;
  const Duration end = clock.now() + (passes ? *time : request.timeout);
  while (!request.cancellation.cancelled()) {
    if (clock.now() >= end) {
      if (passes) return;
      throw Error(ErrorCode::timeout, "no complete response from " + host_of(request.url) + " in time");
    }
    waker->wake_at(end);
    waker->wait();
  }
  throw Error(ErrorCode::cancelled, "the request to " + host_of(request.url) + " was cancelled");
}

/// The response to a fault that has one of its own.
class OwnExchange final : public HttpExchange {
 public:
  explicit OwnExchange(Fault fault) : fault_(std::move(fault)) {}
  const HttpHead& head() override { return fault_.head; }
  std::string_view read() override {
    taken_ = std::exchange(fault_.body, {});
    return taken_;
  }

 private:
  Fault fault_;
  std::string taken_;
};

/// A response whose body is spoilt on the way.
class SpoiltExchange final : public HttpExchange {
 public:
  SpoiltExchange(Fault fault, HttpRequest request, std::unique_ptr<HttpExchange> inner)
      : fault_(std::move(fault)), request_(std::move(request)), inner_(std::move(inner)) {}

  const HttpHead& head() override { return inner_->head(); }
  void finish() noexcept override { inner_->finish(); }

  std::string_view read() override {
    switch (fault_.kind) {
      case Fault::Kind::reset_in_body:
      case Fault::Kind::cut: return shortened();
      case Fault::Kind::duplicate:
        if (std::exchange(again_, false)) return piece_;
        piece_ = inner_->read();
        again_ = !piece_.empty();
        return piece_;
      case Fault::Kind::reorder:
        if (earlier_.empty()) return swapped();
        piece_ = std::exchange(earlier_, {});
        return piece_;
      default: return one_byte();
    }
  }

 private:
  std::string_view shortened() {
    if (given_ == fault_.bytes) {
      if (fault_.kind == Fault::Kind::cut) return {};
      broken(request_, "reset by the other side after " + std::to_string(given_) + " bytes of the body");
    }
    const std::string_view piece = inner_->read();
    if (piece.empty() && fault_.kind == Fault::Kind::reset_in_body)
      broken(request_, "reset by the other side at the end of the body");
    const std::string_view part = piece.substr(0, fault_.bytes - given_);
    given_ += part.size();
    return part;
  }

  /// The second of two pieces; the first comes next.
  std::string_view swapped() {
    earlier_ = inner_->read();
    piece_ = inner_->read();
    if (piece_.empty()) std::swap(piece_, earlier_);
    return piece_;
  }

  std::string_view one_byte() {
    if (given_ == piece_.size()) {
      piece_ = inner_->read();
      given_ = 0;
      if (piece_.empty()) return {};
    }
    return std::string_view(piece_).substr(given_++, 1);
  }

  Fault fault_;
  HttpRequest request_;
  std::unique_ptr<HttpExchange> inner_;
  std::string piece_;
  std::string earlier_;
  std::size_t given_ = 0;
  bool again_ = false;
};

}  // namespace

FaultyTransport::FaultyTransport(std::shared_ptr<Transport> inner, std::shared_ptr<Clock> clock)
    : inner_(std::move(inner)), clock_(clock != nullptr ? std::move(clock) : system_clock()) {}

void FaultyTransport::plan(std::vector<Fault> faults) {
  const std::lock_guard lock(mutex_);
  plan_.insert(plan_.end(), std::make_move_iterator(faults.begin()), std::make_move_iterator(faults.end()));
}

void FaultyTransport::by_chance(std::uint64_t seed, unsigned every) {
  const std::lock_guard lock(mutex_);
  chance_ = Chance{seed, every == 0 ? 1 : every};
}

int FaultyTransport::count(Fault::Kind kind) const {
  const std::lock_guard lock(mutex_);
  return counts_.at(static_cast<std::size_t>(kind));
}

int FaultyTransport::requests() const {
  const std::lock_guard lock(mutex_);
  int all = 0;
  for (const int count : counts_) all += count;
  return all;
}

Fault FaultyTransport::next() {
  const std::lock_guard lock(mutex_);
  Fault fault;
  if (!plan_.empty()) {
    fault = std::move(plan_.front());
    plan_.pop_front();
  } else if (chance_.has_value()) {
    Random random(chance_->state++);
    if (random.below(chance_->every) == 0) {
      switch (random.below(7)) {
        case 0: fault = Fault::Kind::refuse; break;
        case 1: fault = Fault::Kind::reset_before_headers; break;
        case 2: fault = Fault::Kind::reset_in_headers; break;
        case 3: fault = Fault::resets_in_body(random.below(200)); break;
        case 4: fault = Fault::status(429, {{"retry-after", "1"}}); break;
        case 5: fault = Fault::status(503); break;
        default: fault = Fault::Kind::byte_by_byte; break;
      }
    }
  }
  ++counts_.at(static_cast<std::size_t>(fault.kind));
  return fault;
}

void FaultyTransport::send(const HttpRequest& request, HttpSink& sink) {
  const std::unique_ptr<HttpExchange> exchange = open(request);
  sink.head(exchange->head());
  while (true) {
    const std::string_view piece = exchange->read();
    if (piece.empty() || !sink.body(piece)) return;
  }
}

std::unique_ptr<HttpExchange> FaultyTransport::open(HttpRequest request) {
  Fault fault = next();
  switch (fault.kind) {
    case Fault::Kind::refuse:
      throw Error(ErrorCode::transport, "cannot connect to " + host_of(request.url) + ": refused");
    case Fault::Kind::reset_before_headers: broken(request, "reset by the other side before it answered");
    case Fault::Kind::reset_in_headers: broken(request, "it ended inside the headers");
    case Fault::Kind::silence: wait(*clock_, request, std::nullopt); break;
    case Fault::Kind::delay: wait(*clock_, request, fault.time); break;
    case Fault::Kind::status: return std::make_unique<OwnExchange>(std::move(fault));
    default: break;
  }
  if (fault.kind == Fault::Kind::none || fault.kind == Fault::Kind::delay) return inner_->open(std::move(request));
  std::unique_ptr<HttpExchange> inner = inner_->open(request);
  return std::make_unique<SpoiltExchange>(std::move(fault), std::move(request), std::move(inner));
}

}  // namespace instructor::testing
