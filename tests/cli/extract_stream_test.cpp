// `extract --stream`, as programs and as people see it.

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/terminal.hpp"
#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Finished;
using support::InTerminal;
using support::PracticeServer;
using support::TemporaryDirectory;

constexpr const char* ticket_schema = R"({
  "title": "Ticket", "type": "object",
  "properties": {
    "subject": {"type": "string", "minLength": 3},
    "priority": {"enum": ["low", "normal", "high"]},
    "customer": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    "items": {"type": "array", "items": {"type": "object",
      "properties": {"title": {"type": "string"}, "count": {"type": "integer", "default": 1}}, "required": ["title"]}},
    "tags": {"type": "array", "items": {"type": "string"}}
  },
  "required": ["subject", "priority", "customer", "items", "tags"]
})";

/// Long, wide, with marks, and with what would steer a terminal.
Json hostile_ticket() {
  std::string long_text;
  for (int i = 0; i < 20; ++i) long_text += "Kettle \u6771\u4EAC e\u0301\u0301 " + std::to_string(i) + " ";
  Json items = Json::array();
  for (int i = 0; i < 12; ++i) items.push_back({{"title", "item " + std::to_string(i)}, {"count", i}});
  items.push_back({{"title", "\u6771\u4EAC\u90FD\u5343\u4EE3\u7530\u533A\u4E38\u306E\u5185\u4E00\u4E01\u76EE\u4E5D"}});
  return {{"subject", long_text},
          {"priority", "high"},
          {"customer", {{"name", "Ada\x1b[2J\x1b]0;owned\x07\u009B31m\r\nBob\x7F\u202E"}}},
          {"items", std::move(items)},
          {"tags", {"a", "b"}}};
}

class ExtractStream : public ::testing::Test {
 protected:
  std::vector<std::string> command(const std::string& url, const std::vector<std::string>& options) const {
    std::vector<std::string> all{INSTRUCTOR_PROGRAM, "extract", "-m", "openai/practice", "-s", schema_,
                                 "--base-url",       url};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  Finished extract(const std::vector<std::string>& server_options, const std::vector<std::string>& options,
                   const std::vector<std::string>& environment = {}) const {
    const PracticeServer server(INSTRUCTOR_PROGRAM, server_options);
    std::vector<std::string> variables{"OPENAI_API_KEY=practice-key"};
    variables.insert(variables.end(), environment.begin(), environment.end());
    return support::run(command(server.url(), options), "Some text.", variables);
  }

  std::string script(const std::vector<Json>& replies) const {
    return dir_.write("script.json", encode(Json(replies)));
  }

  TemporaryDirectory dir_;
  std::string schema_ = dir_.write("ticket.schema.json", ticket_schema);
  std::string text_ = dir_.write("mail.txt", "Some text.");
};

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(decode<Json>(text.substr(begin, end - begin)).value());
    begin = end + 1;
  }
  return lines;
}

/// What a program makes of the changes of one document, without using what `completed` repeats.
struct Rebuilt {
  Json value;
  int restarts = 0;

  void take(const Json& line) {
    const std::string change = line.at("change");
    if (change == "restarted") {
      value = Json();
      ++restarts;
      return;
    }
    Json& place = value[Json::json_pointer(line.at("path").get<std::string>())];
    if (change == "appended") {
      place = (place.is_string() ? place.get<std::string>() : "") + line.at("text").get<std::string>();
    } else if (change == "set" && place.is_string()) {
      EXPECT_EQ(place, line.at("value"));
    } else {
      place = line.at("value");
    }
  }
};

// ---- for programs ------------------------------------------------------------------------------------------------

TEST_F(ExtractStream, ChangesAddUpToTheResult) {
  for (const char* size : {"1", "3", "1000"}) {
    const Finished streamed = extract({"--script", script({{{"answer", hostile_ticket()}}}), "--chunk-size", size},
                                      {"--stream", "-o", dir_ / "out.jsonl", text_});
    ASSERT_EQ(streamed.status, 0) << streamed.err;
    const std::vector<Json> lines = json_lines(streamed.out);
    ASSERT_GT(lines.size(), 10U);
    Rebuilt rebuilt;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      EXPECT_EQ(lines[i].at("document"), text_);
      rebuilt.take(lines[i]);
    }
    EXPECT_EQ(lines.back().at("change"), "result");
    EXPECT_EQ(lines.back().at("value"), rebuilt.value);
    EXPECT_EQ(rebuilt.restarts, 0);
    EXPECT_EQ(rebuilt.value.at("customer"), hostile_ticket().at("customer"));
    EXPECT_EQ(json_lines(support::read_file(dir_ / "out.jsonl")).at(0), rebuilt.value);
    EXPECT_NE(streamed.err.find("1 of 1 document extracted"), std::string::npos) << streamed.err;
  }
}

