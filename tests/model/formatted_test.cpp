// Formats: as an option of fields, and as types.

#include "instructor/formatted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/dialect.hpp"
#include "instructor/error.hpp"
#include "instructor/fits.hpp"
#include "instructor/schema.hpp"
#include "instructor/stream.hpp"
#include "instructor/testing.hpp"
#include "model/formats.hpp"
#include "support/decode_all_ways.hpp"

namespace instructor {
namespace {

using support::decode_all_ways;
using support::issues_of;

// ---- the option --------------------------------------------------------------------------------------------------

struct Contact {
  std::string email;
  std::optional<std::string> page;

  static constexpr auto describe() {
    return model<Contact>(field<&Contact::email>("Where to write", format("email"), max_length(30)),
                          field<&Contact::page>(format("uri")));
  }
};

TEST(FormatOption, IsToldAndChecked) {
  EXPECT_EQ(schema<Contact>,
            R"({"type":"object","properties":{"email":{"type":"string","description":"Where to write","maxLength":30,)"
            R"("format":"email"},"page":{"anyOf":[{"type":"string","format":"uri"},{"type":"null"}]}},)"
            R"("required":["email"]})");
  EXPECT_EQ(issues_of<Contact>(R"({"email":"ada@example.com","page":"https://example.com"})"), "valid");
  EXPECT_EQ(issues_of<Contact>(R"({"email":"ada@example.com","page":null})"), "valid");
  EXPECT_EQ(issues_of<Contact>(R"({"email":"ada","page":"example"})"), "/email string_format\n/page string_format\n");
  EXPECT_EQ(decode<Contact>(R"({"email":"ada at home"})").error().text(),
            "  /email  expected an email address, as \"ada@example.com\", got \"ada at home\"\n");
  EXPECT_EQ(issues_of<Contact>(R"({"email":""})"), "/email string_format\n");
  EXPECT_EQ(issues_of<Contact>(R"({"email":5})"), "/email string_type\n");
}

TEST(FormatOption, ShowsTextsWhileTheyGrow) {
  PartialDecoder<Contact> live;
  live.feed(R"({"email":"ada)");
  EXPECT_EQ(live.partial()->email, "ada");
  EXPECT_TRUE(live.issues().empty());
  live.feed(R"(","pa)");
  EXPECT_EQ(live.issues()[0].code, IssueCode::string_format);
}

struct Patterned {
  std::string email;
  std::string host;
  std::string page;

  static constexpr auto describe() {
    return model<Patterned>(field<&Patterned::email>(format("email"), pattern("^[a-z]+@"), min_length(20)),
                            field<&Patterned::host>(format("hostname"), min_length(22), max_length(22)),
                            field<&Patterned::page>(format("uri-template"), max_length(40)));
  }
};

TEST(FormatOption, IsMetByFakes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_NO_THROW((void)testing::fake<Contact>(seed));
    const std::string text = testing::fake_json(type_of<Patterned>(), seed);
    EXPECT_EQ(issues_of<Patterned>(text), "valid") << text;
  }
}

TEST(KnownFormats, HaveExamplesThatAreInThem) {
  for (const detail::KnownFormat& format : detail::known_formats) {
    EXPECT_TRUE(core::matches_format(format.name, format.example)) << format.name;
    EXPECT_TRUE(core::is_known_format(format.name));
  }
}

// ---- types -------------------------------------------------------------------------------------------------------

struct Entry {
  Email email;
  std::optional<Url> page;
  std::map<Hostname, Ipv4> hosts;
  std::vector<Ipv6> others;
  Formatted<"json-pointer"> pointer;

  static constexpr auto describe() {
    return model<Entry>(field<&Entry::email>("Where to write", max_length(30), pattern("com$"), example("a@b.com")));
  }
};

constexpr std::string_view entry_json =
    R"({"email":"ada@example.com","page":"urn:x:y","hosts":{"a.b":"192.0.2.1"},"others":["::1"],"pointer":"/a/0"})";

TEST(Formatted, AreTextsInJson) {
  const auto entry = decode_all_ways<Entry>(entry_json);
  ASSERT_TRUE(entry) << entry.error().text();
  EXPECT_EQ(entry->email, "ada@example.com");
  EXPECT_EQ(encode(*entry), entry_json);
  EXPECT_EQ(
      schema<Entry>,
      R"({"type":"object","properties":{"email":{"type":"string","format":"email","description":"Where to write",)"
      R"("maxLength":30,"pattern":"com$","examples":["a@b.com"]},)"
      R"("page":{"anyOf":[{"type":"string","format":"uri"},{"type":"null"}]},)"
      R"("hosts":{"type":"object","additionalProperties":{"type":"string","format":"ipv4"},)"
      R"("propertyNames":{"format":"hostname"}},"others":{"type":"array","items":{"type":"string","format":"ipv6"}},)"
      R"("pointer":{"type":"string","format":"json-pointer"}},)"
      R"("required":["email","hosts","others","pointer"]})");
}

TEST(Formatted, AreCheckedWhereverTheyStand) {
  EXPECT_EQ(issues_of<Entry>(R"({"email":"ada","page":"x","hosts":{"-":"192.0.2.1","a":"300.0.0.1"},"others":["g"],)"
                             R"("pointer":"a"})"),
            "/email string_format\n/page string_format\n/hosts/- string_format\n/hosts/a string_format\n"
            "/others/0 string_format\n/pointer string_format\n");
  EXPECT_EQ(issues_of<Email>("5"), "(root) string_type\n");
  EXPECT_EQ(issues_of<Email>("null"), "(root) string_type\n");
  EXPECT_EQ(decode<Email>("\"ada\"").error()[0].text(),
            R"(expected an email address, as "ada@example.com", got "ada")");
  DecodeOptions lax;
  lax.lax = true;
  EXPECT_EQ(issues_of<Email>("\" ada@example.com\"", lax), "(root) string_format\n");
  EXPECT_EQ(issues_of<Email>("5", lax), "(root) string_type\n");
}

TEST(Formatted, MayHaveTheLimitsOfStrings) {
  EXPECT_EQ(
      issues_of<Entry>(R"({"email":"ada.lovelace.the.countess@example.org","hosts":{},"others":[],"pointer":""})"),
      "/email string_too_long\n/email string_pattern_mismatch\n");
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string text = testing::fake_json(type_of<Entry>(), seed);
    EXPECT_EQ(issues_of<Entry>(text), "valid") << text;
  }
}

struct Defaults {
  Email from;
  Literal<"low", "high"> priority;

