#include "model/formats.hpp"

#include <gtest/gtest.h>

#include <string>

namespace instructor::core {
namespace {

void expect(std::string_view format, std::initializer_list<std::string_view> good,
            std::initializer_list<std::string_view> bad) {
  EXPECT_TRUE(is_known_format(format));
  for (const std::string_view text : good) EXPECT_TRUE(matches_format(format, text)) << format << ": " << text;
  for (const std::string_view text : bad) EXPECT_FALSE(matches_format(format, text)) << format << ": " << text;
}

TEST(Formats, KnowTimes) {
  expect("date", {"2024-02-29", "2000-02-29"},
         {"2023-02-29", "1900-02-29", "2024-13-01", "2024-1-01", "2024-01-00", ""});
  expect("time", {"08:30:06Z", "08:30:06.283185-08:00", "23:59:60Z", "01:29:60+01:30"},
         {"08:30:06", "24:00:00Z", "22:59:60Z", "08:30:06.Z", "08:30:06Zx", "08:30:06+24:00"});
  expect("date-time", {"1963-06-19T08:30:06Z", "1998-12-31t15:59:60.123-08:00"},
         {"1963-06-19 08:30:06Z", "1963-06-19", "1998-12-31T23:58:60Z"});
  expect("duration", {"P4DT12H30M5S", "P1Y2M", "PT1M", "P2W", "P0D"},
         {"P", "PT", "P1Y3D", "P2S", "P1D2H", "P1W2D", "4DT12H", "PT1D", "P1"});
}

TEST(Formats, KnowHosts) {
  expect("hostname", {"example.com", "a", "xn--4gbwdl.xn--wgbh1c", "1host"},
         {"", "-a", "a-", "a_b", "a..b", ".", "a.", std::string(64, 'a'), "xn--X", "aa--bb"});
  expect("idn-hostname", {"\uc2e4\ub840.\ud14c\uc2a4\ud2b8", "example.com", "\u00e9\u3002com"},
         {"\u302e\uc2e4", "", "-\u00e9", "a b"});
  expect("ipv4", {"127.0.0.1", "255.255.255.255"}, {"256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", ""});
  expect("ipv6",
         {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::"},
         {"", ":", ":::", "1:2", "12345::", "1::2::3", "1:2:3:4:5:6:7:8:9", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4",
          "fe80::%1", "1:"});
  expect("email", {"a@b.c", "a.b+c@example.com", "\"a b\"@c.d", "a@[127.0.0.1]", "a@[IPv6:::1]"},
         {"a", "@b", "a@", ".a@b", "a..b@c", "a@b_c", "\u00e9@b.c", "\"a\"b\"@c.d", "a@[1.2.3]"});
  expect("idn-email", {"\u00e9@b.c", "a@\u00e9.com"}, {"\u00e9", "@\u00e9.com"});
}

TEST(Formats, KnowUris) {
  expect("uri", {"http://a.b/c?d#e", "urn:x:y", "ftp://[::1]:21/", "a:", "http://u:p@h:80/%41"},
         {"a", "//a", "http://a b", "http://a/%4", "http://[::1", "1a:b", "http://a:b/", "\\\\a", "http://a/<b>",
          "http://\u00e9"});
  expect("uri-reference", {"", "a/b", "#x", "?y", "//h/p", "./a:b"}, {"a b", "\\a", "1:b", "#a#b"});
  expect("iri", {"http://\u00e9.x/\u00e9?\ue000"}, {"\u00e9", "http://a/\ue000", "http://a/\xff"});
  expect("iri-reference", {"\u00e9#\u00e9"}, {"\u00e9 "});
  expect("uri-template", {"", "http://a/{b}/{+c,d*}{?e:3}", "{%41}"},
         {"{", "}", "{}", "{a", "{a b}", "{a:0}", "%4", "a b", "<"});
}

TEST(Formats, KnowTheOthers) {
  expect("uuid", {"2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"},
         {"2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380",
          "2eb8aa08-aa98-11ea-b4ga-73b441d16380"});
  expect("json-pointer", {"", "/", "/a~0b~1c", "//"}, {"a", "/~", "/~2", "#/a"});
  expect("relative-json-pointer", {"0", "1/a", "2#"}, {"", "/a", "01", "-1", "1a", "0##"});
  expect("regex", {"", "a(b|c)*", "(?=a)b", "(?<n>a)\\k<n>", "\\p{L}", "[^a-z\\d-]"},
         {"(", ")", "[a", "a**", "\\a", "(?<n", "x{2,1}", "\\k<m>", "[z-a]", "\\1"});
  EXPECT_FALSE(is_known_format("colour"));
  EXPECT_TRUE(matches_format("colour", "anything"));
}

TEST(Formats, EndOnLongText) {
  for (const std::string_view format : {"date-time", "duration", "email", "idn-email", "hostname", "idn-hostname",
                                        "ipv4", "ipv6", "uri", "iri", "uri-template", "uuid", "json-pointer", "regex"})
    for (const std::string_view part : {"a", "1", "-", "(", "[", "{a", "/~0", "%41", "\u00e9", "P1D", "a.", ":", "@"}) {
      std::string text;
      while (text.size() < 200000) text += part;
      (void)matches_format(format, text);
    }
}

}  // namespace
}  // namespace instructor::core
