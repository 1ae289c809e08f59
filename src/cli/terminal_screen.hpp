#pragma once

// Some lines of a terminal that are drawn again and again, below what was printed before.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace instructor::cli {

/// Can lines be drawn again on standard output?
bool is_terminal();

/// Owns the cursor, which is hidden while it lives, also for signals that end or stop the program. One at a time.
class TerminalScreen {
 public:
  enum class Style : std::uint8_t { plain, dim, bold };
  struct Line {
    std::string text;  ///< visible text, not wider than the terminal
    Style style = Style::plain;

    friend bool operator==(const Line&, const Line&) = default;
  };
  struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
  };

  TerminalScreen();
  /// Wipes the lines away: what is printed next takes their place.
  ~TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  /// As it is now: people resize terminals.
  static Size size();

  /// Draws these lines instead of the last ones; not more than the terminal has.
  void draw(std::vector<Line> lines);

 private:
  std::size_t rows_taken() const;
  std::string wiped() const;

  std::vector<Line> drawn_;
  Size drawn_in_;
};

}  // namespace instructor::cli