TEST_F(ExtractStream, TellsOfEachDocumentInItsTurn) {
  const std::string other = dir_.write("other.txt", "Another text.");
  const Finished streamed =
      extract({"--script", script({{{"answer", hostile_ticket()}}, {{"answer", hostile_ticket()}}})},
              {"--stream", "--json", text_, other});
  ASSERT_EQ(streamed.status, 0) << streamed.err;
  std::vector<std::string> order;
  std::vector<Rebuilt> rebuilt;
  for (const Json& line : json_lines(streamed.out)) {
    if (order.empty() || order.back() != line.at("document").get<std::string>()) {
      order.push_back(line.at("document"));
      rebuilt.emplace_back();
    }
    if (line.at("change") == "result")
      EXPECT_EQ(line.at("value"), rebuilt.back().value);
    else
      rebuilt.back().take(line);
  }
  EXPECT_EQ(order, (std::vector{text_, other}));
}

TEST_F(ExtractStream, SaysThatItStartsAnew) {
  Json invalid = hostile_ticket();
  invalid["subject"] = nullptr;
  const Finished streamed =
      extract({"--script", script({{{"answer", invalid}}, {{"answer", hostile_ticket()}}})}, {"--stream", "--verbose"});
  ASSERT_EQ(streamed.status, 0) << streamed.err;
  Rebuilt rebuilt;
  const std::vector<Json> lines = json_lines(streamed.out);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) rebuilt.take(lines[i]);
  EXPECT_EQ(rebuilt.restarts, 1);
  EXPECT_EQ(lines.back().at("value"), rebuilt.value);
  EXPECT_NE(streamed.err.find("attempt 1: {\"subject\":null"), std::string::npos) << streamed.err;
  EXPECT_NE(streamed.err.find("attempt 2: valid"), std::string::npos) << streamed.err;
}

TEST_F(ExtractStream, NeverPassesACutOffAnswerForAWholeOne) {
  const Json answer = hostile_ticket();
  const auto bytes = static_cast<int>(encode(answer).find("\"count\":11") + 9);  // in the middle of a number
  for (const Json& reply : {Json{{"cut", answer}, {"bytes", bytes}}, Json{{"answer", answer}, {"cut_after", bytes}}}) {
    const Finished cut = extract({"--script", script({reply, reply, reply, reply, reply})}, {"--stream", "--json"});
    EXPECT_EQ(cut.status, 1) << cut.err;
    EXPECT_EQ(cut.out.find("\"change\":\"result\""), std::string::npos);
    EXPECT_NE(cut.err.find("what had arrived: {\"subject\":\"Kettle"), std::string::npos) << cut.err;
    EXPECT_NE(cut.err.find("{\"title\":\"item 11\"}]}"), std::string::npos) << cut.err;
  }
}

TEST_F(ExtractStream, FailsAsWithoutStreaming) {
  struct Case {
    const char* kind;
    int status;
  };
  for (const Case& c : {Case{"rate_limit", 1}, Case{"refusal", 1}, Case{"server_error", 1}, Case{"html", 2},
                        Case{"malformed", 2}, Case{"no_tool_call", 1}, Case{"truncated", 1}}) {
    const Finished plain = extract({"--misbehave", c.kind}, {"--max-retries", "0"});
    const Finished streamed = extract({"--misbehave", c.kind}, {"--max-retries", "0", "--stream"});
    EXPECT_EQ(plain.status, c.status) << c.kind << plain.err;
    EXPECT_EQ(streamed.status, c.status) << c.kind << streamed.err;
    EXPECT_FALSE(streamed.err.empty()) << c.kind;
  }
}

