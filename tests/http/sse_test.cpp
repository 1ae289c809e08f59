#include "http/sse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string>
#include <vector>

namespace instructor {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct Copy {
  std::string name, data, id;

  friend bool operator==(const Copy&, const Copy&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Copy& event) {
    return out << '{' << event.name << '|' << event.data << '|' << event.id << '}';
  }
};

Copy copy_of(const EventSplitter::Event& event) {
  return {std::string(event.name), std::string(event.data), std::string(event.id)};
}

struct Outcome {
  std::vector<Copy> events;
  bool too_large = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    for (const Copy& event : outcome.events) out << event << ' ';
    return out << (outcome.too_large ? "too large" : "");
  }
};

/// Events are copied only when all calls that must leave them alone are over, and no chunk outlives its use.
Outcome split(const std::vector<std::string_view>& chunks, std::size_t max_event_bytes = 1 << 20) {
  EventSplitter splitter(max_event_bytes);
  EventSplitter::Event event;
  Outcome outcome;
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // of the very size, so that a sanitizer sees its end
    splitter.feed({bytes.data(), bytes.size()});
    while (splitter.next(event)) outcome.events.push_back(copy_of(event));
  }
  if (splitter.finish(event)) outcome.events.push_back(copy_of(event));
  EXPECT_FALSE(splitter.finish(event)) << "the end comes once";
  outcome.too_large = splitter.too_large();
  return outcome;
}

std::vector<std::string_view> pieces(std::string_view text, std::size_t size) {
  std::vector<std::string_view> chunks;
  for (; !text.empty(); text.remove_prefix(chunks.back().size())) chunks.push_back(text.substr(0, size));
  return chunks;
}

/// The outcome of one chunk, after making sure that every cut in two, and small pieces, give the same.
Outcome split_all_ways(std::string_view text, std::size_t max_event_bytes = 1 << 20) {
  const Outcome whole = split({text}, max_event_bytes);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(split({text.substr(0, cut), text.substr(cut)}, max_event_bytes), whole) << "cut at " << cut;
  for (const std::size_t size : {1U, 2U, 3U, 5U, 7U})
    EXPECT_EQ(split(pieces(text, size), max_event_bytes), whole) << "pieces of " << size;
  return whole;
}

std::vector<Copy> events_of(std::string_view text) {
  const Outcome outcome = split_all_ways(text);
  EXPECT_FALSE(outcome.too_large);
  return outcome.events;
}

std::vector<std::string> data_of(std::string_view text) {
  std::vector<std::string> data;
  for (const Copy& event : events_of(text)) data.push_back(event.data);
  return data;
}

using Texts = std::vector<std::string>;

/// The standard word by word, on a whole text; with the open event at the end.
std::vector<Copy> slowly_split(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;) text.erase(at, 1);
  for (char& c : text)
    if (c == '\r') c = '\n';
  text += "\n\n";

  std::vector<Copy> events;
  std::string name, data, id;
  while (!text.empty()) {
    const std::string line = text.substr(0, text.find('\n'));
    text.erase(0, line.size() + 1);
    if (line.empty()) {
      if (!data.empty()) {
        data.pop_back();
        events.push_back({name, data, id});
      }
      name.clear();
      data.clear();
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string field = line.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(" ")) value.erase(0, 1);
    if (field == "event") name = value;
    if (field == "data") data += value + '\n';
    if (field == "id" && value.find('\0') == std::string::npos) id = value;
  }
  return events;
}

TEST(EventSplitter, ReadsTheStreamsOfProviders) {
  EXPECT_EQ(events_of("data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n"),
            (std::vector<Copy>{{"", "{\"a\":1}", ""}, {"", "{\"a\":2}", ""}, {"", "[DONE]", ""}}));
  EXPECT_EQ(events_of("event: message_start\ndata: {}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"),
            (std::vector<Copy>{{"message_start", "{}", ""}, {"ping", "{\"type\":\"ping\"}", ""}}));
  EXPECT_EQ(data_of("data: {}\r\n\r\ndata: {\"b\":1}\r\n\r\n"), (Texts{"{}", "{\"b\":1}"}));
}

