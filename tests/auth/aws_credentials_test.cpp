#include "auth/aws_credentials.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "auth/credentials_world.hpp"
#include "support/answering_transport.hpp"

namespace instructor {
namespace {

using namespace std::chrono_literals;
using support::AnsweringTransport;
using support::Canned;
using support::header_of;

class AwsCredentials : public ::testing::Test {
 protected:
  AwsSettings settings() const {
    AwsSettings settings;
    settings.clock = world.clock();
    settings.environment = world.environment();
    return settings;
  }

  HttpRequest applied(const Authorization& authorization) {
    HttpRequest request;
    request.url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse";
    authorization.apply(request, transport);
    return request;
  }
  /// The key that signs, and the session token.
  std::string key_of(const Authorization& authorization) {
    const HttpRequest request = applied(authorization);
    const std::string value = header_of(request, "Authorization");
    const std::size_t begin = value.find("Credential=");
    if (begin == std::string::npos) return value;
    return value.substr(begin + 11, value.find('/', begin) - begin - 11) + " " +
           header_of(request, "X-Amz-Security-Token");
  }
  std::string key_of(const AwsSettings& from) { return key_of(*aws_authorization(from)); }
  Error error_of(const AwsSettings& from) {
    return testing::error_of([&] { return key_of(from); });
  }
  std::string message_of(const AwsSettings& from) { return error_of(from).message(); }

