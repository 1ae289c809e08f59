#pragma once

// One question to many inputs.
//
//   for (auto& row : client.map<User>(documents, MapOptions().concurrency(64).checkpoint("run.db"))) {
//     if (row)
//       store(row.index(), row->name);
//     else
//       log(row.index(), row.error().what());
//   }
//
// `documents` is a range of whatever a Request can be made of: texts, Requests, a view that makes them. Rows come in
// its order, or as they are done. A row that failed is a value like any other. Equal inputs are asked once. With a
// checkpoint, a run that was killed goes on where it was.
//
// A run begins when it is first looked at. It then works on a thread of its own, ahead of the rows that were taken, but
// no further than MapOptions::window: memory is bounded however many inputs there are. Destroying it breaks off what is
// under way. docs/many-inputs.md has the rest.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "instructor/cancellation.hpp"
#include "instructor/client.hpp"
#include "instructor/detail/map_core.hpp"
#include "instructor/detail/stream_core.hpp"

namespace instructor {

/// How far a run is. Rows count when they are done, which may be before they are taken.
struct MapProgress {
  std::size_t done = 0;              ///< rows with a value
  std::size_t failed = 0;            ///< rows with an error
  std::size_t from_checkpoint = 0;   ///< of both: not asked, but read from the checkpoint
  std::size_t shared = 0;            ///< of both: not asked, because an earlier row of this run was the same
  std::optional<std::size_t> total;  ///< where the inputs say how many they are

  friend bool operator==(const MapProgress&, const MapProgress&) = default;
};

/// How a run goes about it. A value with chained setters.
class MapOptions {
 public:
  /// How many calls are under way at a time. Default 8.
  MapOptions& concurrency(int calls) {
    concurrency_ = calls < 1 ? 1 : static_cast<std::size_t>(calls);
    return *this;
  }
  /// Rows come as they are done, and not in the order of the inputs.
  MapOptions& as_completed(bool value = true) {
    as_completed_ = value;
    return *this;
  }
  /// How many rows may be begun and not yet taken: under way, or done and waiting for their turn. One slow row holds
  /// the run up when all the others of its window are done. At least `concurrency`; default 4 times that.
  MapOptions& window(std::size_t rows) {
    window_ = rows;
    return *this;
  }
  /// Keeps every answer in this file before its row is handed out, and takes from it those that are there. Made where
  /// there is none; a file that is no checkpoint, or one for another type or model, is refused and left as it is.
  MapOptions& checkpoint(std::string path) {
    checkpoint_ = std::move(path);
    return *this;
  }
  /// Called when the progress is another than last time: on the thread that takes rows, while it waits for one and
  /// before it is given one. What it throws comes out of the loop.
  MapOptions& on_progress(std::function<void(const MapProgress&)> told) {
    on_progress_ = std::move(told);
    return *this;
  }
  /// Cancels the run, as MapRun::cancel.
  MapOptions& cancellation(Cancellation value) {
    cancellation_ = std::move(value);
    return *this;
  }

  std::size_t concurrency() const { return concurrency_; }
  bool as_completed() const { return as_completed_; }
  std::size_t window() const {
    const std::size_t wanted = window_.value_or(4 * concurrency_);
    return wanted < concurrency_ ? concurrency_ : wanted;
  }
  const std::optional<std::string>& checkpoint() const { return checkpoint_; }
  const std::function<void(const MapProgress&)>& on_progress() const { return on_progress_; }
  const Cancellation& cancellation() const { return cancellation_; }

 private:
  std::size_t concurrency_ = 8;
  bool as_completed_ = false;
  std::optional<std::size_t> window_;
  std::optional<std::string> checkpoint_;
  std::function<void(const MapProgress&)> on_progress_;
  Cancellation cancellation_ = Cancellation::never();
};

/// Where a row comes from.
enum class RowOrigin : std::uint8_t {
  asked,       ///< the model
  checkpoint,  ///< an earlier run
  shared,      ///< an earlier row of this run whose input is the same; see MapRow::same_as
};

/// One input's answer, or why there is none. Yours to move from.
template <class T>
class MapRow {
 public:
  MapRow(std::expected<T, Error> value, detail::MapResult&& from)
      : index_(from.index),
        value_(std::move(value)),
        completion_(std::move(from.completion)),
        origin_(from.origin),
        same_as_(from.same_as) {}

  /// Of the input, from 0.
  std::size_t index() const { return index_; }