TEST(EventSplitter, ReadsTheExamplesOfTheStandard) {
  EXPECT_EQ(data_of("data: YHOO\ndata: +2\ndata: 10\n\n"), (Texts{"YHOO\n+2\n10"}));
  EXPECT_EQ(events_of(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"),
            (std::vector<Copy>{{"", "first event", "1"}, {"", "second event", ""}, {"", " third event", ""}}));
  EXPECT_EQ(data_of("data\n\ndata\ndata\n\n"), (Texts{"", "\n"}));
  EXPECT_EQ(data_of("data:test\n\ndata: test\n\n"), (Texts{"test", "test"}));
}

TEST(EventSplitter, LinesEndInThreeWays) {
  const Texts expected{"a\nb", "c"};
  for (const auto* text :
       {"data:a\ndata:b\n\ndata:c\n\n", "data:a\rdata:b\r\rdata:c\r\r", "data:a\r\ndata:b\r\n\r\ndata:c\r\n\r\n",
        "data:a\rdata:b\n\r\ndata:c\r\n\r", "data:a\r\ndata:b\r\r\ndata:c\n\r", "data:a\ndata:b\r\n\rdata:c\r\n\n"})
    EXPECT_EQ(data_of(text), expected) << testing::PrintToString(text);
  EXPECT_EQ(data_of("data:a\n\rdata:b\n\n"), (Texts{"a", "b"})) << "\\n\\r are two line ends";
  EXPECT_EQ(events_of("event:x\r\n\ndata:a\n\n"), (std::vector<Copy>{{"", "a", ""}})) << "the blank line resets";
}

TEST(EventSplitter, DoesNotWaitForTheByteAfterACarriageReturn) {
  EventSplitter splitter;
  EventSplitter::Event event;
  splitter.feed("data: a\r\n\r");
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data, "a");
  EXPECT_FALSE(splitter.next(event));
  splitter.feed("\ndata: b\r\r");
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data, "b");
  EXPECT_FALSE(splitter.next(event));
  splitter.feed("");
  EXPECT_FALSE(splitter.next(event));
  splitter.feed("\nevent: kept\n");
  EXPECT_FALSE(splitter.next(event));
  splitter.feed("data: c\r");
  EXPECT_FALSE(splitter.next(event));
  splitter.feed("\n");
  EXPECT_FALSE(splitter.next(event)) << "the second half of a line end is no blank line";
  splitter.feed("\n");
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(copy_of(event), (Copy{"kept", "c", ""}));
}

TEST(EventSplitter, GivesAnEventAsSoonAsItIsComplete) {
  EventSplitter splitter;
  EventSplitter::Event event;
  const std::string_view text = "data: abc\n\n";
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    splitter.feed(text.substr(i, 1));
    EXPECT_FALSE(splitter.next(event)) << i;
  }
  splitter.feed("\n");
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data, "abc");
  EXPECT_FALSE(splitter.next(event));
}

TEST(EventSplitter, IgnoresCommentsAndUnknownFields) {
  EXPECT_EQ(data_of(": OPENROUTER PROCESSING\n\ndata: a\n:\n:data: no\n\n:\n\n"), (Texts{"a"}));
  EXPECT_EQ(data_of("retry: 10\nother: x\ndat: x\ndatax: x\nDATA: x\n data: x\n\ndata: a\nword\n\n"), (Texts{"a"}));
  EXPECT_EQ(data_of("data : x\n\n"), Texts{});
}

TEST(EventSplitter, TakesOneSpaceFromAValue) {
  EXPECT_EQ(data_of("data:a\n\ndata: a\n\ndata:  a\n\ndata:a \n\ndata:\ta\n\ndata: \n\n"),
            (Texts{"a", "a", " a", "a ", "\ta", ""}));
  EXPECT_EQ(data_of("data: a: b:c\n\n"), (Texts{"a: b:c"}));
}

TEST(EventSplitter, JoinsDataLines) {
  EXPECT_EQ(data_of("data: {\ndata:  \"a\": 1\ndata: }\n\n"), (Texts{"{\n \"a\": 1\n}"}));
  EXPECT_EQ(data_of("data\ndata: a\ndata\n\n"), (Texts{"\na\n"}));
  EXPECT_EQ(events_of("data: a\nevent: x\ndata: b\n: c\nid: 7\ndata: d\n\n"),
            (std::vector<Copy>{{"x", "a\nb\nd", "7"}}));
}

TEST(EventSplitter, AnEventWithoutDataIsNone) {
  EXPECT_EQ(events_of("event: lost\n\ndata: a\n\n\n\n\ndata: b\n\n"),
            (std::vector<Copy>{{"", "a", ""}, {"", "b", ""}}));
  EXPECT_EQ(events_of("event: x\nevent\ndata: a\n\n"), (std::vector<Copy>{{"", "a", ""}}));
  EXPECT_EQ(events_of("event: x\nevent: y\ndata: a\n\ndata: b\n\n"),
            (std::vector<Copy>{{"y", "a", ""}, {"", "b", ""}}));
}

