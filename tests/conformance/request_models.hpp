#pragma once

// Types that are asked for: one of every kind that a provider could stumble over.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <instructor/model.hpp>

namespace conformance::models {

struct Flat {
  std::string name;
  int age = 0;
  double height = 0;
  bool member = false;
};

enum class Priority { low, normal, high };

enum class Colour : std::uint8_t { red, green, deep_blue };

struct Address {
  std::string street;
  std::string city;
};

struct Customer {
  std::string name;
  Address home;
  std::optional<Address> work;
  std::vector<Address> earlier;
};

struct Ticket {
  std::string subject;
  Priority priority = Priority::normal;
  Colour label = Colour::red;
  Customer customer;
};

/// Has an Address of its own beside the other one, so that two definitions want the same name.
struct Network {
  struct Address {
    std::uint32_t number;
    std::uint16_t port;
  };
  Address host;
  models::Address office;
};

struct Tree {
  std::string label;
  std::vector<Tree> children;
};

struct Chain {
  int value;
  std::unique_ptr<Chain> next;
};

struct Optionals {
  std::optional<int> number;
  std::optional<std::string> text;
  std::optional<std::vector<std::string>> list;
  std::optional<Priority> priority;
  std::shared_ptr<Flat> inner;
};

struct Containers {
  std::vector<std::vector<int>> matrix;
  std::set<std::string> names;
  std::map<std::string, double> amounts;
  std::map<std::string, std::vector<Flat>> groups;
  std::array<double, 3> point;
  std::pair<std::string, int> entry;
  std::tuple<bool, std::string, Flat> row;
};

struct Numbers {
  std::int8_t tiny;
  std::uint8_t byte;
  std::int64_t large;
  std::uint64_t huge;
  float single;
  double precise;
};

struct Constrained {
  int rating;
  double share;
  int even;
  double step;
  std::string title;
  std::string code;
  std::vector<std::string> tags;
  std::map<std::string, int> scores;
  std::optional<int> maybe;
  std::string slug;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Constrained>(
        "All limits", field<&Constrained::rating>("1 is poor, 5 is good", ge(1), le(5)),
        field<&Constrained::share>(gt(0.0), lt(1.0)), field<&Constrained::even>(multiple_of(2), ge(-100), le(100)),
        field<&Constrained::step>(multiple_of(0.5), ge(0), le(10)),
        field<&Constrained::title>(min_length(3), max_length(80)),
        field<&Constrained::code>("Two letters and four digits", pattern("^[A-Z]{2}-[0-9]{4}$")),
        field<&Constrained::tags>(min_items(1), max_items(5), unique),
        field<&Constrained::scores>(min_items(1), max_items(3)), field<&Constrained::maybe>(ge(0), le(9)),
        field<&Constrained::slug>(check([](const std::string& text) { return text.size() < 1000; }, "keep it short"),
                                  transform([](std::string& text) {
                                    if (text.empty()) text = "none";
                                  })));
  }
};

/// Everything that can be said without leaving strict schemas, under keys that are no C++ names.
struct Described {
  std::string title;
  int count = 3;
  Priority priority = Priority::normal;
  std::vector<std::string> keywords;
  std::optional<std::string> note;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Described>(
        "Says \"everything\" there is to say:\n\ta name, a title, \\ and \xE2\x82\xAC \xF0\x9F\x98\x80",
        name("described-thing"), instructor::title("A described thing"), forbid_extra,
        field<&Described::title>("The headline", instructor::title("Headline"), alias("head-line"),
                                 example("Rain in \"Spain\""), example("Snow\nin May"), pattern("^[^<>]+$")),
        field<&Described::count>("How many", ge(0), le(10), multiple_of(1), default_value(3), example(7)),
        field<&Described::priority>("How soon", default_value(Priority::normal), example(Priority::high)),
        field<&Described::keywords>("At least one", alias("key words"), min_items(1), max_items(4)),
        field<&Described::note>("Anything else", alias("@note"), defaulted));
  }
};

/// Fields named like keywords of JSON Schema.
struct Keywords {
  std::string type;
  std::vector<std::string> properties;
  std::optional<std::string> required;
  std::map<std::string, std::string> items;
};

template <class T>
struct Page {
  std::vector<T> items;
  int number = 1;
};

struct Deep {
  struct B {
    struct C {
      struct D {
        struct E {
          struct F {
            std::string end;
          };
          F f;
        };
        E e;
      };
      D d;
    };
    C c;
  };
  B b;
};

struct Empty {};

struct ANameThatIsLongerThanTheSixtyFourCharactersWhichProvidersAllowForTheNameOfATool {
  std::string value;
};

struct Wide {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9;
  std::string c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
};

}  // namespace conformance::models

template <>
struct instructor::Describe<conformance::models::Colour> {
  static constexpr auto describe() {
    using conformance::models::Colour;
    return enumeration<Colour>("The colour of the label", value<Colour::deep_blue>("the dark one", alias("deep blue")));
  }
};