TEST_F(ExtractStream, GoesOnAfterADocumentThatFails) {
  const std::string other = dir_.write("other.txt", "Another text.");
  const Finished streamed =
      extract({"--script", script({{{"refuses", "not\x1b[2J this one"}}, {{"answer", hostile_ticket()}}})},
              {"--stream", text_, other});
  EXPECT_EQ(streamed.status, 1);
  EXPECT_NE(streamed.err.find("not\\u001b[2J this one"), std::string::npos) << streamed.err;
  EXPECT_EQ(json_lines(streamed.out).back().at("document"), other);
}

TEST_F(ExtractStream, WritesNothingThatSteersATerminal) {
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {"--json"}, {"--stream"}, {"--stream", "--verbose"}}) {
    const Finished done = extract({"--script", script({{{"answer", hostile_ticket()}}})}, options);
    ASSERT_EQ(done.status, 0) << done.err;
    for (const std::string& text : {done.out, done.err})
      for (const char* steering : {"\x1b", "\x07", "\x7F", "\r", "\u009B", "\u202E"})
        EXPECT_EQ(text.find(steering), std::string::npos) << text;
  }
}

// ---- for people --------------------------------------------------------------------------------------------------

/// Sends an answer piece by piece, each when the test says so.
class PacedServer {
 public:
  explicit PacedServer(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  ~PacedServer() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
  }
  PacedServer(const PacedServer&) = delete;
  PacedServer& operator=(const PacedServer&) = delete;

  std::string url() const { return server_.url(); }

  void send_next(std::size_t count = 1) {
    {
      const std::lock_guard lock(mutex_);
      allowed_ += count;
    }
    changed_.notify_all();
  }

 private:
  static std::string event(const Json& delta, const Json& finish_reason) {
    const Json choice{{"index", 0}, {"delta", delta}, {"finish_reason", finish_reason}};
    return "data: " +
           encode(Json{{"id", "c"}, {"object", "chat.completion.chunk"}, {"model", "m"}, {"choices", {choice}}}) +
           "\n\n";
  }

  bool wait_for(std::size_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return over_ || allowed_ > number; });
    return !over_;
  }

  void answer(support::Connection& connection) {
    if (connection.read_request().empty()) return;
    Json call{{"index", 0}, {"id", "1"}, {"type", "function"}, {"function", {{"name", "Ticket"}, {"arguments", ""}}}};
    connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" +
                     event({{"role", "assistant"}, {"tool_calls", {call}}}, nullptr));
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (!wait_for(i)) return;
      connection.write(event({{"tool_calls", {{{"index", 0}, {"function", {{"arguments", pieces_[i]}}}}}}}, nullptr));
    }
    connection.write(event(Json::object(), "tool_calls") + "data: [DONE]\n\n");
  }

  std::vector<std::string> pieces_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t allowed_ = 0;
  bool over_ = false;
  support::RawServer server_{[this](support::Connection& connection) { answer(connection); }};
};

std::vector<std::string> pieces_of(const std::string& text, std::size_t size) {
  std::vector<std::string> pieces;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(begin + size, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

const std::vector<std::string> key{"OPENAI_API_KEY=practice-key"};

TEST_F(ExtractStream, ShowsTheObjectGrow) {
  PacedServer server({R"({"subject":"Char)", R"(ged","priority":"hi)", R"(gh","customer":{"name":"Ada)",
                      R"("},"items":[],"tags":[)", R"("x"]})"});
  InTerminal run(command(server.url(), {"--stream", text_}), 60, 20, key);
  EXPECT_TRUE(run.shows("attempt 1"));
  EXPECT_TRUE(run.shows("waiting for the answer"));
  EXPECT_FALSE(run.terminal.cursor_visible);
  server.send_next();
  EXPECT_TRUE(run.shows("subject:  Char\u258C"));
  EXPECT_TRUE(run.terminal.shows("priority: -"));
  EXPECT_TRUE(run.terminal.shows("customer: -"));
  server.send_next();
  EXPECT_TRUE(run.shows("subject:  Charged"));
  EXPECT_FALSE(run.terminal.shows("\u258C"));
  EXPECT_TRUE(run.terminal.shows("priority: -"));
  server.send_next();
  EXPECT_TRUE(run.shows("  name: Ada\u258C"));
  EXPECT_TRUE(run.terminal.shows("priority: high"));
  server.send_next();
  EXPECT_TRUE(run.shows("tags:     \u258C"));
  server.send_next();
  EXPECT_EQ(run.finish(), 0);
  EXPECT_EQ(run.terminal.foreign, "");
  EXPECT_TRUE(run.terminal.cursor_visible);
  EXPECT_EQ(run.terminal.text(),
            "subject:  Charged\npriority: high\ncustomer:\n  name: Ada\nitems:    []\ntags:\n  - x\n");
}

