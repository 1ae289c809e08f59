#include "map/board.hpp"

#include <string>
#include <utility>

namespace instructor::map {

Board::Board(const MapOptions& options, std::optional<std::size_t> total)
    : in_order_(!options.as_completed()), window_(options.window()) {
  progress_.total = total;
  told_.total = total;
}

void Board::arrive(Arrival arrival) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  arrived_.push_back(std::move(arrival));
  for_worker_.notify_one();
}

void Board::stop() noexcept {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for_worker_.notify_one();
  for_taker_.notify_all();
}

MapProgress Board::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

Board::News Board::wait(bool more) {
  std::unique_lock lock(mutex_);
  for_worker_.wait(lock, [&] {
    if (stopped_) return true;
    // What failed would fail again, and asking for more would be in vain.
    if (failure_) return false;
    return again_ || !arrived_.empty() || (more && has_room());
  });
  again_ = false;
  return {std::exchange(arrived_, {}), stopped_};
}

bool Board::may_begin() const {
  const std::lock_guard lock(mutex_);
  return !stopped_ && arrived_.empty() && has_room();
}

void Board::begun() {
  const std::lock_guard lock(mutex_);
  ++begun_;
}

void Board::publish(detail::MapResult row) {
  const std::lock_guard lock(mutex_);
  ++(row.value ? progress_.done : progress_.failed);
  if (row.origin == RowOrigin::checkpoint) ++progress_.from_checkpoint;
  if (row.origin == RowOrigin::shared) ++progress_.shared;
  const std::size_t place = in_order_ ? row.index : published_;
  ++published_;
  rows_.emplace(place, std::move(row));
  for_taker_.notify_one();
}

void Board::fail(const Error& why) {
  const std::lock_guard lock(mutex_);
  failure_ = why;
  for_taker_.notify_one();
}

void Board::close(bool complete, std::exception_ptr why) {
  std::vector<Arrival> late;  // values are destroyed without the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  complete_ = complete;
  end_ = std::move(why);
  late.swap(arrived_);
  for_taker_.notify_all();
}

std::optional<detail::MapResult> Board::take(const std::function<void(const MapProgress&)>& tell) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stopped_ && !complete_)
      throw Error(ErrorCode::cancelled, "the run was cancelled after " + std::to_string(taken_) + " rows");
    if (tell && told_ != progress_) {
      told_ = progress_;
      lock.unlock();
      tell(told_);
      lock.lock();
      continue;
    }
    if (const auto at = rows_.find(taken_); at != rows_.end()) {
      detail::MapResult row = std::move(at->second);
      rows_.erase(at);
      ++taken_;
      for_worker_.notify_one();
      return row;
    }
    if (failure_) {
      again_ = true;
      for_worker_.notify_one();
      throw Error(*std::exchange(failure_, std::nullopt));
    }
    if (complete_) return std::nullopt;
    if (end_ != nullptr) std::rethrow_exception(end_);
    for_taker_.wait(lock);
  }
}

}  // namespace instructor::map
