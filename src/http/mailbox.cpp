#include "http/mailbox.hpp"

#include <utility>

namespace instructor {

void Mailbox::put_head(HttpHead head) {
  std::unique_lock lock(mutex_);
  if (ended_ || head_.has_value()) return;
  head_ = std::move(head);
  notify(std::move(lock));
}

std::optional<std::size_t> Mailbox::put(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (ended_) return std::nullopt;
  bytes_ += bytes;
  const std::size_t unread = bytes_.size();
  notify(std::move(lock));
  return unread;
}

bool Mailbox::wait_for_room(std::size_t most) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.wait(lock, [&] { return ended_ || bytes_.size() <= most; });
  --waiting_;
  return !ended_;
}

void Mailbox::break_off(std::exception_ptr why) {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  std::string().swap(bytes_);
  if (!head_taken_) head_.reset();
  finish(std::move(lock), std::move(why));
}

void Mailbox::finish(std::unique_lock<std::mutex> lock, std::exception_ptr why) {
  if (ended_) return;
  ended_ = true;
  if (why != nullptr) {
    try {
      std::rethrow_exception(why);
    } catch (const Error& error) {
      error_ = error;
    } catch (...) {
      failure_ = std::move(why);
    }
  }
  notify(std::move(lock));
}

void Mailbox::notify(std::unique_lock<std::mutex> lock) {
  if (waiting_ != 0) changed_.notify_all();
  if (!armed_) return;
  armed_ = false;
  lock.unlock();
  const std::lock_guard waking(waking_);
  if (wake_) wake_();
}

bool Mailbox::ready() {
  const std::lock_guard lock(mutex_);
  const bool ready = ready_now();
  if (!ready) armed_ = true;
  return ready;
}

void Mailbox::wait(std::unique_lock<std::mutex>& lock) {
  ++waiting_;
  changed_.wait(lock, [&] { return ready_now(); });
  --waiting_;
}

void Mailbox::throw_failure() const {
  if (error_.has_value()) throw *error_;
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

const HttpHead& Mailbox::head() {
  std::unique_lock lock(mutex_);
  if (!head_taken_) wait(lock);
  if (!head_.has_value()) {
    throw_failure();
    head_.emplace();
  }
  head_taken_ = true;
  if (!ready_now()) armed_ = true;
  return *head_;
}

std::string Mailbox::read() {
  std::unique_lock lock(mutex_);
  head_taken_ = true;
  wait(lock);
  if (bytes_.empty()) throw_failure();
  if (!ended_) armed_ = true;
  if (waiting_ != 0) changed_.notify_all();
  return std::exchange(bytes_, {});
}

bool Mailbox::ended() {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void Mailbox::close() {
  std::function<void()> old;
  {
    const std::lock_guard waking(waking_);
    old = std::exchange(wake_, nullptr);
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  std::string().swap(bytes_);
  if (waiting_ != 0) changed_.notify_all();
}

// ---- what is read ------------------------------------------------------------------------------------------------

void check_process(const HomeProcess& process) {
  if (process.left())
    throw Error(ErrorCode::cancelled, "a response was under way when the process was forked; its child cannot read it");
}

const HttpHead& MailboxExchange::head() {
  check_process(process_);
  return box_.head();
}

std::string_view MailboxExchange::read() {
  check_process(process_);
  taken_ = box_.read();
  return taken_;
}

}  // namespace instructor
