#include "instructor/types.hpp"

#include <gtest/gtest.h>

#include <any>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/schema.hpp"

namespace instructor {
namespace {

std::string fields_of(const TypeInfo& type) {
  std::string out;
  for (const FieldInfo& field : type.fields) {
    out += field.name;
    if (field.key != field.name) out += "=" + std::string(field.key);
    out += ' ';
  }
  return out;
}

struct Plain {
  int a;
  std::string b;
  std::vector<Plain> c;
  std::unique_ptr<Plain> d;
};

TEST(Reflection, FindsTheMembersOfPlainStructs) {
  EXPECT_EQ(fields_of(type_of<Plain>()), "a b c d ");
  EXPECT_EQ(type_of<Plain>().name, "Plain");
}

TEST(Reflection, WorksInFunctions) {
  struct Local {
    int first;
    std::optional<std::string> second;
  };
  EXPECT_EQ(fields_of(type_of<Local>()), "first second ");
  EXPECT_EQ(type_of<Local>().name, "Local");
  EXPECT_EQ(decode<Local>(R"({"first":1,"second":"x"})")->second, "x");
}

struct Outer {
  struct {
    int inside;
  } unnamed;
  struct Inner {
    bool yes;
  } inner;
};

TEST(Reflection, WorksForTypesInsideTypes) {
  EXPECT_EQ(fields_of(type_of<Outer>()), "unnamed inner ");
  EXPECT_EQ(decode<Outer>(R"({"unnamed":{"inside":3},"inner":{"yes":true}})")->unnamed.inside, 3);
}

template <class T>
struct Box {
  T value;
  std::vector<Box<T>> more;
};

TEST(Reflection, WorksForTemplates) {
  EXPECT_EQ(fields_of(type_of<Box<int>>()), "value more ");
  EXPECT_EQ(type_of<Box<int>>().name, "Box_int");
  EXPECT_EQ(decode<Box<std::string>>(R"({"value":"a","more":[{"value":"b","more":[]}]})")->more.at(0).value, "b");
}

struct Many {
  int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
      m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47,
      m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63, m64, m65, m66, m67, m68, m69;
};

TEST(Reflection, WorksForManyMembers) {
  ASSERT_EQ(type_of<Many>().fields.size(), 70u);
  EXPECT_EQ(type_of<Many>().fields[69].key, "m69");
  std::string text = "{";
  for (int i = 69; i >= 0; --i) text += (i == 69 ? "\"m" : ",\"m") + std::to_string(i) + "\":" + std::to_string(i);
  const auto many = decode<Many>(text + "}");
  ASSERT_TRUE(many);
  EXPECT_EQ(many->m0, 0);
  EXPECT_EQ(many->m69, 69);
  const auto missing = decode<Many>(R"({"m0":0,"m65":1,"m65":2})");
  EXPECT_EQ(missing.error().total(), 69u);  // 68 missing, one twice
}

struct Partly {
  int first;
  int second;
  int third;

  static constexpr auto describe() {
    return model<Partly>(field<&Partly::third>(alias("last")), field<&Partly::second>("the middle"));
  }
};

TEST(Describe, KeepsUndescribedMembersAndTheOrderOfDeclaration) {
  EXPECT_EQ(fields_of(type_of<Partly>()), "first second third=last ");
  EXPECT_EQ(type_of<Partly>().fields[1].annotation->description, "the middle");
}

class Account {
 public:
  Account() = default;
  explicit Account(std::string owner) : owner_(std::move(owner)) {}
  const std::string& owner() const { return owner_; }
  int balance() const { return balance_; }

  static constexpr auto describe() {
    return model<Account>("An account", field<&Account::balance_>(alias("balance")),
                          field<&Account::owner_>(alias("owner")));
  }

 private:
  std::string owner_;
  int balance_ = 0;
  int secret_ [[maybe_unused]] = 42;
};

TEST(Describe, OpensClassesWithPrivateMembers) {
  EXPECT_EQ(fields_of(type_of<Account>()), "balance_=balance owner_=owner ");
  const auto account = decode<Account>(R"({"owner":"Ada","balance":3})");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->owner(), "Ada");
  EXPECT_EQ(account->balance(), 3);
  EXPECT_EQ(encode(*account), R"({"balance":3,"owner":"Ada"})");
}

struct Base {
  int id;
};
struct Derived : Base {
  std::string name;
  static constexpr auto describe() { return model<Derived>(field<&Derived::id>(), field<&Derived::name>()); }
};

TEST(Describe, ListsInheritedMembers) {
  EXPECT_EQ(fields_of(type_of<Derived>()), "id name ");
  EXPECT_EQ(decode<Derived>(R"({"id":7,"name":"x"})")->id, 7);
}

struct Dog {
  virtual ~Dog() = default;
  std::string breed;
  static constexpr auto describe() { return model<Dog>(field<&Dog::breed>()); }
};

TEST(Describe, WorksForPolymorphicClasses) { EXPECT_EQ(decode<Dog>(R"({"breed":"pug"})")->breed, "pug"); }

struct Holders {
  std::deque<int> deque;
  std::shared_ptr<std::string> shared;
  std::optional<std::unique_ptr<int>> both;
  std::vector<std::map<std::string, std::vector<std::optional<int>>>> deep;
};

TEST(Reflection, KnowsContainersByWhatTheyOffer) {
  const auto value = decode<Holders>(R"({"deque":[1,2],"shared":"s","both":3,"deep":[{"a":[1,null]}]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->deque.size(), 2u);
  EXPECT_EQ(*value->shared, "s");
  EXPECT_EQ(**value->both, 3);
  EXPECT_EQ(encode(*value), R"({"deque":[1,2],"shared":"s","both":3,"deep":[{"a":[1,null]}]})");
}

// ---- enums -------------------------------------------------------------------------------------------------------

enum class Scoped { red, green = 5, blue = -3 };
enum Unscoped { unscoped_a, unscoped_b = 7 };
enum class Bits : unsigned { none = 0, first = 1, ninth = 256, last = 1u << 31 };
enum class Byte : unsigned char { low, high = 255 };

template <class E>
std::string names_of() {
  std::string out;
  for (const Enumerator& enumerator : type_of<E>().enumerators)
    out += std::string(enumerator.name) + "=" + std::to_string(enumerator.value) + " ";
  return out;
}

TEST(Enums, AreFoundByReflection) {
  EXPECT_EQ(names_of<Scoped>(), "blue=-3 red=0 green=5 ");
  EXPECT_EQ(names_of<Unscoped>(), "unscoped_a=0 unscoped_b=7 ");
  EXPECT_EQ(names_of<Bits>(), "none=0 first=1 ninth=256 last=2147483648 ");
  EXPECT_EQ(names_of<Byte>(), "low=0 ");  // 255 lies outside the range that is searched
  enum class Local { here, there };
  EXPECT_EQ(names_of<Local>(), "here=0 there=1 ");
}

enum class Far { near = 1, away = 3000 };

}  // namespace

template <>
struct Describe<Far> {
  static constexpr auto describe() { return enumeration<Far>(range<0, 4000>); }
};

namespace {

TEST(Enums, ReachFurtherWhenTold) { EXPECT_EQ(names_of<Far>(), "near=1 away=3000 "); }

}  // namespace
}  // namespace instructor