TEST_F(ExtractStream, FitsEveryTerminalAndEndsAsWithoutStreaming) {
  for (const std::size_t columns : {40U, 80U, 120U}) {
    const Finished plain = extract({"--script", script({{{"answer", hostile_ticket()}}})}, {text_},
                                   {"COLUMNS=" + std::to_string(columns)});
    ASSERT_EQ(plain.status, 0) << plain.err;
    for (const std::size_t rows : {10U, 24U}) {
      const std::vector<std::string> pieces = pieces_of(encode(hostile_ticket()), 90);
      PacedServer server(pieces);
      InTerminal run(command(server.url(), {"--stream", text_}), columns, rows, key);
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        server.send_next();
        EXPECT_TRUE(i + 1 == pieces.size() || run.draws());
        EXPECT_LE(run.terminal.lines().size(), rows) << run.terminal.text();
      }
      EXPECT_EQ(run.finish(), 0);
      EXPECT_EQ(run.terminal.foreign, "");
      EXPECT_TRUE(run.terminal.cursor_visible);
      EXPECT_TRUE(run.terminal.wraps);
      EXPECT_FALSE(run.terminal.overflowed) << columns << "x" << rows;
      EXPECT_EQ(run.terminal.foreign, "");
      EXPECT_EQ(run.terminal.text(), plain.out);
    }
  }
}

TEST_F(ExtractStream, ShowsTheEndOfWhatDoesNotFit) {
  Json ticket = hostile_ticket();
  const std::string text = encode(ticket);
  const std::size_t cut = text.find("item 11") + 6;
  const std::size_t begun = text.find("Kettle", 200);
  PacedServer server({text.substr(0, begun), text.substr(begun, cut - begun), text.substr(cut)});
  InTerminal run(command(server.url(), {"--stream", text_}), 40, 10, key);
  server.send_next();
  EXPECT_TRUE(run.shows("subject:  \u2026"));
  EXPECT_TRUE(run.terminal.shows("\u258C"));
  server.send_next();
  EXPECT_TRUE(run.shows("title: item 1\u258C"));
  EXPECT_TRUE(run.terminal.shows("lines above"));
  EXPECT_TRUE(run.terminal.shows("below"));
  EXPECT_TRUE(run.terminal.shows("attempt 1"));
  server.send_next();
  EXPECT_EQ(run.finish(), 0);
  EXPECT_EQ(run.terminal.foreign, "");
}

TEST_F(ExtractStream, ShowsLineBreaksAndEscapesAsText) {
  const std::string text = encode(hostile_ticket());
  const std::size_t cut = text.find("\"items\"");
  PacedServer server({text.substr(0, cut), text.substr(cut)});
  InTerminal run(command(server.url(), {"--stream", text_}), 120, 24, key);
  server.send_next();
  EXPECT_TRUE(run.shows(R"(  name: Ada\u001b[2J\u001b]0;owned\u0007\u009b31m  Bob\u007f\u202e)"));
  server.send_next();
  EXPECT_EQ(run.finish(), 0);
  EXPECT_EQ(run.terminal.foreign, "");
}

TEST_F(ExtractStream, NoticesThatTheTerminalIsResized) {
  const std::string text = encode(hostile_ticket());
  const std::size_t cut = text.find("\"priority\"");
  PacedServer server({text.substr(0, cut), text.substr(cut)});
  InTerminal run(command(server.url(), {"--stream", text_}), 40, 24, key);
  server.send_next();
  EXPECT_TRUE(run.shows("subject:  Kettle"));
  const std::string narrow = run.terminal.lines().front();
  run.widen(100, 24);
  EXPECT_TRUE(run.shows("Kettle \u6771\u4EAC e\u0301\u0301 3"));
  EXPECT_GT(run.terminal.lines().front().size(), narrow.size());
  server.send_next();
  EXPECT_EQ(run.finish(), 0);
  EXPECT_EQ(run.terminal.foreign, "");
  EXPECT_FALSE(run.terminal.overflowed);
  EXPECT_FALSE(run.terminal.shows("attempt"));
}