TEST(EventSplitter, AnIdentifierStaysUntilTheNext) {
  EXPECT_EQ(events_of("id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid\ndata: d\n\n"),
            (std::vector<Copy>{{"", "a", "1"}, {"", "b", "1"}, {"", "c", "2"}, {"", "d", ""}}));
  EXPECT_EQ(events_of("id: 1\nid: 2\0003\ndata: a\n\n"sv), (std::vector<Copy>{{"", "a", "1"}}));
}

TEST(EventSplitter, NulBytesAreBytes) {
  EXPECT_EQ(events_of("event: x\0y\ndata: a\0b\n\ndata\0: c\n\n"sv), (std::vector<Copy>{{"x\0y"s, "a\0b"s, ""}}));
}

TEST(EventSplitter, SkipsAByteOrderMarkAtTheStart) {
  EXPECT_EQ(data_of("\xEF\xBB\xBF"
                    "data: a\n\n"),
            (Texts{"a"}));
  EXPECT_EQ(data_of("\xEF\xBB\xBF\xEF\xBB\xBF"
                    "data: a\n\ndata: b\n\n"),
            (Texts{"b"}))
      << "one of them";
  EXPECT_EQ(data_of("data: a\n\n\xEF\xBB\xBF"
                    "data: b\n\ndata: \xEF\xBB\xBF\n\n"),
            (Texts{"a", "\xEF\xBB\xBF"}));
  EXPECT_EQ(data_of("\xEF\xBB"
                    "data: a\ndata: b\n\n"),
            (Texts{"b"}))
      << "two thirds of it are part of the line";
  EXPECT_EQ(data_of("\xEF\xBB\n\ndata: a\n\n"), (Texts{"a"}));
  EXPECT_EQ(data_of("\xEF\xBB"), Texts{});
  EXPECT_EQ(data_of("\xEF\xBB\xBF\r\n\ndata: a\n\n"), (Texts{"a"}));
}

TEST(EventSplitter, PassesOnBytesThatAreNoText) {
  EXPECT_EQ(data_of("data: \xFF\xC3\n\ndata: \xE2\x82\xAC\n\n"), (Texts{"\xFF\xC3", "\xE2\x82\xAC"}));
}

TEST(EventSplitter, TheEndLosesNoData) {
  EXPECT_EQ(events_of("data: a\n\nevent: x\nid: 1\ndata: b\n"), (std::vector<Copy>{{"", "a", ""}, {"x", "b", "1"}}));
  for (const auto* text : {"data: a\n\ndata: [DONE]", "data: a\n\ndata: [DONE]\r", "data: a\n\ndata: [DONE]\r\n"})
    EXPECT_EQ(data_of(text), (Texts{"a", "[DONE]"}));
  EXPECT_EQ(data_of("data: a\ndata: b"), (Texts{"a\nb"}));
  EXPECT_EQ(events_of("data: a\nevent: x"), (std::vector<Copy>{{"x", "a", ""}}));
  EXPECT_EQ(data_of("data: a\n: comm"), (Texts{"a"}));
  EXPECT_EQ(data_of("data"), (Texts{""}));
  for (const auto* text : {"", "\n", "dat", "event: x\n", "event: x", ": a", "data: a\n\n"})
    EXPECT_EQ(data_of(text).size(), std::string_view(text) == "data: a\n\n" ? 1U : 0U) << text;
}

TEST(EventSplitter, AnyCutGivesTheSameEvents) {
  const std::string text =
      "\xEF\xBB\xBF: hello\r\n\r\nevent: start\r\nid: 1\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n"
      "data: x\rdata\rdata:\r\rid: 2\revent\r\rdata:y\n\n\n\nretry: 5\ndata:  z \nunknown: 1\n\n"
      "event: e\n\r\ndata: \xE2\x82\xAC\r\n\ndata: nul\0nul\nid: \0\n\n:\n:\n\rdata: :\rdata: \n\r\n"
      "event: last\ndata: [DONE]"s;
  const std::vector<Copy> expected = slowly_split(text);
  EXPECT_EQ(expected.size(), 8U);
  EXPECT_EQ(events_of(text), expected);
}

TEST(EventSplitter, AgreesWithTheStandardOnEveryShortText) {
  // All texts of up to six of these parts: line ends meet fields in every order.
  const std::vector<std::string> parts{"data: a", "event: b", "id:c", ":", "\r", "\n"};
  std::vector<std::string> texts{""};
  for (std::size_t begin = 0, length = 0; length < 6; ++length) {
    const std::size_t end = texts.size();
    for (; begin < end; ++begin)
      for (const std::string& part : parts) texts.push_back(texts[begin] + part);
  }
  for (const std::string& text : texts) {
    const std::vector<Copy> expected = slowly_split(text);
    ASSERT_EQ(split({text}).events, expected) << testing::PrintToString(text);
    ASSERT_EQ(split(pieces(text, 1)).events, expected) << testing::PrintToString(text) << " byte by byte";
  }
}

