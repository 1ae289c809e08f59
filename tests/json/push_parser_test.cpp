#include "json/push_parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace instructor::json {
namespace {

/// Writes what happens as text.
struct Trace {
  std::string text;
  std::string current;
  bool stop = false;

  void begin_object() { text += "{ "; }
  void end_object() { text += "} "; }
  void begin_array() { text += "[ "; }
  void end_array() { text += "] "; }
  void key(std::string_view key) { text += "key(" + std::string(key) + ") "; }
  void string(std::string_view value) { text += "string(" + std::string(value) + ") "; }
  std::string* begin_string() {
    current.clear();
    return &current;
  }
  void end_string() { text += "string(" + current + ") "; }
  void integer(const Number& value, std::string_view token) {
    text += "integer(" + std::string(token) + ") ";
    last = value;
  }
  void floating(double value, std::string_view token) {
    text += "floating(" + std::string(token) + ") ";
    last = value;
  }
  void unfit(std::string_view token, NumberForm) { text += "unfit(" + std::string(token) + ") "; }
  void boolean(bool value) { text += value ? "true " : "false "; }
  void null() { text += "null "; }
  bool stopped() const { return stop; }

  Number last;
};

struct Outcome {
  bool ok = false;
  std::string trace;
  Fault fault = Fault::none;
  std::string expected, found;
  std::size_t line = 0, column = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome parse(const std::vector<std::string_view>& chunks, const Limits& limits = {}) {
  Trace trace;
  PushParser parser(trace, limits);
  for (const std::string_view chunk : chunks) parser.feed(chunk);
  Outcome outcome;
  outcome.ok = parser.finish();
  outcome.trace = trace.text;
  if (!outcome.ok) {
    const Failure& failure = parser.failure();
    outcome.fault = failure.fault;
    outcome.expected = failure.expected;
    outcome.found = failure.found;
    outcome.line = failure.line;
    outcome.column = failure.column;
  }
  return outcome;
}

/// The outcome of one chunk, after making sure that every cut in two, and single bytes, give the same.
Outcome parse_all_ways(std::string_view text, const Limits& limits = {}) {
  const Outcome whole = parse({text}, limits);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(parse({text.substr(0, cut), text.substr(cut)}, limits), whole) << text << " cut at " << cut;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(parse(bytes, limits), whole) << text << " byte by byte";
  return whole;
}

TEST(PushParser, GivesEventsInOrder) {
  const Outcome outcome = parse_all_ways(R"( {"a": [1, -2.5e3, "x"], "b": {}, "c": [true, false, null, []]} )");
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.trace,
            "{ key(a) [ integer(1) floating(-2.5e3) string(x) ] key(b) { } key(c) [ true false null [ ] ] } ");
}

TEST(PushParser, DecodesEscapesHoweverTheyAreCut) {
  const Outcome outcome = parse_all_ways(R"({"\u006bey":"\"\\\/\b\f\n\r\t \u00e9 \ud83d\ude00 é 漢 😀"})");
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.trace, "{ key(key) string(\"\\/\b\f\n\r\t é 😀 é 漢 😀) } ");
}

TEST(PushParser, KeepsEscapedNul) {
  const Outcome outcome = parse_all_ways(R"("a\u0000b")");
  EXPECT_EQ(outcome.trace, std::string("string(a\0b) ", 12));
}

TEST(PushParser, ReadsNumbersExactly) {
  Trace trace;
  PushParser parser(trace);
  parser.feed("[-9223372036854775808]");
  EXPECT_TRUE(parser.finish());
  EXPECT_EQ(trace.last.signed_value, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_all_ways("[18446744073709551616, 1e999]").trace, "[ unfit(18446744073709551616) unfit(1e999) ] ");
  for (const char* text :
       {"0.1", "123.456", "9007199254740993.5", "3.141592653589793", "-0.000001", "1e22", "5e-324"}) {
    Trace single;
    PushParser one(single);
    one.feed(text);
    EXPECT_TRUE(one.finish());
    EXPECT_EQ(single.last.floating_value, std::strtod(text, nullptr)) << text;
  }
}

TEST(PushParser, AcceptsScalarsAtTheRoot) {
  EXPECT_EQ(parse_all_ways("42").trace, "integer(42) ");
  EXPECT_EQ(parse_all_ways(" \"x\" ").trace, "string(x) ");
  EXPECT_EQ(parse_all_ways("null").trace, "null ");
}

struct Bad {
  const char* text;
  const char* expected;
  const char* found;
};