TEST_F(ExtractStream, SaysInTheViewThatItAsksAgain) {
  const Json valid{{"subject", "Charged twice"},
                   {"priority", "low"},
                   {"customer", {{"name", "Ada"}}},
                   {"items", Json::array()},
                   {"tags", {"x"}}};
  Json invalid = valid;
  invalid["priority"] = "soon";
  // The pace is only there so that the view is drawn meanwhile.
  const PracticeServer practice(INSTRUCTOR_PROGRAM,
                                {"--script", script({{{"answer", invalid}}, {{"answer", valid}, {"delay_ms", 500}}})});
  InTerminal run(command(practice.url(), {"--stream", text_}), 80, 24, key);
  EXPECT_TRUE(run.shows("not valid, asked again"));
  EXPECT_TRUE(run.terminal.shows("attempt 2"));
  EXPECT_FALSE(run.terminal.shows("Charged twice"));
  EXPECT_EQ(run.finish(), 0);
  EXPECT_EQ(run.terminal.foreign, "");
  EXPECT_EQ(run.terminal.text(),
            "subject:  Charged twice\npriority: low\ncustomer:\n  name: Ada\nitems:    []\ntags:\n  - x\n");
}

TEST_F(ExtractStream, GivesTheTerminalBackWhenItIsInterrupted) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    PacedServer server({R"({"subject":"Char)", "never sent"});
    InTerminal run(command(server.url(), {"--stream", text_}), 60, 20, key);
    server.send_next();
    EXPECT_TRUE(run.shows("subject:  Char\u258C"));
    EXPECT_FALSE(run.terminal.cursor_visible);
    run.send(signal);
    EXPECT_EQ(run.finish(), -signal);
    EXPECT_TRUE(run.terminal.cursor_visible);
    EXPECT_TRUE(run.terminal.wraps);
  }
}

TEST_F(ExtractStream, GivesTheTerminalBackWhenItFails) {
  const PracticeServer practice(INSTRUCTOR_PROGRAM, {"--cut", "20"});
  InTerminal run(command(practice.url(), {"--stream", text_}), 200, 20, key);
  EXPECT_EQ(run.finish(), 1);
  EXPECT_TRUE(run.terminal.cursor_visible);
  const std::vector<std::string> lines = run.terminal.lines();
  ASSERT_EQ(lines.size(), 2U) << run.terminal.text();
  EXPECT_TRUE(lines[0].starts_with(text_ + ": instructor: ")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("  what had arrived: {")) << lines[1];
}

TEST_F(ExtractStream, HeadsEachDocumentAndEndsWithTheTable) {
  const std::string other = dir_.write("other.txt", "Another text.");
  const PracticeServer practice(INSTRUCTOR_PROGRAM, {"--chunk-delay", "5"});
  const Finished plain = extract({}, {text_, other}, {"COLUMNS=80"});
  InTerminal run(command(practice.url(), {"--stream", text_, other}), 80, 24, key);
  EXPECT_TRUE(run.shows("mail.txt (1 of 2)"));
  EXPECT_TRUE(run.shows("other.txt (2 of 2)"));
  EXPECT_EQ(run.finish(), 0);
  EXPECT_EQ(run.terminal.foreign, "");
  EXPECT_EQ(run.terminal.text(), plain.out);
}

TEST_F(ExtractStream, DrawsNothingWhereNothingCanBeDrawn) {
  const PracticeServer practice(INSTRUCTOR_PROGRAM, {});
  std::vector<std::string> dumb = key;
  dumb.emplace_back("TERM=dumb");
  InTerminal in_dumb(command(practice.url(), {"--stream", text_}), 500, 100, dumb);
  EXPECT_EQ(in_dumb.finish(), 0);
  EXPECT_TRUE(in_dumb.terminal.text().starts_with(R"({"document":)")) << in_dumb.terminal.text();
  InTerminal as_json(command(practice.url(), {"--stream", "--json", text_}), 500, 100, key);
  EXPECT_EQ(as_json.finish(), 0);
  EXPECT_TRUE(as_json.terminal.text().starts_with(R"({"document":)")) << as_json.terminal.text();
  EXPECT_EQ(as_json.terminal.frames, 0U);
}

}  // namespace
}  // namespace instructor