  testing::World world;
  std::function<Canned(const HttpRequest&)> answer = [](const HttpRequest&) -> Canned {
    throw Error(ErrorCode::transport, "cannot connect to 169.254.169.254");
  };
  AnsweringTransport transport{[this](const HttpRequest& request) { return answer(request); }};
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(AwsCredentials, AreTakenFromTheFirstPlaceThatHasAny) {
  EXPECT_EQ(error_of(settings()).code(), ErrorCode::missing_key);
  answer = [](const HttpRequest& request) {
    if (contains(request.url, "/v2/credentials"))
      return Canned{
          200,
          R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"secret-c","Token":"t","Expiration":"2026-01-02T09:00:00Z"})"};
    return Canned{404, ""};
  };
  world.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/x";
  EXPECT_EQ(key_of(settings()), "CONTAINER t");
  world.write(".aws/credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = secret-file\n");
  EXPECT_EQ(key_of(settings()), "FILE ");
  world.variables["AWS_ACCESS_KEY_ID"] = "VARIABLE";
  world.variables["AWS_SECRET_ACCESS_KEY"] = "secret-variable";
  world.variables["AWS_SESSION_TOKEN"] = "session";
  EXPECT_EQ(key_of(settings()), "VARIABLE session");
  world.variables["AWS_BEARER_TOKEN_BEDROCK"] = "bedrock-api-key";
  EXPECT_EQ(key_of(settings()), "Bearer bedrock-api-key");
  AwsSettings other = settings();
  other.service = "s3";
  EXPECT_EQ(key_of(other), "VARIABLE session") << "the key is for Bedrock alone";
  AwsSettings profile = settings();
  profile.profile = "default";
  EXPECT_EQ(key_of(profile), "FILE ") << "what the program says counts more than any variable";
  AwsSettings given = settings();
  given.keys = {"GIVEN", "secret-given", ""};
  EXPECT_EQ(key_of(given), "GIVEN ");
  given.api_key = "given-api-key";
  EXPECT_EQ(key_of(given), "Bearer given-api-key");
}

TEST_F(AwsCredentials, SignForTheRegionAndTheServiceAtTheTime) {
  AwsSettings given = settings();
  given.keys = {"GIVEN", "secret-given", ""};
  given.region = "eu-central-1";
  const HttpRequest request = applied(*aws_authorization(given));
  EXPECT_TRUE(
      contains(header_of(request, "Authorization"), "Credential=GIVEN/20260102/eu-central-1/bedrock/aws4_request"));
  EXPECT_EQ(header_of(request, "X-Amz-Date"), "20260102T030405Z");
}

TEST_F(AwsCredentials, TheRegionIsLookedForInOrder) {
  EXPECT_EQ(aws_region(settings()), "us-east-1");
  world.write(".aws/config", "[default]\nregion = eu-west-1 # home\n[profile work]\nregion=eu-west-2\n");
  EXPECT_EQ(aws_region(settings()), "eu-west-1");
  world.variables["AWS_PROFILE"] = "work";
  EXPECT_EQ(aws_region(settings()), "eu-west-2");
  world.variables["AWS_DEFAULT_REGION"] = "eu-west-3";
  EXPECT_EQ(aws_region(settings()), "eu-west-3");
  world.variables["AWS_REGION"] = "eu-north-1";
  EXPECT_EQ(aws_region(settings()), "eu-north-1");
  AwsSettings given = settings();
  given.region = "ap-south-1";
  EXPECT_EQ(aws_region(given), "ap-south-1");
  for (const char* wrong : {"evil.example/", "a b", "US", "x@y"}) {
    given.region = wrong;
    EXPECT_EQ(testing::error_of([&] { return aws_region(given); }).code(), ErrorCode::invalid_configuration) << wrong;
  }
}

TEST_F(AwsCredentials, ProfilesAreReadFromBothFiles) {
  world.write(".aws/config",
              "; a comment\n[default]\nregion = x\n[sso-session work]\naws_access_key_id = WRONG\n"
              "[profile \"work\"]\r\naws_access_key_id = CONFIG\r\naws_secret_access_key = secret-config\r\n"
              "s3 =\n  aws_access_key_id = NESTED\n");
  world.variables["AWS_PROFILE"] = "work";
  EXPECT_EQ(key_of(settings()), "CONFIG ");
  world.write(
      ".aws/credentials",
      "[work]\nAWS_ACCESS_KEY_ID = FILE\naws_secret_access_key = secret#1;x= ; comment\naws_session_token=tok==\n");
  EXPECT_EQ(key_of(settings()), "FILE tok==");
  world.variables["AWS_SHARED_CREDENTIALS_FILE"] =
      world.write("elsewhere", "[work]\naws_access_key_id=ELSEWHERE\naws_secret_access_key=secret-else\n");
  EXPECT_EQ(key_of(settings()), "ELSEWHERE ");
  world.variables["AWS_PROFILE"] = "nobody";
  EXPECT_TRUE(contains(message_of(settings()), "no AWS profile nobody (AWS_PROFILE)"));
}

TEST_F(AwsCredentials, FilesAreReadAgainWhenTheyChange) {
  const auto write = [&](const std::string& key) {
    world.write(".aws/credentials", "[default]\naws_access_key_id=" + key + "\naws_secret_access_key=secret-" + key);
  };
  write("FIRST");
  const auto authorization = aws_authorization(settings());
  EXPECT_EQ(key_of(*authorization), "FIRST ");
  write("OTHER");
  EXPECT_EQ(key_of(*authorization), "OTHER ");
  EXPECT_EQ(authorization->redact("secret-FIRST secret-OTHER"), "[redacted] [redacted]");
  std::filesystem::remove(world.home / ".aws/credentials");
  EXPECT_EQ(testing::error_of([&] { return key_of(*authorization); }).code(), ErrorCode::missing_key);
  write("THIRD");
  EXPECT_EQ(key_of(*authorization), "THIRD ");
}

TEST_F(AwsCredentials, ErrorsSayWhereAndNeverRepeatAKey) {
  const std::string file = (world.home / ".aws/credentials").string();
  const auto said = [&](const std::string& text) {
    world.write(".aws/credentials", text);
    const Error error = error_of(settings());
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    EXPECT_FALSE(contains(error.message(), "s3cret-value")) << error.message();
    return error.message();
  };
  EXPECT_TRUE(said("[default]\naws_secret_access_key = s3cret-value\n").starts_with(file + ":2: "));
  EXPECT_TRUE(said("[default]\n\naws_access_key_id = ID\n").starts_with(file + ":3: "));
  EXPECT_TRUE(said("# x\n[default\n").starts_with(file + ":2: a section without"));
  EXPECT_TRUE(said("[default]\ns3cret-value\n").starts_with(file + ":2: neither"));
  EXPECT_TRUE(said("aws_secret_access_key = s3cret-value\n").starts_with(file + ":1: a setting that is in no section"));
  world.write(".aws/credentials", "");
  world.variables["AWS_SECRET_ACCESS_KEY"] = "s3cret-value";
  EXPECT_EQ(message_of(settings()), "AWS_SECRET_ACCESS_KEY is set, but not AWS_ACCESS_KEY_ID");
  world.variables["AWS_ACCESS_KEY_ID"] = "ID\n";
  EXPECT_TRUE(contains(message_of(settings()), "AWS_ACCESS_KEY_ID has a line break"));
  world.variables["AWS_BEARER_TOKEN_BEDROCK"] = "s3cret-value\n";
  EXPECT_EQ(message_of(settings()), "AWS_BEARER_TOKEN_BEDROCK has a line break or another control character in it");
}

TEST_F(AwsCredentials, WhatIsNotSupportedIsSaid) {
  for (const char* line :
       {"role_arn = arn:aws:iam::1:role/x\nsource_profile = a", "sso_session = x", "sso_account_id = 1",
        "credential_process = /bin/keys", "web_identity_token_file = /x", "login_session = x"}) {
    world.write(".aws/config", "[default]\n" + std::string(line) + "\n");
    const Error error = error_of(settings());
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    EXPECT_TRUE(contains(error.message(), ".aws/config:2: ") && contains(error.message(), "not supported") &&
                contains(error.message(), "aws configure export-credentials --profile default"))
        << error.message();
  }
  world.write(".aws/config", "");
  world.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/var/run/token";
  EXPECT_TRUE(contains(message_of(settings()), "AWS_WEB_IDENTITY_TOKEN_FILE"));
}

TEST_F(AwsCredentials, OfAContainerAreAskedForWithItsToken) {
  world.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
  world.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = world.write("token", "container-token\n");
  answer = [](const HttpRequest&) {
    return Canned{200, R"({"AccessKeyId":"ID","SecretAccessKey":"container-secret","Token":"session-token",
                           "Expiration":"2026-01-02T04:04:05Z","AccountId":"1"})"};
  };
  const auto authorization = aws_authorization(settings());
  EXPECT_EQ(key_of(*authorization), "ID session-token");
  EXPECT_EQ(transport.requests().back().url, "http://169.254.170.23/v1/credentials");
  EXPECT_EQ(transport.requests().back().method, "GET");
  EXPECT_EQ(header_of(transport.requests().back(), "Authorization"), "container-token");
  EXPECT_EQ(authorization->redact("container-token, container-secret, session-token"),
            "[redacted], [redacted], [redacted]");
  world.pass(54min);
  EXPECT_EQ(key_of(*authorization), "ID session-token");
  EXPECT_EQ(transport.requests().size(), 1U) << "kept until five minutes before their end";
  world.pass(2min);
  world.write("token", "another-token");
  EXPECT_EQ(key_of(*authorization), "ID session-token");
  EXPECT_EQ(transport.requests().size(), 2U);
  EXPECT_EQ(header_of(transport.requests().back(), "Authorization"), "another-token");
}

TEST_F(AwsCredentials, AContainersTokenGoesToNoStranger) {
  const auto refused = [&](const std::string& uri) {
    world.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = uri;
    return error_of(settings()).code() == ErrorCode::invalid_configuration;
  };
  EXPECT_TRUE(refused("http://evil.example/x"));
  EXPECT_TRUE(refused("http://localhost@evil.example/x"));
  EXPECT_TRUE(refused("http://localhost.evil.example/x"));
  EXPECT_TRUE(refused("http://127.0.0.1:80@evil.example/x"));
  EXPECT_TRUE(refused("ftp://localhost/x"));
  answer = [](const HttpRequest&) { return Canned{500, "busy"}; };
  for (const char* uri :
       {"http://localhost:8080/x", "http://127.0.0.1/x", "http://[::1]:80/x", "https://any.example/x"})
    EXPECT_FALSE(refused(uri)) << uri;
}

TEST_F(AwsCredentials, OfAnInstanceComeFromItsMetadata) {
  answer = [](const HttpRequest& request) {
    const std::string base = "http://169.254.169.254/latest/";
    if (request.url == base + "api/token")
      return Canned{
          request.method == "PUT" && !header_of(request, "X-aws-ec2-metadata-token-ttl-seconds").empty() ? 200 : 400,
          "session=="};
    if (header_of(request, "X-aws-ec2-metadata-token") != "session==") return Canned{401, ""};
    if (request.url == base + "meta-data/iam/security-credentials/") return Canned{200, "my-role"};
    if (request.url == base + "meta-data/iam/security-credentials/my-role")
      return Canned{200, R"({"Code":"Success","LastUpdated":"2026-01-02T03:00:00Z","Type":"AWS-HMAC",
        "AccessKeyId":"INSTANCE","SecretAccessKey":"instance-secret","Token":"t","Expiration":"2026-01-02T04:04:05Z"})"};
    return Canned{404, ""};
  };
  const auto authorization = aws_authorization(settings());
  EXPECT_EQ(key_of(*authorization), "INSTANCE t");
  EXPECT_EQ(transport.requests().size(), 3U);

