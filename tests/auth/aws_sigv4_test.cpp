#include "auth/aws_sigv4.hpp"

#include <gtest/gtest.h>

#include <string>

#include "auth/credentials_world.hpp"

namespace instructor {
namespace {

using namespace std::chrono_literals;

const AwsKeys example{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

std::chrono::sys_seconds example_time() {
  return std::chrono::sys_days(std::chrono::year(2015) / 8 / 30) + 12h + 36min;
}

AwsScope scope_of(const std::string& service) { return {"us-east-1", service, example_time()}; }

std::string value_of(const HttpRequest& request, std::string_view name) {
  std::string value;
  for (const HttpHeader& header : request.headers)
    if (header.name == name) value += value.empty() ? header.value : " and " + header.value;
  return value;
}

std::string path_in(const AwsSignature& signature) {
  const std::size_t begin = signature.canonical_request.find('\n') + 1;
  return signature.canonical_request.substr(begin, signature.canonical_request.find('\n', begin) - begin);
}

std::string signed_path(const std::string& path, const std::string& service = "bedrock") {
  HttpRequest request;
  request.url = "https://example.amazonaws.com" + path;
  return path_in(aws_signature(request, example, scope_of(service)));
}

// The example of the chapter on signatures in AWS's General Reference.
TEST(AwsSignature, IsThatOfThePublishedExample) {
  HttpRequest request;
  request.method = "GET";
  request.url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"X-Amz-Date", "20150830T123600Z"}};
  const AwsSignature made = aws_signature(request, example, scope_of("iam"));
  EXPECT_EQ(made.string_to_sign,
            "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
            "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  EXPECT_EQ(made.authorization,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(AwsSignature, EncodesThePathOnceMore) {
  EXPECT_EQ(signed_path("/model/anthropic.claude-v2%3A1/converse"), "/model/anthropic.claude-v2%253A1/converse");
  EXPECT_EQ(signed_path("/model/anthropic.claude-v2:1/converse"), "/model/anthropic.claude-v2%3A1/converse");
  EXPECT_EQ(signed_path(""), "/");
  EXPECT_EQ(signed_path("/a/./b/../c//d/.."), "/a/c/");
  EXPECT_EQ(signed_path("/../.."), "/");
  EXPECT_EQ(signed_path("?a=b"), "/");
  EXPECT_EQ(signed_path("/a#b"), "/a");
}

TEST(AwsSignature, LeavesTheKeysOfS3AsTheyAre) {
  EXPECT_EQ(signed_path("/bucket//a%3Ab/../c", "s3"), "/bucket//a%3Ab/../c");
  EXPECT_EQ(signed_path("", "s3"), "/");
}

TEST(AwsSignature, SignsTheHostThatTheTransportSends) {
  const auto host = [](const std::string& url) {
    HttpRequest request;
    request.url = url;
    const std::string text = aws_signature(request, example, scope_of("x")).canonical_request;
    const std::size_t begin = text.find("host:") + 5;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_EQ(host("https://a.example:443/x"), "a.example");
  EXPECT_EQ(host("https://a.example:80/x"), "a.example:80");
  EXPECT_EQ(host("http://a.example:80"), "a.example");
  EXPECT_EQ(host("http://127.0.0.1:8080?x"), "127.0.0.1:8080");
  EXPECT_EQ(host("https://[::1]:443/"), "[::1]");
  EXPECT_EQ(host("https://[::1]/"), "[::1]");
  EXPECT_EQ(testing::error_of([&] { return host("ftp://a"); }).code(), ErrorCode::invalid_configuration);
}

TEST(AwsSignature, AddsWhatAwsWants) {
  HttpRequest request;
  request.url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse";
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "instructor"},
                     {"x-amz-date", "old"},
                     {"authorization", "old"}};
  request.body = "{}";
  AwsKeys keys = example;
  keys.session_token = "session/token==";
  add_aws_signature(request, keys, scope_of("bedrock"));
  EXPECT_EQ(value_of(request, "X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(value_of(request, "x-amz-date"), "");
  EXPECT_EQ(value_of(request, "authorization"), "");
  EXPECT_EQ(value_of(request, "X-Amz-Security-Token"), "session/token==");
  EXPECT_EQ(value_of(request, "User-Agent"), "instructor");
  EXPECT_EQ(value_of(request, "X-Amz-Content-Sha256"), "");
  const std::string authorization = value_of(request, "Authorization");
  EXPECT_NE(authorization.find("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "), std::string::npos)
      << authorization;

  HttpRequest again = request;
  add_aws_signature(again, keys, scope_of("bedrock"));
  EXPECT_EQ(again.headers, request.headers) << "signing twice is signing once";
  again.body = "{} ";
  add_aws_signature(again, keys, scope_of("bedrock"));
  EXPECT_NE(value_of(again, "Authorization"), authorization) << "the body is signed";
}

TEST(AwsSignature, TellsS3TheHashOfTheBody) {
  HttpRequest request;
  request.url = "https://bucket.s3.amazonaws.com/key";
  add_aws_signature(request, example, scope_of("s3"));
  EXPECT_EQ(value_of(request, "X-Amz-Content-Sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace instructor
