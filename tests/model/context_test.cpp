#include "instructor/context.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/stream.hpp"
#include "instructor/testing.hpp"
#include "support/decode_all_ways.hpp"

namespace instructor {
namespace {

using support::decode_all_ways;
using support::issues_of;

struct Limits {
  int most = 0;
};

TEST(Context, KeepsValuesByNameAndObjectsByType) {
  Context context;
  EXPECT_TRUE(context.empty());
  context.set("name", "Ada").set("age", 36).set("list", Json{1, 2}).set(Limits{5}).set(std::string("a string"));
  EXPECT_EQ(context.text("name"), "Ada");
  EXPECT_EQ(context["age"], 36);
  EXPECT_EQ(context["list"].size(), 2U);
  EXPECT_EQ(context.get<Limits>().most, 5);
  EXPECT_EQ(context.get<std::string>(), "a string");
  EXPECT_EQ(context.find("nothing"), nullptr);
  EXPECT_EQ(context.find<double>(), nullptr);
  EXPECT_FALSE(context.empty());
  context.set("name", std::string("Eve")).set(Limits{7});
  EXPECT_EQ(context.text("name"), "Eve");
  EXPECT_EQ(context.get<Limits>().most, 7);
}

TEST(Context, SharesWhatItHolds) {
  Context context;
  context.set(std::make_shared<int>(5)).set("name", "Ada");
  const Context copy = context;
  EXPECT_EQ(&copy.text("name"), &context.text("name"));
  EXPECT_EQ(&copy.get<std::shared_ptr<int>>(), &context.get<std::shared_ptr<int>>());
}

TEST(Context, TakesWhatIsMissing) {
  Context context;
  context.set("a", 1).set(Limits{1});
  context.add_missing(Context().set("a", 2).set("b", 3).set(Limits{2}).set(4.5));
  EXPECT_EQ(context["a"], 1);
  EXPECT_EQ(context["b"], 3);
  EXPECT_EQ(context.get<Limits>().most, 1);
  EXPECT_EQ(context.get<double>(), 4.5);
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::missing_context);
    EXPECT_EQ(error.category(), ErrorCategory::fix_program);
    return error.message();
  }
  return "no error";
}

TEST(Context, NamesWhatIsMissing) {
  const Context context = Context().set("age", 36);
  EXPECT_EQ(
      message_of([&] { (void)context["document"]; }),
      "the call's context has no value \"document\"; set it with Context::set(\"document\", ...) and pass it with "
      "Request::context or DecodeOptions::context");
  EXPECT_EQ(message_of([&] { (void)context.get<Limits>(); }),
            "the call's context has no Limits; set one with Context::set(Limits(...)) and pass it with "
            "Request::context or DecodeOptions::context");
  EXPECT_EQ(message_of([&] { (void)context.text("age"); }),
            "the value \"age\" of the call's context is to be a text and is number; read it with context[\"age\"], or "
            "set a text");
}

// ---- in models ---------------------------------------------------------------------------------------------------

bool is_short(const std::string& text, const Context& context) {
  return static_cast<int>(text.size()) <= context.get<Limits>().most;
}
bool is_not_empty(const std::string& text) { return !text.empty(); }
void cut(std::string& text, const Context& context) {
  if (const Json* const length = context.find("cut")) text.resize(length->get<std::size_t>());
}

struct Citation {
  std::string quote;
  std::optional<std::string> note;
  int page = 1;

  static constexpr auto describe() {
    return model<Citation>(
        field<&Citation::quote>(transform<cut>(), check<is_not_empty>("must not be empty"),
                                check([](const std::string& quote,
                                         const Context& context) { return context.text("document").contains(quote); },
                                      "must be in the document, word for word")),
        field<&Citation::note>(check<is_short>("too long"), check<is_not_empty>("must not be empty")),
        field<&Citation::page>(transform([](int page, const Context& context) {
          const Json* const first = context.find("first_page");
          return first == nullptr ? page : page + first->get<int>();
        })));
  }

  void validate(Issues& issues, const Context& context) const {
    if (const Json* const pages = context.find("pages"); pages != nullptr && page > *pages)
      issues.add(&Citation::page, "there are only " + std::to_string(pages->get<int>()));
  }
};

const Context whales = Context().set("document", "Call me Ishmael.").set(Limits{3});

