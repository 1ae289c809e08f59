#include "http/json_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace instructor {
namespace {

struct Outcome {
  std::vector<std::string> lines;
  bool too_large = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome split(const std::vector<std::string_view>& chunks, std::size_t limit) {
  JsonLineSplitter splitter(limit);
  std::string_view line;
  Outcome outcome;
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // of the very size, so that a sanitizer sees its end
    splitter.feed({bytes.data(), bytes.size()});
    while (splitter.next(line)) outcome.lines.emplace_back(line);
  }
  if (splitter.finish(line)) outcome.lines.emplace_back(line);
  EXPECT_FALSE(splitter.finish(line)) << "the end comes once";
  outcome.too_large = splitter.too_large();
  return outcome;
}

/// The outcome of one chunk, after making sure that every cut in two, and single bytes, give the same.
Outcome split_all_ways(std::string_view text, std::size_t limit = 1 << 20) {
  const Outcome whole = split({text}, limit);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(split({text.substr(0, cut), text.substr(cut)}, limit), whole) << "cut at " << cut;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(split(bytes, limit), whole);
  return whole;
}

using Lines = std::vector<std::string>;

TEST(JsonLines, EndWithLineFeeds) {
  EXPECT_EQ(split_all_ways("{\"a\":1}\n{\"b\":2}\n").lines, (Lines{R"({"a":1})", R"({"b":2})"}));
  EXPECT_EQ(split_all_ways("").lines, Lines{});
}

TEST(JsonLines, LoseTheWhiteSpaceAroundThem) {
  EXPECT_EQ(split_all_ways("\n\r\n  \t\n {} \r\n\n[1, 2]\r\n").lines, (Lines{"{}", "[1, 2]"}));
}

TEST(JsonLines, TheLastOneNeedsNoLineFeed) {
  EXPECT_EQ(split_all_ways("{}\n{\"error\":\"busy\"}").lines, (Lines{"{}", R"({"error":"busy"})"}));
  EXPECT_EQ(split_all_ways("{}\n \r").lines, Lines{"{}"});
}

TEST(JsonLines, AreBounded) {
  EXPECT_EQ(split_all_ways("12345\n123456\n1\n", 6), (Outcome{{"12345", "123456", "1"}, false}));
  EXPECT_EQ(split_all_ways("12345\n123456\n1\n", 5), (Outcome{{"12345"}, true}));
  EXPECT_EQ(split_all_ways("1\n123456", 5), (Outcome{{"1"}, true}));
  JsonLineSplitter splitter(4);
  std::string_view line;
  splitter.feed("12345");
  EXPECT_FALSE(splitter.next(line));
  splitter.feed("\n{}\n");
  EXPECT_FALSE(splitter.next(line)) << "nothing comes after it";
}

TEST(JsonLines, ThatAreWholeAreNotCopied) {
  JsonLineSplitter splitter;
  std::string_view line;
  const std::string_view chunk = "{\"a\":1}\n";
  splitter.feed(chunk);
  ASSERT_TRUE(splitter.next(line));
  EXPECT_EQ(line.data(), chunk.data());
}

}  // namespace
}  // namespace instructor
