#include "reliability/circuit_breaker.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

namespace instructor {

namespace {

/// How soon to ask again while somebody else tries whether the host is back.
constexpr Duration while_probed = Duration::of_seconds(1);

}  // namespace

struct Breaker::State {
  explicit State(const CircuitBreaker& given) : settings(given) {}

  const CircuitBreaker settings;
  std::mutex mutex;
  int in_a_row = 0;
  bool open = false;
  Duration until;
  bool probing = false;
  std::uint64_t period = 0;  // changes when it opens and when it closes: what was sent before says nothing any more

  void turn(bool to_open, Duration now) {
    open = to_open;
    until = now + settings.open_for();
    probing = false;
    in_a_row = 0;
    ++period;
  }
};

bool counts_against_host(const ErrorDetail& failure) {
  switch (failure.code) {
    case ErrorCode::transport:
    case ErrorCode::timeout: return failure.http_status < 400 || failure.http_status >= 500;
    case ErrorCode::overloaded:
    case ErrorCode::server_error: return true;
    default: return false;
  }
}

Breaker::Breaker(const CircuitBreaker& settings) : state_(std::make_shared<State>(settings)) {}

Breaker::Pass Breaker::enter(Duration now) {
  Pass pass;
  const std::lock_guard lock(state_->mutex);
  if (state_->open) {
    // Never longer than it is told to be, even when the clock goes back.
    state_->until = std::min(state_->until, now + state_->settings.open_for());
    if (now < state_->until) {
      pass.refused_for_ = state_->until - now;
      return pass;
    }
    if (state_->probing) {
      pass.refused_for_ = std::min(while_probed, state_->settings.open_for());
      return pass;
    }
    state_->probing = true;
    pass.probe_ = true;
  }
  pass.state_ = state_;
  pass.period_ = state_->period;
  return pass;
}

Breaker::Pass& Breaker::Pass::operator=(Pass&& other) noexcept {
  const Pass old(std::move(*this));
  state_ = std::move(other.state_);
  period_ = other.period_;
  probe_ = other.probe_;
  refused_for_ = other.refused_for_;
  return *this;
}

Breaker::Pass::~Pass() {
  if (state_ == nullptr || !probe_) return;
  const std::lock_guard lock(state_->mutex);
  if (period_ == state_->period) state_->probing = false;
}

void Breaker::Pass::succeeded() {
  const std::shared_ptr<State> state = std::move(state_);
  if (state == nullptr) return;
  const std::lock_guard lock(state->mutex);
  if (period_ != state->period) return;
  if (state->open)
    state->turn(false, Duration());
  else
    state->in_a_row = 0;
}

void Breaker::Pass::failed(Duration now) {
  const std::shared_ptr<State> state = std::move(state_);
  if (state == nullptr) return;
  const std::lock_guard lock(state->mutex);
  const int most = state->settings.failures();
  if (period_ != state->period || most == 0) return;
  if (state->open || ++state->in_a_row >= most) state->turn(true, now);
}

ErrorDetail refused_by_breaker(const CircuitBreaker& settings, std::string_view host, Duration refused_for) {
  ErrorDetail detail;
  detail.code = ErrorCode::transport;
  detail.message = "not sent: the last " + std::to_string(settings.failures()) + " requests to " + std::string(host) +
                   " failed, so it is left alone for a while (CircuitBreaker)";
  detail.retry_after = refused_for;
  return detail;
}

}  // namespace instructor
