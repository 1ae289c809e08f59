#include "instructor/stream.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

namespace instructor {
namespace {

enum class Color { red, green, blue };

struct Address {
  std::string city;
  int zip;
};

struct User {
  std::string name;
  int age;
  double height;
  bool active;
  Color color;
  std::vector<std::string> tags;
  Address home;
  std::vector<Address> friends;
  std::optional<Address> work;
  std::map<std::string, int> scores;
};

/// What there is after each byte, without repetitions.
template <class T>
std::vector<std::string> snapshots(std::string_view text) {
  PartialDecoder<T> decoder;
  std::vector<std::string> seen;
  for (const char c : text) {
    decoder.feed({&c, 1});
    const std::string now = decoder.partial().state() == FieldState::absent ? "-" : decoder.partial().json();
    if (seen.empty() || seen.back() != now) seen.push_back(now);
  }
  return seen;
}

TEST(PartialDecoder, ShowsEachThingWhenItCanNoLongerChange) {
  EXPECT_EQ(
      snapshots<User>(R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],)"
                      R"("home":{"city":"N","zip":12},"friends":[{"city":"L","zip":1}],"work":null,"scores":{"x":1}})"),
      (std::vector<std::string>{
          R"({})",
          R"({"name":""})",
          R"({"name":"J"})",
          R"({"name":"Jo"})",
          R"({"name":"Jo","age":25})",
          R"({"name":"Jo","age":25,"height":1.75})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green"})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":[]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":[""]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a"]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a",""]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{}})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":""}})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N"}})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12}})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{}]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{"city":""}]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{"city":"L"}]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{"city":"L","zip":1}]})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{"city":"L","zip":1}],"work":null})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{"city":"L","zip":1}],"work":null,"scores":{}})",
          R"({"name":"Jo","age":25,"height":1.75,"active":true,"color":"green","tags":["a","b"],"home":{"city":"N","zip":12},"friends":[{"city":"L","zip":1}],"work":null,"scores":{"x":1}})",
      }));
}

