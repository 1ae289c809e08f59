#include "cli/live_view.hpp"

#include <csignal>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "cli/listing.hpp"
#include "cli/print.hpp"

namespace instructor::cli {

namespace {

using Line = TerminalScreen::Line;
using Style = TerminalScreen::Style;

constexpr Duration shortest_pause = Duration::of_milliseconds(40);
constexpr Duration longest_pause = Duration::of_milliseconds(100);
constexpr std::string_view dot = " \xC2\xB7 ";

std::string tenths(Duration time) {
  const std::int64_t count = time.milliseconds() / 100;
  return std::to_string(count / 10) + "." + std::to_string(count % 10) + " s";
}

std::string counted(std::size_t count, std::string_view where) {
  return std::to_string(count) + (count == 1 ? " line " : " lines ") + std::string(where);
}

/// The part of the lines that there is room for.
void add_window(const std::vector<Line>& lines, std::size_t focus, std::size_t room, std::size_t width,
                std::vector<Line>& out) {
  constexpr std::size_t narrowest = 4;
  if (lines.size() <= room) {
    out.insert(out.end(), lines.begin(), lines.end());
    return;
  }
  std::size_t begin = 0;
  std::size_t end = lines.size();
  if (room < narrowest) {
    end = std::max(focus + 1, room);
    begin = end - room;
  } else if (focus + 1 < room) {
    end = room - 1;
  } else {
    end = std::min(lines.size(), focus + 2);
    begin = end - (room - (end < lines.size() ? 2 : 1));
  }
  const auto at = [&](std::size_t index) { return lines.begin() + static_cast<std::ptrdiff_t>(index); };
  if (begin > 0 && room >= narrowest)
    out.push_back({fitted("\xE2\x86\x91 " + counted(begin, "above"), width), Style::dim});
  out.insert(out.end(), at(begin), at(end));
  if (end < lines.size() && room >= narrowest)
    out.push_back({fitted("\xE2\x86\x93 " + counted(lines.size() - end, "below"), width), Style::dim});
}

}  // namespace

// ---- what is drawn -----------------------------------------------------------------------------------------------

std::vector<Line> frame(const Arrival& arrival, const TypeInfo& type, const Surroundings& around,
                        const TerminalScreen::Size& size) {
  constexpr std::size_t enough_rows = 6;
  const bool with_all = size.rows >= enough_rows;
  std::vector<Line> lines;
  std::vector<Line> last;
  if (with_all && !around.heading.empty()) lines.push_back({fitted(around.heading, size.columns), Style::bold});
  if (with_all && !around.trouble.empty()) last.push_back({fitted(around.trouble, size.columns)});
  last.push_back({fitted(around.status, size.columns), Style::dim});
  if (arrival.begun()) {
    const LiveListing listing = live_listing(arrival.value(), type, arrival.growing(), size.columns);
    std::vector<Line> body;
    for (const LiveListing::Line& line : listing.lines)
      body.push_back({line.text, line.absent ? Style::dim : Style::plain});
    add_window(body, listing.focus, size.rows - lines.size() - last.size(), size.columns, lines);
  }
  lines.insert(lines.end(), last.begin(), last.end());
  return lines;
}

std::string LiveView::status() const {
  std::string text = "attempt " + std::to_string(attempt_);
  text.append(dot).append(tenths(clock_->now() - begun_));
  if (tokens_ > 0) text.append(dot).append(std::to_string(tokens_)).append(" tokens");
  if (!arrival_.begun()) text.append(dot).append("waiting for the answer");
  return text;
}

void LiveView::draw() {
  around_.status = status();
  screen_->draw(frame(arrival_, type_, around_, TerminalScreen::size()));
}

void LiveView::draw_until_over() {
  std::unique_lock lock(mutex_);
  Duration drawn;
  Duration pause = shortest_pause;
  while (!over_) {
    const Duration now = clock_->now();
    if (changed_ || now - drawn >= longest_pause) {
      changed_ = false;
      draw();
      drawn = clock_->now();
      // A value of many lines must not keep the stream waiting.
      pause = std::max(shortest_pause, Duration::of_nanoseconds((drawn - now).nanoseconds() * 4));
    }
    ended_.wait_for(lock, std::chrono::nanoseconds(pause.nanoseconds()), [this] { return over_; });
  }
}

// ---- what happens ------------------------------------------------------------------------------------------------

void LiveView::begin(const Document& document, std::size_t number, std::size_t count) {
  around_ = {};
  if (count > 1)
    around_.heading = std::filesystem::path(document.source).filename().string() + " (" + std::to_string(number) +
                      " of " + std::to_string(count) + ")";
  begun_ = clock_->now();
  over_ = changed_ = false;
  arrival_ = {};
  attempt_ = 1;
  tokens_ = 0;
  screen_ = std::make_unique<TerminalScreen>();
  drawer_ = std::thread([this] { draw_until_over(); });
}

void LiveView::change(const std::string& path, const FieldChange& change) {
  const std::lock_guard lock(mutex_);
  arrival_.take(path, change);
  changed_ = true;
}

void LiveView::asked_again(int attempt, const Completion& so_far) {
  const std::lock_guard lock(mutex_);
  attempt_ = attempt;
  tokens_ = so_far.usage.total_tokens;
  around_.trouble = "not valid, asked again";
  if (!so_far.attempts.empty() && !so_far.attempts.back().issues.empty()) {
    const Issue& first = so_far.attempts.back().issues[0];
    around_.trouble += ": " + (first.path.empty() ? "" : first.path + " ") + first.text();
  }
  changed_ = true;
}

void LiveView::end(const Json*) { stop(); }

void LiveView::stop() {
  if (!drawer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_one();
  drawer_.join();
  screen_ = nullptr;
}

}  // namespace instructor::cli