TEST(PushParser, SaysWhatShouldHaveComeInstead) {
  for (const Bad& bad : {
           Bad{"", "a JSON value", "the end of the text"},
           Bad{"nojson", "a JSON value", "\"no\""},
           Bad{"@", "a JSON value", "'@'"},
           Bad{"{a:1}", "a key in double quotes or }", "'a'"},
           Bad{"{\"a\" 1}", "a colon", "'1'"},
           Bad{"{\"a\":}", "a value", "'}'"},
           Bad{"{\"a\":1,}", "a key in double quotes", "'}'"},
           Bad{"[1,]", "a value", "']'"},
           Bad{"[1 2]", "a comma or ]", "'2'"},
           Bad{"{\"a\":1 \"b\":2}", "a comma or }", "'\"'"},
           Bad{"{} x", "nothing after the value", "'x'"},
           Bad{"[01]", "a number as JSON spells it", "01"},
           Bad{"[1.]", "a number as JSON spells it", "1."},
           Bad{"\"a\nb\"", "an escaped control character", "byte 0x0A"},
           Bad{R"("\q")", "one of \" \\ / b f n r t u after a backslash", "'q'"},
           Bad{R"("\u12g4")", "four hexadecimal digits after \\u", "'g'"},
           Bad{R"("\ud800x")", "the second half of a surrogate pair", "'x'"},
           Bad{R"("\udc00")", "the first half of a surrogate pair before the second", "'0'"},
           Bad{"[1", "a comma or ]", "the end of the text"},
           Bad{"\"abc", "the rest of a string", "the end of the text"},
           Bad{"{\"abc", "the rest of a key", "the end of the text"},
           Bad{"tru", "the rest of a word", "the end of the text"},
           Bad{"[-", "the rest of a number", "the end of the text"},
       }) {
    const Outcome outcome = parse_all_ways(bad.text);
    EXPECT_FALSE(outcome.ok) << bad.text;
    EXPECT_EQ(outcome.expected, bad.expected) << bad.text;
    EXPECT_EQ(outcome.found, bad.found) << bad.text;
  }
}

TEST(PushParser, SaysWhere) {
  const Outcome outcome = parse_all_ways("{\"a\": 1,\n  \"b\": x}");
  EXPECT_EQ(outcome.line, 2u);
  EXPECT_EQ(outcome.column, 8u);
}

TEST(PushParser, TellsTruncatedFromWrong) {
  EXPECT_EQ(parse_all_ways("{\"a\":[1,").fault, Fault::truncated);
  EXPECT_EQ(parse_all_ways("{\"a\":[1,}").fault, Fault::syntax);
}

TEST(PushParser, ChecksUtf8) {
  for (const char* text :
       {"\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"a\x80\"", "\"\xE2\x82\"", "{\"\xFF\":1}"})
    EXPECT_EQ(parse_all_ways(text).fault, Fault::utf8) << text;
}

TEST(PushParser, BoundsDepth) {
  const Limits limits{.max_depth = 3};
  EXPECT_TRUE(parse_all_ways("[[[]]]", limits).ok);
  EXPECT_EQ(parse_all_ways("[[[[]]]]", limits).fault, Fault::depth);
  // Beyond the 64 levels that fit a word.
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "[{\"a\":";
  deep += "1";
  for (int i = 0; i < 60; ++i) deep += "}]";
  EXPECT_TRUE(parse({deep}).ok);
  EXPECT_EQ(parse({std::string(100'000, '[')}).fault, Fault::depth);
}

TEST(PushParser, BoundsSize) {
  const Limits limits{.max_bytes = 5};
  EXPECT_TRUE(parse_all_ways("[1,2]", limits).ok);
  EXPECT_EQ(parse({"[1,2", "]]"}, limits).fault, Fault::size);
  EXPECT_EQ(parse_all_ways("[" + std::string(30, '1') + "]", {.max_number = 20}).fault, Fault::size);
}

TEST(PushParser, LeavesTheRestUnreadWhenStopped) {
  Trace trace;
  PushParser parser(trace);
  parser.feed("[1,");
  trace.stop = true;
  parser.feed("2,@@@");
  EXPECT_FALSE(parser.finish());
  EXPECT_FALSE(parser.failed());
  EXPECT_EQ(trace.text, "[ integer(1) ");
}

TEST(PushParser, GivesTheSameForRandomChunks) {
  const std::string text =
      R"({"title":"Zürich \u00fc\ud83d\ude00 \"q\"","n":[1,22,333,-4.25,5e10,12345678901234567890],"deep":{"a":{"b":[[],{},[true,false,null]]}},"s":"plain text that is longer than eight bytes"})";
  const Outcome whole = parse({text});
  ASSERT_TRUE(whole.ok);
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string_view> chunks;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % 9;
      chunks.push_back(std::string_view(text).substr(at, size));
      at += size;
    }
    ASSERT_EQ(parse(chunks), whole);
  }
}

TEST(PushParser, CopiesTheTextOfAContainer) {
  struct Capturing : Trace {
    PushParser<Capturing>* parser = nullptr;
    std::string copy;
    void begin_array() { parser->capture(&copy, 8); }
  };
  for (const std::size_t step : {1u, 2u, 3u, 100u}) {
    Capturing trace;
    PushParser<Capturing> parser(trace);
    trace.parser = &parser;
    const std::string_view text = R"({"a": [1, "x", {}], "b": 2})";
    for (std::size_t at = 0; at < text.size(); at += step) parser.feed(text.substr(at, step));
    EXPECT_TRUE(parser.finish());
    EXPECT_EQ(trace.copy, R"([1, "x",)") << step;
  }
}

}  // namespace
}  // namespace instructor::json