  static constexpr auto describe() {
    return model<Defaults>(field<&Defaults::from>(default_value("nobody@example.com")),
                           field<&Defaults::priority>(default_value("high")));
  }
};
struct WrongDefault {
  Email from;
  static constexpr auto describe() { return model<WrongDefault>(field<&WrongDefault::from>(default_value("nobody"))); }
};

TEST(Formatted, MayHaveDefaults) {
  const auto value = decode<Defaults>("{}");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->from, "nobody@example.com");
  EXPECT_EQ(value->priority, "high");
  try {
    (void)decode<WrongDefault>("{}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    EXPECT_EQ(error.message(), R"(default_value("nobody") is not an email address, as "ada@example.com")");
  }
}

TEST(Formatted, AreValues) {
  const Email ada("ada@example.com");
  const Email bob("bob@example.com");
  EXPECT_TRUE(ada < bob);
  EXPECT_EQ(ada, Email("ada@example.com"));
  EXPECT_NE(ada, bob);
  EXPECT_EQ(ada, std::string("ada@example.com"));
  EXPECT_EQ("ada@example.com", ada);
  const std::string_view view = ada;
  EXPECT_EQ(view, ada.value());
  std::ostringstream out;
  out << ada << '!';
  EXPECT_EQ(out.str(), "ada@example.com!");
  EXPECT_TRUE(Email().value().empty());
  EXPECT_TRUE(Ipv4::is_valid("127.0.0.1"));
  EXPECT_FALSE(Ipv4::is_valid("localhost"));
  try {
    Email("ada");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "instructor: not an email address, as ada@example.com: ada");
  }
  const std::unordered_map<Email, int> ages{{ada, 36}};
  EXPECT_EQ(ages.at(ada), 36);
  EXPECT_EQ((decode<std::unordered_map<Email, int>>(R"({"a@b.c":1})")->size()), 1U);
}

TEST(Formatted, TellsAlternativesApart) {
  using Where = std::variant<Email, Url, std::string>;
  EXPECT_EQ(decode<Where>("\"a@b.c\"")->index(), 0U);
  EXPECT_EQ(decode<Where>("\"https://b.c\"")->index(), 1U);
  EXPECT_EQ(decode<Where>("\"nowhere\"")->index(), 2U);
}

TEST(Formatted, MayBeTheWholeAnswer) {
  const Client client = testing::scripted({R"({"content":"ada"})", R"({"content":"ada@example.com"})"});
  const auto [email, completion] = client.create_with_completion<Email>("Who?");
  EXPECT_EQ(email, "ada@example.com");
  EXPECT_EQ(completion.attempts.at(0).issues[0].code, IssueCode::string_format);
}

struct Place {
  Email email;
};
struct Around {
  Place place;
};

TEST(Formatted, AreEmptyUntilTheyCome) {
  EXPECT_EQ(issues_of<Around>("{}"), "/place missing\n");
  PartialDecoder<Place> live;
  live.feed(R"({"email":"ada@exa)");
  EXPECT_EQ(live.partial().state<&Place::email>(), FieldState::absent);
  live.feed(R"(mple.com")");
  EXPECT_EQ(live.partial()->email, "ada@example.com");
}

}  // namespace
}  // namespace instructor
