#pragma once

// A terminal for tests, and programs that run in it.

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>
#include <clocale>
#include <csignal>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace instructor::support {

/// Understands no more than it must; what is beyond that is kept in `foreign`.
class Terminal {
 public:
  Terminal(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows) {
    // Widths are the C library's, not those of the program that is tested.
    if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) throw std::runtime_error("no locale C.UTF-8");
    screen_.assign(rows_, Row(columns_));
  }

  void feed(std::string_view bytes) {
    pending_ += bytes;
    std::size_t at = 0;
    while (at < pending_.size()) {
      const std::size_t taken = take(std::string_view(pending_).substr(at));
      if (taken == 0) break;
      at += taken;
    }
    pending_.erase(0, at);
  }

  /// All lines, also those that have scrolled away, without spaces and empty lines at their ends.
  std::vector<std::string> lines() const {
    std::vector<std::string> all = gone_;
    for (const Row& row : screen_) all.push_back(text_of(row));
    while (!all.empty() && all.back().empty()) all.pop_back();
    return all;
  }
  std::string text() const {
    std::string joined;
    for (const std::string& line : lines()) joined += line + "\n";
    return joined;
  }
  bool shows(std::string_view text) const {
    for (const Row& row : screen_)
      if (text_of(row).find(text) != std::string::npos) return true;
    return false;
  }

  /// Wider; nothing that was there changes.
  void widen(std::size_t columns) {
    columns_ = columns;
    for (Row& row : screen_) row.resize(columns);
  }

  bool cursor_visible = true;
  bool wraps = true;
  bool overflowed = false;  ///< something was written beyond the right edge
  bool drawing = false;     ///< between the beginning and the end of a frame
  std::size_t frames = 0;
  std::string foreign;  ///< control characters and sequences that it does not know

 private:
  /// One character each with its marks; empty: none was written. The right half of a wide one is "\0".
  using Row = std::vector<std::string>;

  static std::string text_of(const Row& row) {
    std::string text;
    for (const std::string& cell : row) text += cell.empty() ? " " : cell == std::string(1, '\0') ? "" : cell;
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
  }

  std::size_t take(std::string_view rest) {
    const auto first = static_cast<unsigned char>(rest[0]);
    if (first == 0x1B) return take_sequence(rest);
    if (first == '\r') {
      column_ = 0;
    } else if (first == '\n') {
      line_feed();
    } else if (first < 0x20 || first == 0x7F) {
      foreign += rest[0];
    } else {
      const std::size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
      if (rest.size() < bytes) return 0;
      print(std::string(rest.substr(0, bytes)));
      return bytes;
    }
    return 1;
  }

  std::size_t take_sequence(std::string_view rest) {
    if (rest.size() < 2) return 0;
    if (rest[1] != '[') {
      foreign += rest.substr(0, 2);
      return 2;
    }
    const std::size_t end = rest.find_first_not_of("0123456789;?", 2);
    if (end == std::string_view::npos) return 0;
    const std::string sequence(rest.substr(2, end + 1 - 2));
    const auto count = static_cast<std::size_t>(std::max(1, std::atoi(sequence.c_str())));
    if (sequence.back() == 'A')
      row_ -= std::min(row_, count);
    else if (sequence == "K")
      erase(row_, column_);
    else if (sequence == "J")
      for (std::size_t i = row_; i < rows_; ++i) erase(i, i == row_ ? column_ : 0);
    else if (sequence == "2K")
      erase(row_, 0);
    else if (sequence == "?25l" || sequence == "?25h")
      cursor_visible = sequence.back() == 'h';
    else if (sequence == "?7l" || sequence == "?7h")
      wraps = sequence.back() == 'h';
    else if (sequence == "?2026h")
      drawing = true;
    else if (sequence == "?2026l") {
      drawing = false;
      ++frames;
    } else if (sequence != "0m" && sequence != "1m" && sequence != "2m")
      foreign += sequence;
    return end + 1;
  }

  void erase(std::size_t row, std::size_t from) {
    screen_[row].resize(from);
    screen_[row].resize(columns_);
  }

  void line_feed() {
    if (++row_ < rows_) return;
    gone_.push_back(text_of(screen_.front()));
    screen_.erase(screen_.begin());
    screen_.emplace_back(columns_);
    row_ = rows_ - 1;
  }

  void print(const std::string& character) {
    wchar_t wide = 0;
    std::mbstate_t state{};
    const std::size_t read = std::mbrtowc(&wide, character.data(), character.size(), &state);
    const int width = read > character.size() ? -1 : wcwidth(wide);
    if (width < 0) {
      foreign += character;
      return;
    }
    if (width == 0) {
      if (column_ > 0) screen_[row_][column_ - 1] += character;
      return;
    }
    const auto cells = static_cast<std::size_t>(width);
    if (column_ + cells > columns_) {
      if (!wraps) {
        overflowed = true;
        return;
      }
      column_ = 0;
      line_feed();
    }
    screen_[row_][column_] = character;
    if (cells == 2) screen_[row_][column_ + 1] = std::string(1, '\0');
    column_ += cells;
  }

  std::size_t columns_;
  std::size_t rows_;
  std::size_t column_ = 0;
  std::size_t row_ = 0;
  std::vector<Row> screen_;
  std::vector<std::string> gone_;
  std::string pending_;
};

