// Soft checks and `Issues::warn`: what is reported of values that are valid.

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/context.hpp"
#include "instructor/stream.hpp"

namespace instructor {
namespace {

bool is_short(const std::string& text) { return text.size() <= 5; }

struct Line {
  int quantity = 1;

  static constexpr auto describe() {
    return model<Line>(field<&Line::quantity>(
        ge(0), soft_check([](int quantity) { return quantity < 100; }, "is that really so many?")));
  }
};

struct Order {
  std::string title;
  std::optional<std::string> note;
  std::vector<Line> lines;

  static constexpr auto describe() {
    return model<Order>(
        field<&Order::title>(soft_check<is_short>("shorter is better"),
                             check([](const std::string& title) { return title != "bad"; }, "not this one"),
                             soft_check(
                                 [](const std::string& title, const Context& context) {
                                   return context.find("banned") == nullptr || title != context.text("banned");
                                 },
                                 "has had its day")),
        field<&Order::note>(soft_check(
            [](const std::string& note) {
              if (note == "throw") throw std::runtime_error("broken");
              return true;
            },
            "cannot be judged")));
  }

  void validate(Issues& issues) const {
    if (lines.empty()) issues.warn(&Order::lines, "nothing is ordered");
    if (lines.size() > 2) issues.warn("a large order");
    if (lines.size() > 3) issues.warn_at("/lines/3", "look at this one");
    if (lines.size() > 4) issues.add(&Order::lines, "too many");
  }
};

std::string warnings_of(std::string_view text, const DecodeOptions& options = {}) {
  Issues warnings;
  const auto order = decode<Order>(text, warnings, options);
  std::string out;
  for (const Issue& warning : warnings) {
    EXPECT_EQ(warning.severity, Severity::warning);
    out += warning.path + " " + std::string(to_string(warning.code)) + ": " + warning.text() + "\n";
  }
  if (!order)
    for (const Issue& issue : order.error()) {
      EXPECT_EQ(issue.severity, Severity::error);
      out += "not valid: " + issue.path + " " + issue.text() + "\n";
    }
  return out;
}

TEST(SoftChecks, ReportAndDoNotFail) {
  EXPECT_EQ(warnings_of(R"({"title":"short","lines":[{"quantity":1}]})"), "");
  EXPECT_EQ(warnings_of(R"({"title":"longer","lines":[{"quantity":1},{"quantity":100}]})"),
            "/title assertion_error: shorter is better, got \"longer\"\n"
            "/lines/1/quantity assertion_error: is that really so many?, got 100\n");
  EXPECT_TRUE(decode<Order>(R"({"title":"longer","lines":[]})"));
}

TEST(SoftChecks, AreForValuesThatAreValidOtherwise) {
  EXPECT_EQ(warnings_of(R"({"title":"bad","lines":[{"quantity":-1}]})"),
            "not valid: /title not this one, got \"bad\"\nnot valid: /lines/0/quantity expected at least 0, got -1\n");
}

TEST(SoftChecks, MayThrowAndMayAskTheContext) {
  EXPECT_EQ(warnings_of(R"({"title":"a","note":"throw","lines":[{"quantity":1}]})"),
            "/note assertion_error: cannot be judged (broken), got \"throw\"\n");
  const Context context = Context().set("banned", "old");
  DecodeOptions options;
  options.context = &context;
  EXPECT_EQ(warnings_of(R"({"title":"old","note":null,"lines":[{"quantity":1}]})", options),
            "/title assertion_error: has had its day, got \"old\"\n");
}

TEST(Warn, ReportsOfTheWholeObject) {
  EXPECT_EQ(warnings_of(R"({"title":"a","lines":[]})"), "/lines value_error: nothing is ordered\n");
  EXPECT_EQ(warnings_of(R"({"title":"a","lines":[{},{},{},{}]})"),
            " value_error: a large order\n/lines/3 value_error: look at this one\n");
  EXPECT_EQ(warnings_of(R"({"title":"a","lines":[{},{},{},{},{}]})"),
            " value_error: a large order\n/lines/3 value_error: look at this one\nnot valid: /lines too many\n");
}

TEST(Warnings, AreWithDecodersToo) {
  const std::string text = R"({"title":"longer","lines":[{"quantity":100}]})";
  Decoder<Order> decoder;
  PartialDecoder<Order> live;
  for (const char c : text) {
    decoder.feed({&c, 1});
    live.feed({&c, 1});
  }
  EXPECT_EQ(decoder.warnings().total(), 2U);
  EXPECT_EQ(live.warnings().total(), 2U);
  EXPECT_TRUE(live.issues().empty());
  EXPECT_TRUE(live.partial().is_complete<&Order::title>());
  EXPECT_TRUE(decoder.finish());
  EXPECT_TRUE(live.finish());
}

TEST(Warnings, AreOfTheLastDecoding) {
  Issues warnings;
  (void)decode<Order>(R"({"title":"longer","lines":[]})", warnings);
  EXPECT_EQ(warnings.total(), 2U);
  (void)decode<Order>(R"({"title":"a","lines":[{}]})", warnings);
  EXPECT_TRUE(warnings.empty());
}

struct Flood {
  std::vector<int> items;

  void validate(Issues& issues) const {
    for (std::size_t i = 0; i < 3000; ++i) issues.warn("again");
    issues.add("the one that counts");
  }
};

TEST(Warnings, NeverCrowdOutWhatIsWrong) {
  Issues warnings;
  const auto value = decode<Flood>(R"({"items":[]})", warnings);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().text(), "  the one that counts\n");
  EXPECT_EQ(warnings.size(), Issues::capacity);
  EXPECT_EQ(warnings.total(), 3000U);
}

}  // namespace
}  // namespace instructor
