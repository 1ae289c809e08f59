#pragma once

// What goes on behind a run: reads the inputs, looks them up, asks, keeps the answers. All of it on one thread, so that
// neither the inputs nor the checkpoint nor the user's functions are used by two at a time.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "instructor/map.hpp"
#include "map/board.hpp"
#include "map/checkpoint.hpp"

namespace instructor::map {

class Worker {
 public:
  Worker(std::unique_ptr<detail::MapSource> source, detail::MapCalls calls, const MapOptions& options);

  const std::shared_ptr<Board>& board() const { return board_; }

  /// Until all is done or the board is stopped. Once.
  void run() noexcept;

 private:
  /// An input that waits for its answer.
  struct Row {
    std::size_t index = 0;
    Request request;
    std::string key;  ///< empty: not worked out yet
  };
  struct Asked {
    std::size_t index = 0;
    std::string key;
    std::shared_ptr<void> handle;
    std::vector<Row> same;  ///< rows with the same key that came later
  };
  /// An answer that is to be kept before it is handed out.
  struct Answered {
    Asked row;
    detail::MapOutcome outcome;
  };

  /// False: it is over.
  bool turn();
  bool done() const { return exhausted_ && again_.empty() && !next_ && asked_.empty() && answered_.empty(); }
  void take_in(std::vector<Arrival> arrived);
  void keep_answered();
  void hand_out(Answered answered);
  void begin_rows();
  bool read_next();
  bool place(Row& row);
  bool find(Row& row);
  void ask(Row row);
  std::optional<detail::MapResult> decoded(const Row& row, const std::string& answer);
  void publish_error(std::size_t index, Error error);

  std::unique_ptr<detail::MapSource> source_;
  detail::MapCalls calls_;
  std::size_t concurrency_;
  Checkpoint checkpoint_;
  std::shared_ptr<Board> board_;

  std::size_t read_ = 0;
  bool exhausted_ = false;
  std::exception_ptr broken_;  // what the inputs threw
  std::optional<Row> next_;    // read, and neither answered nor asked
  std::deque<Row> again_;      // rows that could not share an answer, to be asked on their own
  std::uint64_t last_call_ = 0;
  std::unordered_map<std::uint64_t, Asked> asked_;
  std::unordered_map<std::string, std::uint64_t> call_of_key_;
  std::vector<Answered> answered_;
};

}  // namespace instructor::map