  answer = [](const HttpRequest&) { return Canned{503, "busy"}; };
  world.pass(57min);
  EXPECT_EQ(key_of(*authorization), "INSTANCE t") << "keys that still hold outlast a failure";
  world.pass(4min);
  EXPECT_EQ(testing::error_of([&] { return key_of(*authorization); }).code(), ErrorCode::overloaded);

  world.variables["AWS_EC2_METADATA_DISABLED"] = "TRUE";
  const Error error = testing::error_of([&] { return aws_authorization(settings()); });
  EXPECT_EQ(error.code(), ErrorCode::missing_key);
  EXPECT_TRUE(contains(error.message(), "AWS_EC2_METADATA_DISABLED") && contains(error.message(), "AWS_ACCESS_KEY_ID"));
}

TEST_F(AwsCredentials, WhereNothingAnswersTheErrorSaysWhatToSet) {
  const Error error = error_of(settings());
  EXPECT_EQ(error.code(), ErrorCode::missing_key);
  EXPECT_TRUE(contains(error.message(), "AWS_BEARER_TOKEN_BEDROCK") &&
              contains(error.message(), "cannot connect to 169.254.169.254"))
      << error.message();
  answer = [](const HttpRequest& request) { return Canned{request.method == "PUT" ? 200 : 404, "session"}; };
  EXPECT_TRUE(contains(message_of(settings()), "this EC2 instance has no role"));
}

