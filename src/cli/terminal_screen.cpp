#include "cli/terminal_screen.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/print.hpp"

namespace instructor::cli {

namespace {

constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr std::string_view show_cursor = "\x1b[?25h";
// Terminals that know it show all that lies between at once.
constexpr std::string_view begin_frame = "\x1b[?2026h";
constexpr std::string_view end_frame = "\x1b[?2026l";
// A line that is wider than it was counted is cut instead of moving all others.
constexpr std::string_view no_wrap = "\x1b[?7l";
constexpr std::string_view wrap = "\x1b[?7h";
// What the end of the program leaves undone, on a line of its own.
constexpr std::string_view leave = "\x1b[?2026l\x1b[?7h\x1b[0m\x1b[?25h\r\n";

constexpr std::array ending{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::atomic<bool> was_stopped = false;
static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers use it");

extern "C" void on_end(int signal) {
  write_all(leave);
  // The handler is gone already: this time the signal does what it does.
  raise(signal);
}

extern "C" void on_stop(int) {
  const int error = errno;
  write_all(leave);
  raise(SIGSTOP);
  write_all(hide_cursor);
  was_stopped = true;
  errno = error;
}

void handle(int signal, void (*handler)(int), unsigned flags) {
  struct sigaction before{};
  sigaction(signal, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(flags);
  sigaction(signal, &action, nullptr);
}

}  // namespace

bool is_terminal() {
  const char* const kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

TerminalScreen::TerminalScreen() {
  std::cout.flush();
  for (const int signal : ending)
    handle(signal, on_end, static_cast<unsigned>(SA_RESETHAND) | static_cast<unsigned>(SA_RESTART));
  handle(SIGTSTP, on_stop, SA_RESTART);
  write_all(hide_cursor);
}

TerminalScreen::~TerminalScreen() {
  write_all(wiped().append(show_cursor));
  for (const int signal : ending) handle(signal, SIG_DFL, 0);
  handle(SIGTSTP, SIG_DFL, 0);
}

TerminalScreen::Size TerminalScreen::size() {
  winsize window{};
  Size size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col != 0) size.columns = window.ws_col;
  if (window.ws_row != 0) size.rows = window.ws_row;
  return size;
}

/// How many rows the lines take now. Terminals that have become narrower break lines that are too wide.
std::size_t TerminalScreen::rows_taken() const {
  const Size now = size();
  std::size_t rows = 0;
  for (const Line& line : drawn_) {
    const std::size_t width = now.columns < drawn_in_.columns ? columns(line.text) : 0;
    rows += std::max<std::size_t>(1, (width + now.columns - 1) / now.columns);
  }
  return std::min(rows, now.rows);
}

/// From the last row to the first one, row by row: of a whole screen that is cleared at once some terminals keep a
/// copy.
std::string TerminalScreen::wiped() const {
  std::string text = "\r\x1b[2K";
  for (std::size_t rows = rows_taken(); rows > 1; --rows) text += "\x1b[A\x1b[2K";
  return text;
}

void TerminalScreen::draw(std::vector<Line> lines) {
  const Size now = size();
  if (was_stopped.exchange(false)) drawn_.clear();
  std::string frame;
  frame.append(begin_frame).append(no_wrap);
  if (!drawn_.empty() && (now.columns != drawn_in_.columns || now.rows != drawn_in_.rows)) {
    frame += wiped();
    drawn_.clear();
  }
  if (!drawn_.empty()) frame += '\r';
  if (drawn_.size() > 1) frame += "\x1b[" + std::to_string(drawn_.size() - 1) + "A";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != 0) frame += "\r\n";
    const Line& line = lines[i];
    if (i < drawn_.size() && drawn_[i] == line) continue;
    if (line.style != Style::plain) frame += line.style == Style::dim ? "\x1b[2m" : "\x1b[1m";
    frame += line.text;
    if (line.style != Style::plain) frame += "\x1b[0m";
    // At the right edge this would take the last character with it.
    if (columns(line.text) < now.columns) frame += "\x1b[K";
  }
  if (drawn_.size() > lines.size()) frame += "\r\n\x1b[J\x1b[A";
  frame.append(wrap).append(end_frame);
  write_all(frame);
  drawn_ = std::move(lines);
  drawn_in_ = now;
}

}  // namespace instructor::cli
