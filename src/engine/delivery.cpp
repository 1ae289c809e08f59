#include "engine/delivery.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "reliability/backoff.hpp"

namespace instructor::engine {

namespace {

/// A reply of a transport that is asked for as a whole.
class WholeReply final : public ReplyStream {
 public:
  WholeReply(const Backend& backend, const Call& call) : backend_(backend), call_(call) {}

  bool next(std::vector<Delta>& deltas) override {
    deltas.clear();
    if (!reply_) reply_.emplace(backend_.complete(call_));
    return false;
  }
  const Reply& reply() const override {
    static const Reply nothing;
    return reply_ ? *reply_ : nothing;
  }
  Reply take_reply() override { return reply_ ? std::move(*reply_) : Reply(); }

 private:
  const Backend& backend_;
  const Call& call_;
  std::optional<Reply> reply_;
};

/// Tokens that a call will take, before anybody knows: four bytes are about one.
std::int64_t estimated_tokens(const Call& call) {
  constexpr std::int64_t usual_answer = 500;
  std::size_t bytes = call.output.schema.size();
  for (const Message* const message : call.messages) bytes += message->content.size();
  return static_cast<std::int64_t>(bytes / 4) + call.options->max_tokens.value_or(usual_answer);
}

std::string new_idempotency_key() {
  std::array<char, 16> digits{};
  std::string key = "instructor-";
  for (int half = 0; half < 2; ++half) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), random_number(), 16).ptr;
    key.append(digits.data(), end);
  }
  return key;
}

}  // namespace

Delivery::Delivery(const CallSetup& setup, Call& call, std::optional<Duration> deadline)
    : setup_(setup), call_(call), reliably_(*setup.reliably), deadline_(deadline) {
  call_.cancellation = setup.driving.cancellation;
  if (setup.backend->takes_idempotency_keys()) call_.idempotency_key = new_idempotency_key();
  // What is read as it comes is its caller's alone.
  if (reliably_.single_flight && !call.stream)
    seat_.emplace(
        reliably_.flights.join(std::string(setup.backend->name()) + '\n' + setup.backend->fingerprint(call), waking()));
}

Delivery::~Delivery() = default;

std::function<void()> Delivery::waking() const {
  return [waker = setup_.driving.waker] { waker->wake(); };
}

// ---- when it goes on ---------------------------------------------------------------------------------------------

bool Delivery::ready() {
  if (stage_ == Stage::over || setup_.driving.cancellation.cancelled()) return true;
  if (stage_ == Stage::waits) return may_go_on();
  for (const auto& runner : runners_)
    if (runner->ready()) return true;
  if (!hedge_at_) return false;
  if (is_hedge_due()) return true;
  setup_.driving.waker->wake_at(*hedge_at_);
  return false;
}

bool Delivery::is_hedge_due() const { return hedge_at_ && setup_.clock->now() >= *hedge_at_; }

bool Delivery::may_go_on() {
  if (deadline_) {
    if (setup_.clock->now() >= *deadline_) return true;
    setup_.driving.waker->wake_at(*deadline_);
  }
  if (seat_ && seat_->part() == Flights::Part::wait) return false;
  if (seat_ && seat_->part() == Flights::Part::taken) return true;
  return may_send();
}

bool Delivery::may_send() {
  const Duration now = setup_.clock->now();
  if (until_ && now < *until_) {
    setup_.driving.waker->wake_at(*until_);
    return false;
  }
  if (ticket_ == nullptr) {
    const std::int64_t tokens = estimated_tokens(call_);
    ticket_ = reliably_.limiter->enter_now(call_.model, tokens, now);
    if (ticket_ != nullptr) return true;
    ticket_ = reliably_.limiter->enter(call_.model, tokens, waking());
  }
  std::optional<Duration> again;
  if (ticket_->may_go(now, again)) return true;
  if (again) setup_.driving.waker->wake_at(*again);
  return false;
}

bool Delivery::next(std::vector<Delta>& deltas) {
  deltas.clear();
  if (stage_ == Stage::over) return false;
  if (setup_.driving.cancellation.cancelled()) {
    runners_.resize(std::min<std::size_t>(runners_.size(), 1));
    throw Error(ErrorCode::cancelled, "the call was cancelled");
  }
  if (stage_ == Stage::waits) {
    if (seat_ && seat_->part() == Flights::Part::taken) {
      own_ = *seat_->result();
      stage_ = Stage::over;
      return false;
    }
    if (deadline_ && setup_.clock->now() >= *deadline_) {
      ErrorDetail detail;
      detail.code = ErrorCode::timeout;
      detail.message = "RetryPolicy::deadline passed before the request could be sent";
      give_up(std::move(detail));
    }
    pass_ = reliably_.breaker.enter(setup_.clock->now());
    if (pass_.refused_for())
      give_up(refused_by_breaker(reliably_.breaker_settings, setup_.backend->name(), *pass_.refused_for()));
    try {
      send();
    } catch (const Error& error) {
      fail(error, deltas);
    }
    return true;
  }
  arrive(deltas);
  return stage_ != Stage::over || !deltas.empty();
}

// ---- there and back ----------------------------------------------------------------------------------------------

