#include "http/url.hpp"

#include <gtest/gtest.h>

#include <string>

#include "instructor/error.hpp"

namespace instructor {
namespace {

std::string refusal(std::string_view url) {
  try {
    check_base_url(url);
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    return error.message();
  }
}

TEST(BaseUrl, IsHttpWithAHost) {
  for (const char* url :
       {"https://api.openai.com/v1", "http://localhost:8000", "http://127.0.0.1:1/v1/", "https://[::1]:443/x"})
    EXPECT_EQ(refusal(url), "none") << url;
  EXPECT_NE(refusal("ftp://x").find("does not begin with https:// or http://"), std::string::npos);
  EXPECT_NE(refusal("").find("does not begin"), std::string::npos);
  EXPECT_NE(refusal("https:///v1").find("has no host"), std::string::npos);
  EXPECT_NE(refusal("https://a b/").find("space"), std::string::npos);
  EXPECT_NE(refusal("https://a/\n").find("control character"), std::string::npos);
  EXPECT_NE(refusal("https://a/v1?key=x").find("query"), std::string::npos);
}

TEST(BaseUrl, NeverRepeatsAPassword) {
  const std::string message = refusal("https://user:hunter2secret@host/v1");
  EXPECT_NE(message.find("ClientOptions::api_key"), std::string::npos);
  EXPECT_EQ(message.find("hunter2secret"), std::string::npos);
}

TEST(Host, IsWhatMessagesShow) {
  EXPECT_EQ(host_of("https://api.openai.com/v1"), "api.openai.com");
  EXPECT_EQ(host_of("http://u:p@h:8080?x"), "h:8080");
  EXPECT_EQ(host_of("/relative"), "another place");
}

TEST(PercentEncoding, LeavesWhatIsPlainEverywhere) {
  EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encoded("anthropic.claude:0/x y+%"), "anthropic.claude%3A0%2Fx%20y%2B%25");
  EXPECT_EQ(percent_encoded(std::string_view("\0\xE1\x88\xB4", 4)), "%00%E1%88%B4");
}

}  // namespace
}  // namespace instructor
