// What compilers know of types and dialects.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "instructor/fits.hpp"
#include "instructor/json.hpp"
#include "instructor/literal.hpp"
#include "instructor/lowering.hpp"

#include <nlohmann/json.hpp>

namespace instructor {
namespace {

struct Money {
  double amount;
  std::string currency;
};
struct Ticket {
  std::string title;
  std::optional<int> priority;
  std::vector<Money> amounts;
};
struct WithMap {
  std::string title;
  struct Inner {
    std::map<std::string, int> amounts;
  } inner;
};
struct WithTuple {
  std::vector<std::pair<int, std::string>> rows;
};
struct Node {
  int value;
  std::vector<Node> children;
};
struct Anything {
  Json payload;
};
struct Cat {
  Literal<"cat"> kind;
};
struct Dog {
  Literal<"dog"> kind;
  std::optional<int> age;
};
struct Owner {
  std::optional<std::string> name;
  std::variant<Cat, Dog> pet;
  std::optional<std::variant<int, std::string>> number;
};
struct NullOnly {
  std::monostate nothing;
};
struct MustSay {
  std::vector<std::optional<int>> numbers;
};
template <int Depth>
struct Deep {
  Deep<Depth - 1> inner;
};
template <>
struct Deep<0> {
  int value;
};
struct Many {
  std::optional<int> a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q;
};

static_assert(fits<Ticket>(dialect::openai_strict));
static_assert(fits<std::vector<int>>(dialect::openai_strict));
static_assert(!fits<WithMap>(dialect::openai_strict));
static_assert(fits<WithMap>(dialect::openai_strict) == false);
static_assert(fits<WithMap>(dialect::openai_strict) || fits<WithMap>(dialect::gemini_schema));
static_assert(!(fits<Ticket>(dialect::openai_strict) && fits<WithMap>(dialect::openai_strict)));
constexpr bool map_fits = fits<WithMap>(dialect::openai_strict);
static_assert(!map_fits);
static_assert(why_not<Ticket>(dialect::openai_strict).empty());
static_assert(why_not<WithMap>(dialect::openai_strict) == "/inner/amounts: an object with free keys (a map)");
static_assert(why_not<WithTuple>(dialect::openai_strict) == "/rows/*: a list whose items differ in type (a tuple)");
static_assert(why_not<Anything>(dialect::anthropic_strict) == "/payload: a value of any type");
static_assert(why_not<Node>(dialect::anthropic_strict) == "/children/*: a type that holds itself (Node)");
static_assert(why_not<Owner>(dialect::cohere) == "/pet: one of several types");
static_assert(why_not<std::map<std::string, int>>(dialect::openai_strict) ==
              "/content: an object with free keys (a map)");
static_assert(why_not<Deep<11>>(dialect::openai_strict).ends_with(": nested deeper than 10 levels"));
static_assert(why_not<Many>(dialect::anthropic_strict) == "/q: here there are more than 16 unions");

template <class T>
void expect_agreement(const char* name) {
  for (const Dialect* const dialect : dialect::all) {
    const LoweredSchema& form = lowered<T>(*dialect);
    EXPECT_EQ(fits<T>(*dialect), form.fits())
        << name << " in " << dialect->name() << ": " << why_not<T>(*dialect) << " / " << form.why_not();
  }
}

TEST(Fits, IsWhatLoweringFindsAtRunTime) {
  expect_agreement<Ticket>("Ticket");
  expect_agreement<WithMap>("WithMap");
  expect_agreement<WithTuple>("WithTuple");
  expect_agreement<Node>("Node");
  expect_agreement<Anything>("Anything");
  expect_agreement<Owner>("Owner");
  expect_agreement<NullOnly>("NullOnly");
  expect_agreement<MustSay>("MustSay");
  expect_agreement<Deep<9>>("Deep<9>");
  expect_agreement<Deep<10>>("Deep<10>");
  expect_agreement<Many>("Many");
  expect_agreement<int>("int");
  expect_agreement<std::vector<Node>>("std::vector<Node>");
  expect_agreement<std::variant<Cat, Dog>>("std::variant<Cat, Dog>");
  expect_agreement<std::tuple<int, int>>("std::tuple<int, int>");
  expect_agreement<std::map<std::string, Ticket>>("std::map<std::string, Ticket>");
}

TEST(Fits, IsABoolAtRunTime) {
  const bool map = fits<WithMap>(dialect::openai_strict);
  EXPECT_FALSE(map);
  if (fits<WithMap>(dialect::openai_strict)) FAIL();
  const Dialect& some = dialect::openai_strict;
  EXPECT_EQ(why_not<WithMap>(some), why_not<WithMap>(dialect::openai_strict));
}

}  // namespace
}  // namespace instructor
