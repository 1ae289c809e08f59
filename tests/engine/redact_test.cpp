#include "engine/redact.hpp"

#include <gtest/gtest.h>

namespace instructor {
namespace {

TEST(Secrets, AreReplacedWhereverTheyTurnUp) {
  Secrets secrets;
  secrets.add("sk-abcdef");
  EXPECT_EQ(secrets.redact("key sk-abcdef, again sk-abcdefsk-abcdef."), "key [redacted], again [redacted][redacted].");
  EXPECT_EQ(secrets.redact("nothing"), "nothing");
}

TEST(Secrets, MayHaveOneAnotherInThem) {
  Secrets secrets;
  secrets.add("sk-abcdef");
  secrets.add("Bearer sk-abcdef");
  EXPECT_EQ(secrets.redact("Authorization: Bearer sk-abcdef"), "Authorization: Bearer [redacted]");
  Secrets longer_first;
  longer_first.add("sk-abcdef-2");
  longer_first.add("sk-abcdef");
  EXPECT_EQ(longer_first.redact("sk-abcdef-2, sk-abcdef"), "[redacted], [redacted]");
}

TEST(Secrets, AreNotShortWords) {
  Secrets secrets;
  secrets.add("a");
  secrets.add("");
  EXPECT_EQ(secrets.redact("a cat"), "a cat");
}

TEST(SecretHeaders, AreKnownByName) {
  for (const char* name :
       {"authorization", "x-api-key", "api-key", "cookie", "set-cookie", "x-goog-api-key", "x-amz-security-token"})
    EXPECT_TRUE(is_secret_header(name)) << name;
  for (const char* name : {"content-type", "x-request-id", "user-agent"}) EXPECT_FALSE(is_secret_header(name)) << name;
}

}  // namespace
}  // namespace instructor
