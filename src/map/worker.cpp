#include "map/worker.hpp"

#include <atomic>
#include <utility>

#include "crypto/crypto.hpp"
#include "instructor/dialect.hpp"
#include "instructor/lowering.hpp"

namespace instructor::map {

namespace {

/// What a call reports to, once. A call that goes without a word is reported as failed.
class Report {
 public:
  Report(std::shared_ptr<Board> board, std::uint64_t call) : board_(std::move(board)), call_(call) {}
  ~Report() { fail(Error(ErrorCode::cancelled, "the call was given up without an outcome")); }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void give(detail::MapOutcome outcome) {
    if (!given_.exchange(true)) board_->arrive({call_, std::move(outcome)});
  }
  void fail(Error error) { give({std::unexpected(std::move(error)), {}}); }

 private:
  std::shared_ptr<Board> board_;
  std::uint64_t call_;
  std::atomic<bool> given_ = false;
};

Checkpoint::Purpose purpose_of(const detail::MapCalls& calls) {
  return {std::string(calls.type_name), detail::lowered_schema(*calls.type, dialect::json_schema).schema,
          calls.provider_and_model};
}

}  // namespace

Worker::Worker(std::unique_ptr<detail::MapSource> source, detail::MapCalls calls, const MapOptions& options)
    : source_(std::move(source)),
      calls_(std::move(calls)),
      concurrency_(options.concurrency()),
      checkpoint_(options.checkpoint(), purpose_of(calls_)),
      board_(std::make_shared<Board>(options, source_->size())) {}

void Worker::run() noexcept {
  try {
    while (turn()) {
    }
  } catch (...) {
    broken_ = std::current_exception();
  }
  asked_.clear();  // cancels what is under way
  board_->close(done() && broken_ == nullptr, broken_);
}

bool Worker::turn() {
  Board::News news = board_->wait(!exhausted_ && !next_);
  take_in(std::move(news.arrived));
  try {
    keep_answered();
    if (!news.stopped) begin_rows();
  } catch (const Error& error) {
    // Of the checkpoint: errors of rows are their results. Everything is where it was, and can be tried again.
    board_->fail(error);
  }
  return !news.stopped && !done();
}

void Worker::take_in(std::vector<Arrival> arrived) {
  for (Arrival& arrival : arrived) {
    const auto call = asked_.find(arrival.call);
    if (call == asked_.end()) continue;
    Asked row = std::move(call->second);
    asked_.erase(call);
    row.handle.reset();
    if (const auto of_key = call_of_key_.find(row.key); of_key->second == arrival.call) call_of_key_.erase(of_key);
    answered_.push_back({std::move(row), std::move(arrival.outcome)});
  }
}

void Worker::keep_answered() {
  if (answered_.empty()) return;
  std::vector<Checkpoint::Entry> entries;
  entries.reserve(answered_.size());
  for (const Answered& answered : answered_)
    entries.push_back({answered.row.key, answered.row.index, &answered.outcome.completion,
                       answered.outcome.value ? nullptr : &answered.outcome.value.error()});
  checkpoint_.keep(entries);
  for (Answered& answered : std::exchange(answered_, {})) hand_out(std::move(answered));
}

void Worker::hand_out(Answered answered) {
  const std::string answer = answered.outcome.completion.answer;
  std::optional<Error> failure;
  if (!answered.outcome.value) failure = answered.outcome.value.error();
  const std::size_t index = answered.row.index;
  Completion shared;
  shared.model = answered.outcome.completion.model;
  shared.request_id = answered.outcome.completion.request_id;
  detail::MapResult first{
      index, std::move(answered.outcome.value), std::move(answered.outcome.completion), RowOrigin::asked, {}};
  if (failure) first.completion.usage = failure->usage();
  board_->publish(std::move(first));
  for (Row& row : answered.row.same) {
    if (failure) {
      board_->publish({row.index, std::unexpected(*failure), {}, RowOrigin::shared, index});
    } else if (std::optional<detail::MapResult> result = decoded(row, answer)) {
      result->completion.model = shared.model;
      result->completion.request_id = shared.request_id;
      result->origin = RowOrigin::shared;
      result->same_as = index;
      board_->publish(std::move(*result));
    } else {
      again_.push_back(std::move(row));
    }
  }
}

void Worker::begin_rows() {
  while (next_ || read_next()) {
    if (!place(*next_)) return;
    next_.reset();
  }
}

bool Worker::read_next() {
  if (!again_.empty()) {
    next_ = std::move(again_.front());
    again_.pop_front();
    return true;
  }
  while (!exhausted_ && board_->may_begin()) {
    std::optional<Error> error;
    try {
      std::optional<Request> request = source_->next();
      if (!request) {
        exhausted_ = true;
        break;
      }
      next_ = {read_, std::move(*request), {}};
    } catch (const Error& thrown) {
      error = thrown;
    } catch (...) {
      broken_ = std::current_exception();
      exhausted_ = true;
      break;
    }
    board_->begun();
    ++read_;
    if (!error) return true;
    publish_error(read_ - 1, std::move(*error));
  }
  return false;
}

/// False: it has to be asked, and as many calls are under way as may be.
bool Worker::place(Row& row) {
  if (row.key.empty()) {
    try {
      row.key = sha256(calls_.fingerprint(row.request));
    } catch (const Error& error) {
      publish_error(row.index, error);
      return true;
    }
  }
  if (const auto call = call_of_key_.find(row.key); call != call_of_key_.end()) {
    asked_.at(call->second).same.push_back(std::move(row));
    return true;
  }
  if (find(row)) return true;
  if (asked_.size() >= concurrency_) return false;
  ask(std::move(row));
  return true;
}

bool Worker::find(Row& row) {
  std::optional<Checkpoint::Found> found = checkpoint_.find(row.key);
  if (!found) return false;
  if (found->failure) {
    board_->publish({row.index, std::unexpected(std::move(*found->failure)), {}, RowOrigin::shared, found->same_as});
    return true;
  }
  std::optional<detail::MapResult> result = decoded(row, found->answer);
  if (!result) return false;
  if (!found->same_as) checkpoint_.saw(row.key, row.index);
  result->completion.model = std::move(found->model);
  result->completion.request_id = std::move(found->request_id);
  if (found->same_as) {
    result->origin = RowOrigin::shared;
    result->same_as = found->same_as;
  } else {
    result->origin = RowOrigin::checkpoint;
    result->completion.usage = found->usage;
  }
  board_->publish(std::move(*result));
  return true;
}

/// Nullopt: by the rules of today it is no valid answer.
std::optional<detail::MapResult> Worker::decoded(const Row& row, const std::string& answer) {
  detail::MapResult result{row.index, std::unexpected(Error(ErrorCode::validation, "")), {}, RowOrigin::asked, {}};
  try {
    std::expected<detail::AnyValue, Issues> value = calls_.decode(answer, row.request);
    if (!value) return std::nullopt;
    result.value = std::move(*value);
    result.completion.answer = answer;
  } catch (const Error& error) {
    result.value = std::unexpected(error);
  }
  return result;
}

void Worker::ask(Row row) {
  const std::uint64_t call = ++last_call_;
  const auto report = std::make_shared<Report>(board_, call);
  Asked& asked = asked_[call];
  asked.index = row.index;
  asked.key = std::move(row.key);
  call_of_key_.insert_or_assign(asked.key, call);
  try {
    asked.handle = calls_.start(std::move(row.request),
                                [report](detail::MapOutcome outcome) { report->give(std::move(outcome)); });
  } catch (const Error& error) {
    report->fail(error);
  }
}

void Worker::publish_error(std::size_t index, Error error) {
  detail::MapResult row{index, std::unexpected(std::move(error)), {}, RowOrigin::asked, {}};
  row.completion.usage = row.value.error().usage();
  board_->publish(std::move(row));
}

}  // namespace instructor::map