DecodeOptions with(const Context& context) {
  DecodeOptions options;
  options.context = &context;
  return options;
}

TEST(ContextInChecks, IsTheirFurtherArgument) {
  EXPECT_EQ(issues_of<Citation>(R"({"quote":"Call me","note":"abc"})", with(whales)), "valid");
  EXPECT_EQ(issues_of<Citation>(R"({"quote":"Call him","note":"abcd"})", with(whales)),
            "/quote assertion_error\n/note assertion_error\n");
  EXPECT_EQ(issues_of<Citation>(R"({"quote":"","note":null})", with(whales)), "/quote assertion_error\n");
  EXPECT_EQ(issues_of<Citation>(R"({"quote":"me","note":""})", with(whales)), "/note assertion_error\n");
}

TEST(ContextInChecks, ReachesTransformsAndValidate) {
  Context context = whales;
  context.set("cut", 4).set("first_page", 10).set("pages", 12);
  const auto value = decode_all_ways<Citation>(R"({"quote":"Call him","page":2})", with(context));
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(value->quote, "Call");
  EXPECT_EQ(value->page, 12);
  EXPECT_EQ(decode<Citation>(R"({"quote":"Call him","page":3})", with(context)).error().text(),
            "  /page  there are only 12\n");
}

TEST(ContextInChecks, ReachesEveryWayOfDecoding) {
  for (const bool right : {true, false}) {
    const std::string text = right ? R"({"quote":"Ishmael"})" : R"({"quote":"Ahab"})";
    Decoder<Citation> decoder(with(whales));
    decoder.feed(text);
    EXPECT_EQ(decoder.finish().has_value(), right);
    PartialDecoder<Citation> live(with(whales));
    live.feed(text);
    EXPECT_EQ(live.issues().empty(), right);
    EXPECT_EQ(live.finish().has_value(), right);
    EXPECT_EQ(decode<std::vector<Citation>>("[" + text + "]", with(whales)).has_value(), right);
  }
}

struct Other {
  std::string quote;
};

TEST(ContextInChecks, ReachesAlternativesThatAreTried) {
  using Either = std::variant<Citation, Other>;
  EXPECT_EQ(decode<Either>(R"({"quote":"Ishmael"})", with(whales))->index(), 0U);
  EXPECT_EQ(decode<Either>(R"({"quote":"Ahab"})", with(whales))->index(), 1U);
}

TEST(ContextInChecks, IsMissedAtOnce) {
  const std::string missed = "the call's context has no value \"document\"; ";
  EXPECT_TRUE(message_of([] { (void)decode<Citation>(R"({"quote":"Call me"})"); }).starts_with(missed));
  PartialDecoder<Citation> live;
  EXPECT_TRUE(message_of([&] { live.feed(R"({"quote":"Call me")"); }).starts_with(missed));
  // What is wrong before the check is told first.
  EXPECT_EQ(issues_of<Citation>(R"({"quote":5})"), "/quote string_type\n");
}

TEST(ContextInChecks, IsNothingToRunTimeModels) {
  const auto model = DynamicModel::from_json_schema(R"({"type":"object","properties":{"quote":{"type":"string"}}})");
  EXPECT_TRUE(model.decode(R"({"quote":"Ahab"})", with(whales)));
}

TEST(ContextInChecks, IsGivenToFakes) {
  EXPECT_THROW((void)testing::fake<Citation>(1), Error);
  const Context any = Context().set("document", "x").set(Limits{1000}).set("cut", 0);
  EXPECT_THROW((void)testing::fake<Citation>(1, with(any)), Error);  // an empty quote
  const Context one = Context().set("document", "amber birch cedar delta").set(Limits{1000}).set("cut", 1);
  EXPECT_EQ(testing::fake<Citation>(1, with(one)).quote.size(), 1U);
}

struct Asks {
  int value;

  static constexpr auto describe() {
    return model<Asks>(field<&Asks::value>(
        check([](int) -> bool { throw Error(ErrorCode::timeout, "nobody answers"); }, "cannot be confirmed")));
  }
};

TEST(Checks, MayThrowOtherErrorsAsTheyLike) {
  EXPECT_EQ(decode<Asks>(R"({"value":1})").error()[0].text(),
            "cannot be confirmed (instructor: nobody answers), got 1");
}

}  // namespace
}  // namespace instructor
