// However the bytes of a stream are cut up, it gives the same result, and its fields are complete in the same order.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

struct Line {
  std::string text;
  std::optional<double> amount;
};

struct Receipt {
  std::string shop;
  std::vector<Line> lines;
  bool paid;

  static constexpr auto describe() { return model<Receipt>("", field<&Receipt::shop>(when_done)); }
};

/// A response that comes in given pieces.
class Pieces final : public HttpExchange {
 public:
  explicit Pieces(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {
    head_.status = 200;
    head_.headers.push_back({"content-type", "text/event-stream; charset=utf-8"});
  }
  const HttpHead& head() override { return head_; }
  std::string_view read() override {
    while (at_ < pieces_.size() && pieces_[at_].empty()) ++at_;
    return at_ < pieces_.size() ? pieces_[at_++] : std::string_view();
  }

 private:
  HttpHead head_;
  std::vector<std::string_view> pieces_;
  std::size_t at_ = 0;
};

class InPieces final : public Transport {
 public:
  explicit InPieces(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {}
  void send(const HttpRequest&, HttpSink&) override { ADD_FAILURE() << "a stream was wanted"; }
  std::unique_ptr<HttpExchange> open(HttpRequest) override { return std::make_unique<Pieces>(pieces_); }

 private:
  std::vector<std::string_view> pieces_;
};

std::string outcome(std::vector<std::string_view> pieces, Mode mode) {
  const Client client =
      from_provider("openai/x", ClientOptions().api_key("k").mode(mode).transport(std::make_shared<InPieces>(pieces)));
  auto stream = client.create_partial<Receipt>(Request("x").max_retries(0));
  std::string told;
  stream.on_change(
      [&](const std::string& path, const FieldChange& change) { told += path + "=" + std::string(change.json) + "\n"; },
      Coalesce::per_field());
  try {
    const Receipt receipt = stream.result();
    return told + encode(receipt) + " " + std::to_string(stream.completion().usage.total_tokens) + " " +
           std::string(to_string(stream.completion().finish_reason));
  } catch (const Error& error) {
    return told + error.what();
  }
}

std::string events(const std::string& answer, bool as_call, std::string_view line_end, std::size_t step) {
  std::string body = ": hello" + std::string(line_end) + std::string(line_end);
  const auto event = [&](const std::string& data) {
    body += "data: " + data + std::string(line_end) + std::string(line_end);
  };
  const auto delta = [&](const std::string& text) {
    const std::string quoted = encode(text);
    return as_call ? R"("tool_calls":[{"index":0,"function":{"arguments":)" + quoted + "}}]" : "\"content\":" + quoted;
  };
  if (as_call)
    event(
        R"({"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"Receipt","arguments":""}}]}}]})");
  for (std::size_t at = 0; at < answer.size();) {
    std::size_t end = std::min(at + step, answer.size());
    while (end < answer.size() && (static_cast<unsigned char>(answer[end]) & 0xC0) == 0x80) ++end;
    event(R"({"id":"a","model":"m","choices":[{"index":0,"delta":{)" + delta(answer.substr(at, end - at)) + "}}]}");
    at = end;
  }
  event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
  event(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}})");
  event("[DONE]");
  return body;
}

TEST(Streams, AreTheSameHoweverTheyAreCutUp) {
  const std::string good =
      R"({"shop":"Café \"Zur Brücke\"","lines":[{"text":"Tee\n\u00e9","amount":2.5},{"text":"x"}],"paid":true})";
  const std::string bad = R"({"shop":"a","lines":[{"text":5,"amount":"b"}],"paid":true})";
  const std::string cut = R"({"shop":"a","lines":[{"text":"b)";
  for (const std::string& answer : {good, bad, cut}) {
    for (const bool as_call : {true, false}) {
      for (const std::string_view line_end : {"\n", "\r\n", "\r"}) {
        if (line_end != "\n" && answer != good) continue;
        const std::string body = events(answer, as_call, line_end, as_call ? 5 : 3);
        const Mode mode = as_call ? Mode::tools : Mode::json_schema;
        const std::string whole = outcome({body}, mode);
        for (std::size_t at = 1; at < body.size(); ++at)
          ASSERT_EQ(outcome({std::string_view(body).substr(0, at), std::string_view(body).substr(at)}, mode), whole)
              << "cut at " << at;
        std::vector<std::string_view> bytes;
        for (std::size_t at = 0; at < body.size(); ++at) bytes.push_back(std::string_view(body).substr(at, 1));
        EXPECT_EQ(outcome(bytes, mode), whole);
      }
    }
  }
}

}  // namespace
}  // namespace instructor