/// A program whose input, output and errors are a terminal.
class InTerminal {
 public:
  InTerminal(const std::vector<std::string>& command, std::size_t columns, std::size_t rows,
             const std::vector<std::string>& environment = {})
      : terminal(columns, rows) {
    winsize size = as_winsize(columns, rows);
    int program_end = -1;
    if (openpty(&end_, &program_end, nullptr, nullptr, &size) != 0) throw std::runtime_error("no terminal");
    fcntl(end_, F_SETFD, FD_CLOEXEC);
    child_ = fork();
    if (child_ == 0) {
      login_tty(program_end);
      // Whoever runs the tests in the background ignores them.
      for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTERM}) std::signal(signal, SIG_DFL);
      unsetenv("COLUMNS");
      setenv("TERM", "xterm", 1);
      for (const std::string& variable : environment) putenv(strdup(variable.c_str()));
      std::vector<char*> arguments;
      for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(program_end);
  }
  ~InTerminal() {
    if (child_ != 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    close(end_);
  }
  InTerminal(const InTerminal&) = delete;
  InTerminal& operator=(const InTerminal&) = delete;

  /// Waits until the text is in a frame. False: the program ended without it.
  bool shows(std::string_view text) {
    while (terminal.drawing || !terminal.shows(text))
      if (!read_some()) return false;
    return true;
  }
  /// Waits until one more frame has been drawn.
  bool draws() {
    for (const std::size_t before = terminal.frames; terminal.frames == before;)
      if (!read_some()) return false;
    return true;
  }

  void send(int signal) const { kill(child_, signal); }

  void widen(std::size_t columns, std::size_t rows) {
    terminal.widen(columns);
    const winsize size = as_winsize(columns, rows);
    ioctl(end_, TIOCSWINSZ, &size);
  }

  /// Waits for the end. The exit status, or the number of the signal below zero.
  int finish() {
    while (read_some()) {
    }
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  Terminal terminal;

 private:
  static winsize as_winsize(std::size_t columns, std::size_t rows) {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = static_cast<unsigned short>(rows);
    return size;
  }

  bool read_some() {
    char buffer[4096];
    const ssize_t got = read(end_, buffer, sizeof buffer);
    if (got <= 0) return false;
    terminal.feed({buffer, static_cast<std::size_t>(got)});
    return true;
  }

  pid_t child_ = 0;
  int end_ = -1;
};

}  // namespace instructor::support
