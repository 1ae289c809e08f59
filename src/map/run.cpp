#include <thread>
#include <utility>

#include "instructor/map.hpp"
#include "map/board.hpp"
#include "map/worker.hpp"

namespace instructor::detail {

struct MapCore::State {
  State(std::unique_ptr<MapSource> source, MapCalls calls, const MapOptions& options)
      : worker(std::move(source), std::move(calls), options), tell(options.on_progress()) {
    watch = options.cancellation().watch([board = worker.board()] { board->stop(); });
  }
  ~State() {
    worker.board()->stop();
    if (thread.joinable()) thread.join();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  map::Worker worker;
  std::function<void(const MapProgress&)> tell;
  Cancellation::Watch watch;
  std::thread thread;
};

MapCore::MapCore(std::unique_ptr<MapSource> source, MapCalls calls, const MapOptions& options)
    : state_(std::make_unique<State>(std::move(source), std::move(calls), options)) {}
MapCore::MapCore(MapCore&&) noexcept = default;
MapCore& MapCore::operator=(MapCore&&) noexcept = default;
MapCore::~MapCore() = default;

std::optional<MapResult> MapCore::next() {
  if (!state_->thread.joinable()) state_->thread = std::thread([&worker = state_->worker] { worker.run(); });
  return state_->worker.board()->take(state_->tell);
}

void MapCore::cancel() noexcept { state_->worker.board()->stop(); }
MapProgress MapCore::progress() const { return state_->worker.board()->progress(); }

}  // namespace instructor::detail