TEST(EventSplitter, DoesNotCopyAnEventOfOneLine) {
  const std::string text = "data: first\n\nevent: x\ndata: second\n\ndata: third\n";
  EventSplitter splitter;
  EventSplitter::Event event;
  splitter.feed(text);
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data.data(), text.data() + text.find("first"));
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data.data(), text.data() + text.find("second"));
  EXPECT_FALSE(splitter.next(event));
  splitter.feed("\ndata: fourth\n\n");
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data, "third") << "and what the chunk cut was copied in time";
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event.data, "fourth");
}

TEST(EventSplitter, AllowsEventsUpToTheLimit) {
  const std::string line = "data: " + std::string(94, 'x');
  EXPECT_EQ(split_all_ways(line + "\n\n" + line + "\r\n\r\n", 100).events.size(), 2U);
  EXPECT_FALSE(split_all_ways(line, 100).too_large);

  const Outcome outcome = split_all_ways("data: a\n\n" + line + "x\n\ndata: b\n\n", 100);
  EXPECT_TRUE(outcome.too_large);
  EXPECT_EQ(outcome.events, (std::vector<Copy>{{"", "a", ""}})) << "what came before is not lost";
  EXPECT_TRUE(split_all_ways(line + "x", 100).too_large) << "the end of the line is not waited for";
}

TEST(EventSplitter, CountsWhatAnEventHoldsAndTheLineBeingRead) {
  // The second line comes on top of four bytes of data.
  EXPECT_FALSE(split_all_ways("data: 1234\ndata: " + std::string(90, 'x') + "\n\n", 100).too_large);
  EXPECT_TRUE(split_all_ways("data: 1234\ndata: " + std::string(91, 'x') + "\n\n", 100).too_large);
  EXPECT_FALSE(split_all_ways("event: 12\nid: 34\ndata: " + std::string(90, 'x') + "\n\n", 100).too_large);
  EXPECT_TRUE(split_all_ways("event: 12\nid: 34\ndata: " + std::string(91, 'x') + "\n\n", 100).too_large);
  EXPECT_TRUE(split_all_ways(":" + std::string(100, 'x') + "\n", 100).too_large) << "no line is longer";

  std::string many;
  for (int i = 0; i < 100; ++i) many += "data\n";
  EXPECT_TRUE(split_all_ways(many, 90).too_large) << "line feeds are data";

  std::string comments = "data: a\n";
  for (int i = 0; i < 100; ++i) comments += ": keep-alive\n";
  EXPECT_FALSE(split_all_ways(comments + "\n", 30).too_large) << "comments are not held";
}

TEST(EventSplitter, NothingComesAfterAnEventThatIsTooLarge) {
  EventSplitter splitter(10);
  EventSplitter::Event event;
  splitter.feed("data: 12345\n\ndata: a\n\n");
  EXPECT_FALSE(splitter.too_large()) << "nobody has asked yet";
  EXPECT_FALSE(splitter.next(event));
  EXPECT_TRUE(splitter.too_large());
  splitter.feed("\n\ndata: a\n\n");
  EXPECT_FALSE(splitter.next(event));
  EXPECT_FALSE(splitter.finish(event));
  EXPECT_TRUE(splitter.too_large());
}

TEST(EventSplitter, TakesTimeInProportion) {
  // Each takes minutes where a line end is searched for again, or what was read is moved, at every event or line.
  std::string feeds, returns, lines;
  for (int i = 0; i < 1'000'000; ++i) {
    feeds += "data:a\n\n";
    returns += "data:a\r\r";
    lines += "data:\n";
  }
  const std::string line = "data:" + std::string(2'000'000, 'x') + "\n\n";
  const auto count = [](std::string_view text, std::size_t size) {
    EventSplitter splitter;
    EventSplitter::Event event;
    std::size_t events = 0;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
      splitter.feed(text.substr(0, size));
      while (splitter.next(event)) ++events;
    }
    return events + (splitter.finish(event) ? 1 : 0);
  };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(count(feeds, feeds.size()), 1'000'000U);
  EXPECT_EQ(count(returns, returns.size()), 1'000'000U);
  EXPECT_EQ(count(lines, lines.size()), 1U);
  EXPECT_EQ(count(lines, 7), 1U);
  EXPECT_EQ(count(line, 1), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace instructor