TEST_F(AwsCredentials, AnswersThatHoldNoneAreRefused) {
  world.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
  std::string body;
  answer = [&](const HttpRequest&) { return Canned{200, body}; };
  for (const char* text :
       {"", "<html>", "[]", R"({"AccessKeyId":5})", R"({"AccessKeyId":"s3cret-value"})", R"({"Code":"Failed"})",
        R"({"AccessKeyId":"A","SecretAccessKey":"s3cret-value","Expiration":"soon"})",
        R"({"AccessKeyId":"A","SecretAccessKey":["s3cret-value"]})"}) {
    body = text;
    const Error error = error_of(settings());
    EXPECT_EQ(error.code(), ErrorCode::bad_response) << text;
    EXPECT_FALSE(contains(error.what(), "s3cret-value")) << error.what();
  }
  body.assign((std::size_t{1} << 20) + 1, ' ');
  EXPECT_TRUE(contains(message_of(settings()), "larger than 1 MiB"));
  answer = [](const HttpRequest&) { return Canned{403, R"({"code":"AccessDenied","message":"not you"})"}; };
  EXPECT_EQ(error_of(settings()).code(), ErrorCode::permission);
  EXPECT_EQ(message_of(settings()),
            "the container's credentials endpoint answered with HTTP 403: AccessDenied: not you");
}

}  // namespace
}  // namespace instructor