std::unique_ptr<ReplyStream> Delivery::ask() const {
  const bool waits_here = setup_.driving.blocks && !reliably_.hedge.after();
  if (!waits_here) return setup_.backend->stream(call_, waking());
  if (call_.stream) return setup_.backend->stream(call_, nullptr);
  return std::make_unique<WholeReply>(*setup_.backend, call_);
}

void Delivery::send() {
  const Duration now = setup_.clock->now();
  if (failed_sends_.empty()) reliably_.budget.sent();
  if (deadline_) call_.timeout = std::min(call_.timeout, std::max(*deadline_ - now, Duration::of_milliseconds(1)));
  stage_ = Stage::open;
  shown_ = false;
  runners_.clear();
  runners_.push_back(ask());
  extras_ = 0;
  hedge_at_.reset();
  if (reliably_.hedge.after() && reliably_.hedge.at_most() > 0) hedge_at_ = now + *reliably_.hedge.after();
}

/// Lets one runner go on: one that has something, or the only one.
void Delivery::arrive(std::vector<Delta>& deltas) {
  std::size_t at = 0;
  while (at < runners_.size() && !runners_[at]->ready()) ++at;
  if (at == runners_.size()) {
    if (is_hedge_due()) {
      try {
        runners_.push_back(ask());
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the first is still under way
      }
      const bool more = ++extras_ < reliably_.hedge.at_most();
      hedge_at_ = more ? std::optional(setup_.clock->now() + *reliably_.hedge.after()) : std::nullopt;
    }
    return;
  }
  try {
    const bool more = runners_[at]->next(deltas);
    if (!deltas.empty() || !more) {
      std::swap(runners_[0], runners_[at]);
      runners_.resize(1);
      hedge_at_.reset();
    }
    shown_ = shown_ || !deltas.empty();
    if (!more) land();
  } catch (const Error& error) {
    lose(at, error, deltas);
  }
}

void Delivery::land() {
  stage_ = Stage::over;
  const Reply& reply = runners_[0]->reply();
  pass_.succeeded();
  reliably_.limiter->learn(call_.model, reply.rate_limits, setup_.clock->now());
  ticket_->settle(reply.usage.total_tokens);
  ticket_.reset();
  if (!seat_) return;
  own_ = runners_[0]->take_reply();
  runners_.clear();
  seat_->land(std::make_shared<const Reply>(own_));
}

/// Others may still be under way.
void Delivery::lose(std::size_t runner, const Error& error, std::vector<Delta>& deltas) {
  if (runners_.size() == 1) return fail(error, deltas);
  runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(runner));
}

void Delivery::fail(const Error& error, std::vector<Delta>& deltas) {
  const Duration now = setup_.clock->now();
  if (counts_against_host(error.detail()))
    pass_.failed(now);
  else if (error.code() != ErrorCode::cancelled)
    pass_.succeeded();
  pass_ = {};
  reliably_.limiter->learn(call_.model, error.detail().rate_limits, now);
  if (error.code() == ErrorCode::rate_limited && error.retry_after())
    reliably_.limiter->pause(call_.model, now + *error.retry_after());
  if (ticket_ != nullptr) ticket_->settle(0);
  ticket_.reset();

  ErrorDetail detail = error.detail();
  RetryDecision decision = decide(reliably_.retry, detail, static_cast<int>(failed_sends_.size()), random_number());
  if (decision.wait && shown_ && keeps_) decision = {std::nullopt, "what had arrived was handed out already"};
  if (decision.wait && deadline_ && now + *decision.wait >= *deadline_)
    decision = {std::nullopt, "RetryPolicy::deadline would pass before the next try"};
  if (decision.wait && !reliably_.budget.may_retry(now)) decision = {std::nullopt, reliably_.budget.stopped()};
  if (!decision.wait) {
    detail.stopped = std::move(decision.stopped);
    give_up(std::move(detail));
  }
  failed_sends_.push_back({.failure = detail.message,
                           .http_status = detail.http_status,
                           .request_id = detail.request_id,
                           .waited = *decision.wait});
  runners_.clear();
  stage_ = Stage::waits;
  until_ = now + *decision.wait;
  deltas.clear();
  if (shown_) deltas.push_back({Delta::Kind::anew, 0, {}});
  shown_ = false;
}

void Delivery::give_up(ErrorDetail detail) {
  stage_ = Stage::over;
  if (!failed_sends_.empty())
    detail.message += " (sent " + std::to_string(failed_sends_.size() + 1) + " times" +
                      (detail.stopped.empty() ? std::string() : "; " + detail.stopped) + ")";
  Error error(std::move(detail));
  if (seat_ && seat_->part() == Flights::Part::lead) seat_->fail(std::make_exception_ptr(error));
  throw error;
}

// ---- the reply ---------------------------------------------------------------------------------------------------

const Reply& Delivery::reply() const { return runners_.empty() ? own_ : runners_[0]->reply(); }

Reply Delivery::take_reply() {
  Reply reply = runners_.empty() ? std::move(own_) : runners_[0]->take_reply();
  reply.failed_sends = std::move(failed_sends_);
  return reply;
}

}  // namespace instructor::engine
