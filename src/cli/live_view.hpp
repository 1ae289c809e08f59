#pragma once

// A value that grows before the eyes of a person.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/arrival.hpp"
#include "cli/progress.hpp"
#include "cli/terminal_screen.hpp"
#include "instructor/clock.hpp"
#include "instructor/duration.hpp"

namespace instructor::cli {

/// What stands around the value. May be empty, but for the status.
struct Surroundings {
  std::string heading;
  std::string trouble;  ///< what was wrong with the attempt before
  std::string status;
};

/// Not more lines than a terminal has rows: of a longer value, those around the one that grows.
std::vector<TerminalScreen::Line> frame(const Arrival& arrival, const TypeInfo& type, const Surroundings& around,
                                        const TerminalScreen::Size& size);

/// Draws from a thread of its own: time goes on and nothing is held back while the stream waits.
class LiveView final : public Progress {
 public:
  explicit LiveView(const TypeInfo& type) : type_(type), clock_(system_clock()) {}
  ~LiveView() override { stop(); }
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void begin(const Document& document, std::size_t number, std::size_t count) override;
  void change(const std::string& path, const FieldChange& change) override;
  void asked_again(int attempt, const Completion& so_far) override;
  void end(const Json* value) override;

 private:
  void stop();
  void draw_until_over();
  void draw();
  std::string status() const;

  const TypeInfo& type_;
  std::shared_ptr<Clock> clock_;
  Duration begun_;

  std::mutex mutex_;  // for all below
  std::condition_variable ended_;
  bool over_ = false;
  bool changed_ = false;
  Arrival arrival_;
  int attempt_ = 1;
  std::int64_t tokens_ = 0;
  Surroundings around_;
  std::unique_ptr<TerminalScreen> screen_;

  std::thread drawer_;
};

}  // namespace instructor::cli
