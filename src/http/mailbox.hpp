#pragma once

// Where a response waits between the thread that receives it and the one that reads it.

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "instructor/error.hpp"
#include "instructor/transport.hpp"
#include "system/forks.hpp"

namespace instructor {

/// Written by one thread and read by another; what ends it may come from any. What arrived before a failure is read
/// before the failure is.
class Mailbox {
 public:
  /// `wake` is called on the thread that writes, when there is something new for a reader that found nothing.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // ---- for who writes; each does nothing once it has ended

  void put_head(HttpHead head);
  /// How much is unread now; nothing: it has ended, and no more is wanted.
  std::optional<std::size_t> put(std::string_view bytes);
  /// Waits until no more than this is unread. False: no more is wanted.
  bool wait_for_room(std::size_t most);
  void end() { finish(nullptr); }
  void fail(std::exception_ptr why) { finish(std::move(why)); }
  /// What is unread is dropped.
  void break_off(std::exception_ptr why);

  // ---- for who reads; each but `ready`, `ended` and `close` waits, and throws what it failed of

  bool ready();
  const HttpHead& head();
  /// The bytes that have arrived; empty at the end.
  std::string read();
  /// Will nothing more be written?
  bool ended();
  /// The reader leaves: `wake` is not called any more, nor running, and nothing more is kept.
  void close();

 private:
  void finish(std::exception_ptr why) { finish(std::unique_lock(mutex_), std::move(why)); }
  void finish(std::unique_lock<std::mutex> lock, std::exception_ptr why);
  void throw_failure() const;
  void notify(std::unique_lock<std::mutex> lock);
  bool ready_now() const { return ended_ || (head_taken_ ? !bytes_.empty() : head_.has_value()); }
  void wait(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<HttpHead> head_;
  std::string bytes_;
  std::optional<Error> error_;  // what it failed of: each throw is a copy, so that threads share no exception
  std::exception_ptr failure_;  // and this where it is no Error
  bool head_taken_ = false;
  bool ended_ = false;
  int waiting_ = 0;    // threads, for what another one does
  bool armed_ = true;  // the reader has found nothing new since `wake` was called

  std::mutex waking_;  // apart from the other one, which `wake` may wait for in the reader's code
  std::function<void()> wake_;
};

/// Throws Error (`cancelled`) in a child of the process that a response came to.
void check_process(const HomeProcess& process);

/// What is read out of a mailbox.
class MailboxExchange : public HttpExchange {
 public:
  /// `box` must live as long as this.
  explicit MailboxExchange(Mailbox& box) : box_(box) {}

  const HttpHead& head() override;
  std::string_view read() override;
  bool ready() override { return forked() || box_.ready(); }

 protected:
  bool forked() const { return process_.left(); }

 private:
  Mailbox& box_;
  const HomeProcess process_;
  std::string taken_;
};

}  // namespace instructor
