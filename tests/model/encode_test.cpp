#include "model/encode.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"

namespace instructor {
namespace {

enum class Color { red, green };

struct Inner {
  int x = 1;
  std::optional<int> y;
};

struct All {
  bool b = true;
  std::int64_t i = -5;
  std::uint64_t u = std::numeric_limits<std::uint64_t>::max();
  double d = 0.1;
  float f = 0.1F;
  std::string s = "a\"b\n";
  Color c = Color::green;
  std::optional<int> none;
  std::optional<int> some = 3;
  std::vector<Inner> list = {{}, {2, 4}};
  std::set<int> set = {2, 1};
  std::map<std::string, double> map = {{"k", 1.5}};
  std::tuple<int, std::string> tuple = {1, "x"};
  std::array<bool, 2> array = {true, false};
  std::vector<bool> bits = {false};
  std::unique_ptr<Inner> pointer;
};

TEST(Encode, JsonKeepsIntegersAndFloatsApart) {
  const std::string text = R"([1,1.0,-0.0,1e+22,18446744073709551615])";
  EXPECT_EQ(encode(decode<Json>(text).value()), text);
}

TEST(Encode, WritesEverything) {
  EXPECT_EQ(encode(All{}),
            R"({"b":true,"i":-5,"u":18446744073709551615,"d":0.1,"f":0.1,"s":"a\"b\n","c":"green","some":3,)"
            R"("list":[{"x":1},{"x":2,"y":4}],"set":[1,2],"map":{"k":1.5},"tuple":[1,"x"],"array":[true,false],)"
            R"("bits":[false]})");
}

TEST(Encode, IsReadBackTheSame) {
  const std::string text = encode(All{});
  const auto back = decode<All>(text);
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(encode(*back), text);
}

TEST(Encode, Indents) {
  EXPECT_EQ(encode(Inner{1, 2}, 2), "{\n  \"x\": 1,\n  \"y\": 2\n}");
  EXPECT_EQ(encode(std::vector<int>{}, 2), "[]");
  EXPECT_EQ(encode(std::vector<int>{1}, 1), "[\n 1\n]");
}

template <class T>
std::string failure(const T& value) {
  try {
    (void)encode(value);
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    return error.message();
  }
}

TEST(Encode, RefusesWhatHasNoJsonForm) {
  EXPECT_EQ(failure(std::vector<double>{1, std::nan("")}),
            "this value has no JSON form: a number that is not finite at /1");
  EXPECT_EQ(failure(std::map<std::string, double>{{"a", INFINITY}}),
            "this value has no JSON form: a number that is not finite at /a");
  EXPECT_EQ(failure(std::string("\xFF")), "this value has no JSON form: text that is not valid UTF-8");
  EXPECT_EQ(failure(static_cast<Color>(9)), "this value has no JSON form: an enumerator without a name (Color 9)");
}

struct Node {
  std::vector<Node> next;
};

TEST(Encode, BoundsDepth) {
  Node root;
  Node* last = &root;
  for (int i = 0; i < 200; ++i) last = &last->next.emplace_back();
  EXPECT_NE(failure(root).find("more than 128 levels of nesting"), std::string::npos);
}

TEST(Encode, WritesJson) {
  const Json json = Json::parse(R"({"b":[1,-2,2.5,null,true,"é"],"a":{}})");
  EXPECT_EQ(encode(json), R"({"b":[1,-2,2.5,null,true,"é"],"a":{}})");
}

}  // namespace
}  // namespace instructor