  /// Is there a value?
  explicit operator bool() const { return value_.has_value(); }
  bool has_value() const { return value_.has_value(); }
  /// The value, which must be there.
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  /// The value. Throws the Error when there is none.
  T& value() {
    if (!value_) throw Error(value_.error());
    return *value_;
  }
  const T& value() const {
    if (!value_) throw Error(value_.error());
    return *value_;
  }
  /// Why there is no value; only then.
  const Error& error() const { return value_.error(); }

  /// What came back. Of a row from the checkpoint: answer, usage, model and request_id, as they were then. Of a shared
  /// row: the same without the usage, so that sums are right. Of one that failed: usage.
  const Completion& completion() const { return completion_; }
  RowOrigin origin() const { return origin_; }
  /// The index of the row that it shares its answer with; of shared rows.
  const std::optional<std::size_t>& same_as() const { return same_as_; }

 private:
  std::size_t index_;
  std::expected<T, Error> value_;
  Completion completion_;
  RowOrigin origin_;
  std::optional<std::size_t> same_as_;
};

namespace detail {

template <class Inputs>
concept MakesRequests = requires(std::remove_reference_t<Inputs>& inputs) {
  Request(*std::begin(inputs));
  std::begin(inputs) != std::end(inputs);
};

/// A range of what requests are made of. What was given as an rvalue is kept, an lvalue referred to.
template <class Inputs>
class InputsOf final : public MapSource {
 public:
  explicit InputsOf(Inputs&& inputs)
      : inputs_(std::forward<Inputs>(inputs)), current_(std::begin(inputs_)), end_(std::end(inputs_)) {
    if constexpr (requires { std::size(inputs_); }) size_ = static_cast<std::size_t>(std::size(inputs_));
  }

  std::optional<std::size_t> size() const override { return size_; }

  std::optional<Request> next() override {
    // Not before it is needed: the next one may have to be waited for.
    if (taken_) ++current_;
    taken_ = current_ != end_;
    if (!taken_) return std::nullopt;
    return Request(*current_);
  }

 private:
  Inputs inputs_;
  decltype(std::begin(std::declval<std::remove_reference_t<Inputs>&>())) current_;
  decltype(std::end(std::declval<std::remove_reference_t<Inputs>&>())) end_;
  std::optional<std::size_t> size_;
  bool taken_ = false;
};

}  // namespace detail

/// The rows: an input range, gone over once. Movable. `cancel` and `progress` may be called from any thread, the rest
/// from one at a time.
template <class T>
class MapRun {
 public:
  template <class Inputs>
    requires detail::MakesRequests<Inputs>
  MapRun(Inputs&& inputs, detail::MapCalls calls, const MapOptions& options)
      : core_(std::make_unique<detail::InputsOf<Inputs>>(std::forward<Inputs>(inputs)), std::move(calls), options) {}

  /// The next row, yours to move from, until the next call; null when there are no more. Waits. Throws Error:
  /// `cancelled`; and when the checkpoint cannot be written, what is wrong with it: no row is lost then, and the next
  /// call tries again. What the inputs throw, if it is no Error, comes after the rows before.
  MapRow<T>* next() {
    row_.reset();
    std::optional<detail::MapResult> result = core_.next();
    if (!result) return nullptr;
    return &row_.emplace(taken(result->value), std::move(*result));
  }

  auto begin() { return detail::StreamIterator<MapRun, MapRow<T>>(*this); }
  StreamEnd end() { return {}; }

  /// Breaks off what is under way. Answers that have arrived are kept in the checkpoint; whoever takes the next row is
  /// thrown an Error (`cancelled`), unless all rows are done.
  void cancel() noexcept { core_.cancel(); }
  MapProgress progress() const { return core_.progress(); }

 private:
  static std::expected<T, Error> taken(std::expected<detail::AnyValue, Error>& any) {
    if (!any) return std::unexpected(std::move(any.error()));
    return detail::take_asked<T>(*any);
  }

  detail::MapCore core_;
  std::optional<MapRow<T>> row_;
};

template <class T, class Inputs>
MapRun<T> Client::map(Inputs&& inputs, const MapOptions& options) const {
  return MapRun<T>(std::forward<Inputs>(inputs),
                   detail::map_calls(*this, detail::value_maker<detail::Asked<T>>, type_of<T>().name), options);
}

template <class T, class Inputs>
MapRun<T> Client::map(Inputs&& inputs) const {
  return map<T>(std::forward<Inputs>(inputs), MapOptions());
}

}  // namespace instructor
