#pragma once

// One call of a backend, made to go well: it waits for its turn, is sent again after failures that pass, or twice where
// the first takes long. What becomes of it is a reply like any other; what it took stands in Reply::failed_sends.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/call_setup.hpp"
#include "instructor/error.hpp"

namespace instructor::engine {

class Delivery final : public ReplyStream {
 public:
  /// `setup` and `call` must outlive it; `call` is changed. After `deadline` it is not sent again.
  Delivery(const CallSetup& setup, Call& call, std::optional<Duration> deadline);
  ~Delivery() override;

  /// False: the waker of the setup will be woken.
  bool ready() override;
  /// Waits only for transports that block. Throws Error: the last failure, `cancelled`, or `overloaded` where the
  /// provider has failed so often that it is left alone for a while.
  bool next(std::vector<Delta>& deltas) override;
  const Reply& reply() const override;
  Reply take_reply() override;

  /// What has been seen of the reply must stand: it is not asked for anew once it breaks off.
  void keep_what_came() { keeps_ = true; }

 private:
  enum class Stage : std::uint8_t { waits, open, over };

  bool may_go_on();
  bool may_send();
  bool is_hedge_due() const;
  void send();
  std::unique_ptr<ReplyStream> ask() const;
  void arrive(std::vector<Delta>& deltas);
  void land();
  void lose(std::size_t runner, const Error& error, std::vector<Delta>& deltas);
  void fail(const Error& error, std::vector<Delta>& deltas);
  [[noreturn]] void give_up(ErrorDetail detail);
  std::function<void()> waking() const;

  const CallSetup& setup_;
  Call& call_;
  Reliably& reliably_;
  std::optional<Duration> deadline_;

  Stage stage_ = Stage::waits;
  std::optional<Duration> until_;     // it waits
  std::optional<Duration> hedge_at_;  // another is sent then
  int extras_ = 0;
  std::optional<SingleFlight<Reply>::Seat> seat_;
  std::unique_ptr<RateLimiter::Ticket> ticket_;
  Breaker::Pass pass_;
  std::vector<std::unique_ptr<ReplyStream>> runners_;  // the first is the one that is told of
  bool shown_ = false;                                 // something came of it
  bool keeps_ = false;
  std::vector<FailedSend> failed_sends_;
  Reply own_;  // without a runner: that of another call that is the same
};

}  // namespace instructor::engine