TEST(PartialDecoder, KnowsTheStateOfEveryPart) {
  PartialDecoder<User> decoder;
  EXPECT_EQ(decoder.partial().state(), FieldState::absent);
  EXPECT_FALSE(decoder.feed(" "));
  EXPECT_TRUE(decoder.feed(R"({"name": "Jo)"));
  EXPECT_EQ(decoder.partial().state<&User::name>(), FieldState::growing);
  EXPECT_EQ(decoder.partial()->name, "Jo");
  EXPECT_FALSE(decoder.feed(R"(\)"));
  EXPECT_TRUE(decoder.feed(R"(n", "ag)"));
  EXPECT_TRUE(decoder.partial().is_complete<&User::name>());
  EXPECT_EQ(decoder.partial()->name, "Jo\n");
  EXPECT_FALSE(decoder.feed(R"(e": 2)"));
  EXPECT_FALSE(decoder.partial().has<&User::age>());
  decoder.feed(R"(5, "home": {"zip": 9, "city": "A"}, "friends": [{"city": "B", "zip": 1}, {"city": "C)");
  const Partial<User> partial = decoder.partial();
  EXPECT_TRUE(partial.is_complete<&User::home>());
  EXPECT_EQ(partial.state<&User::friends>(), FieldState::growing);
  EXPECT_TRUE(partial.at<&User::friends>()[0].is_complete());
  EXPECT_EQ(partial.at<&User::friends>()[1].state(), FieldState::growing);
  EXPECT_EQ(partial.at<&User::friends>()[1].state<&Address::city>(), FieldState::growing);
  EXPECT_FALSE(partial.at<&User::friends>()[1].has<&Address::zip>());
  EXPECT_EQ(partial.state("/friends/1/city"), FieldState::growing);
  EXPECT_EQ(partial.state("/friends/0/city"), FieldState::complete);
  EXPECT_EQ(partial.state("/friends/2"), FieldState::absent);
  EXPECT_EQ(partial.state("/nothing"), FieldState::absent);
  EXPECT_EQ(partial.at<&User::home>()->city, "A");
  EXPECT_EQ(partial.value().friends.size(), 2U);
}

struct Settings {
  std::string title;
  int size = 7;
  std::optional<std::string> note;

  static constexpr auto describe() { return model<Settings>("", field<&Settings::size>(default_value(7))); }
};

struct Two {
  std::vector<Settings> settings;
};

TEST(PartialDecoder, TellsDefaultsFromWhatArrived) {
  PartialDecoder<Two> decoder;
  decoder.feed(R"({"settings":[{"title":"a"},{"title":"b","size":7,"note":"x"},{"title":"c","note":null})");
  const auto list = decoder.partial().at<&Two::settings>();
  EXPECT_TRUE(list[0].is_complete());
  EXPECT_EQ(list[0]->size, 7);
  EXPECT_FALSE(list[0].has<&Settings::size>());
  EXPECT_FALSE(list[0].has<&Settings::note>());
  EXPECT_TRUE(list[1].is_complete<&Settings::size>());
  EXPECT_TRUE(list[1].is_complete<&Settings::note>());
  EXPECT_TRUE(list[2].has<&Settings::note>());
  EXPECT_EQ(decoder.partial().json(),
            R"({"settings":[{"title":"a"},{"title":"b","size":7,"note":"x"},{"title":"c","note":null}]})");
}

struct Waiting {
  std::string title;
  std::string summary;
  std::vector<int> numbers;
  std::optional<std::string> note;

  static constexpr auto describe() {
    return model<Waiting>("", field<&Waiting::summary>(when_done), field<&Waiting::numbers>(when_done),
                          field<&Waiting::note>(when_done));
  }
};

TEST(PartialDecoder, ShowsWhenDoneFieldsOnlyWhenTheyAre) {
  EXPECT_EQ(snapshots<Waiting>(R"({"title":"a","summary":"bc","numbers":[1,2],"note":"d"})"),
            (std::vector<std::string>{
                "{}",
                R"({"title":""})",
                R"({"title":"a"})",
                R"({"title":"a","summary":"bc"})",
                R"({"title":"a","summary":"bc","numbers":[1,2]})",
                R"({"title":"a","summary":"bc","numbers":[1,2],"note":"d"})",
            }));
  PartialDecoder<Waiting> decoder;
  decoder.feed(R"({"title":"a","summary":"bc","numbers":[1,2)");
  EXPECT_TRUE(decoder.partial()->numbers.empty());
  EXPECT_FALSE(decoder.partial().has<&Waiting::numbers>());
  decoder.feed(R"(,3],"note":"no)");
  EXPECT_EQ(decoder.partial()->numbers.size(), 3U);
  EXPECT_FALSE(decoder.partial()->note.has_value());
}

struct Shape {
  std::string label;
  std::string kind;
  int sides;

  static constexpr auto describe() { return model<Shape>("", field<&Shape::kind>(required_first)); }
};

struct Drawing {
  std::string title;
  std::vector<Shape> shapes;
  std::optional<Shape> frame;
  std::map<std::string, Shape> named;
};

TEST(PartialDecoder, ShowsNothingOfAnObjectBeforeItsFirstField) {
  EXPECT_EQ(snapshots<Shape>(R"({"label":"ab","kind":"c","sides":3})"),
            (std::vector<std::string>{"-", R"({"label":"ab","kind":"c"})", R"({"label":"ab","kind":"c","sides":3})"}));
  EXPECT_EQ(snapshots<Drawing>(
                R"({"title":"t","shapes":[{"kind":"a","label":"b","sides":3},{"label":"d","kind":"e","sides":4}],)"
                R"("frame":{"label":"f","kind":"g","sides":4},"named":{"x":{"label":"h","kind":"i","sides":5}}})")
                .back(),
            R"({"title":"t","shapes":[{"label":"b","kind":"a","sides":3},{"label":"d","kind":"e","sides":4}],)"
            R"("frame":{"label":"f","kind":"g","sides":4},"named":{"x":{"label":"h","kind":"i","sides":5}}})");
  PartialDecoder<Drawing> decoder;
  decoder.feed(R"({"title":"t","shapes":[{"kind":"a","label":"b","sides":3},{"label":"dd")");
  EXPECT_EQ(decoder.partial()->shapes.size(), 1U);
  decoder.feed(R"(,"kind":"e)");
  EXPECT_EQ(decoder.partial()->shapes.size(), 1U);
  decoder.feed(R"(")");
  EXPECT_EQ(decoder.partial()->shapes.size(), 2U);
  EXPECT_EQ(decoder.partial()->shapes[1].label, "dd");
  decoder.feed(R"(,"sides":4}],"frame":{"label":"f)");
  EXPECT_FALSE(decoder.partial()->frame.has_value());
  EXPECT_FALSE(decoder.partial().has<&Drawing::frame>());
}

TEST(PartialDecoder, LeavesWhatIsNotValidOut) {
  PartialDecoder<User> decoder;
  decoder.feed(R"({"name":"Jo","age":"old","color":"mauve","height":2,)");
  EXPECT_FALSE(decoder.partial().has<&User::age>());
  EXPECT_FALSE(decoder.partial().has<&User::color>());
  EXPECT_EQ(decoder.partial().json(), R"({"name":"Jo","height":2})");
  EXPECT_EQ(decoder.issues().size(), 2U);
}

TEST(PartialDecoder, ShowsAsMuchOfAStringThatGoesWrongHoweverItCame) {
  const std::vector<std::string> texts{"[\"ab\ncd\"]", "[\"ab\xFF\"]", "[\"ab\xE2(\"]", R"(["ab\x"])",
                                       R"(["ab\ud83dx"])"};
  for (const std::string& text : texts) {
    PartialDecoder<std::vector<std::string>> at_once;
    at_once.feed(text);
    EXPECT_EQ(at_once.partial().json(), R"(["ab"])") << text;
    PartialDecoder<std::vector<std::string>> byte_by_byte;
    for (const char c : text) byte_by_byte.feed({&c, 1});
    EXPECT_EQ(byte_by_byte.partial().json(), R"(["ab"])") << text;
    EXPECT_FALSE(at_once.finish().has_value());
  }
}

TEST(PartialDecoder, KeepsWhatCameWhenItsKeyComesAgain) {
  EXPECT_EQ(snapshots<Json>(R"({"a":"b","a":"c","d":1})"),
            (std::vector<std::string>{"{}", R"({"a":""})", R"({"a":"b"})", R"({"a":"b","d":1})"}));
}

struct Twice {
  std::optional<Shape> shape;
  int after;

  static constexpr auto describe() { return model<Twice>(field<&Twice::shape>(when_done)); }
};

TEST(PartialDecoder, ATupleThatEndsEarlyHasNotWhatDidNotCome) {
  using Row = std::tuple<int, std::string, std::vector<int>>;
  EXPECT_EQ(snapshots<std::vector<Row>>("[[1],[]]"), (std::vector<std::string>{"[]", "[[]]", "[[1]]", "[[1],[]]"}));
}

TEST(PartialDecoder, AFieldThatWaitsHidesAnObjectThatWouldShow) {
  EXPECT_EQ(snapshots<Twice>(R"({"shape":{"kind":"c","label":"ab","sides":3},"after":1})"),
            (std::vector<std::string>{"{}", R"({"shape":{"label":"ab","kind":"c","sides":3}})",
                                      R"({"shape":{"label":"ab","kind":"c","sides":3},"after":1})"}));
}

struct Node {
  int value;
  std::vector<Node> children;
  std::unique_ptr<Node> next;
};

TEST(PartialDecoder, HoldsRecursiveTypes) {
  PartialDecoder<Node> decoder;
  decoder.feed(R"({"value":1,"children":[{"value":2,"children":[]}],"next":{"value":3,"children":[{"va)");
  EXPECT_EQ(decoder.partial().json(),
            R"({"value":1,"children":[{"value":2,"children":[]}],"next":{"value":3,"children":[{}]}})");
  EXPECT_EQ(decoder.partial().at<&Node::next>()->value, 3);
  EXPECT_EQ(decoder.partial().at<&Node::next>().state<&Node::children>(), FieldState::growing);
}

TEST(PartialDecoder, ShowsAnyJson) {
  EXPECT_EQ(snapshots<Json>(R"({"a": [1, {"b": "cd"}], "e": nul)"),
            (std::vector<std::string>{"{}", R"({"a":[]})", R"({"a":[1]})", R"({"a":[1,{}]})", R"({"a":[1,{"b":""}]})",
                                      R"({"a":[1,{"b":"c"}]})", R"({"a":[1,{"b":"cd"}]})"}));
}

TEST(PartialDecoder, SaysAtOnceThatTheTextIsBroken) {
  PartialDecoder<User> decoder;
  decoder.feed(R"({"name":"Jo" "age")");
  ASSERT_EQ(decoder.issues().size(), 1U);
  EXPECT_EQ(decoder.issues()[0].code, IssueCode::json_invalid);
  decoder.feed("more");
  EXPECT_EQ(decoder.finish().error().size(), 1U);
}

TEST(PartialDecoder, ShowsNothingOfARootThatFitsNothing) {
  PartialDecoder<Json> decoder;
  decoder.feed("18446744073709551616 ");
  EXPECT_EQ(decoder.partial().state(), FieldState::absent);
  EXPECT_EQ(decoder.partial().json(), "");
}

}  // namespace
}  // namespace instructor
