#include "auth/google_token.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <nlohmann/json.hpp>

#include "auth/credentials_world.hpp"
#include "crypto/crypto.hpp"
#include "support/answering_transport.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using support::AnsweringTransport;
using support::Canned;
using support::header_of;

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A key pair that lives as long as the tests.
struct KeyPair {
  KeyPair() : key(EVP_RSA_gen(2048)) {
    BIO* const out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    pem.assign(text, static_cast<std::size_t>(size));
    BIO_free(out);
  }
  ~KeyPair() { EVP_PKEY_free(key); }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;

  bool has_signed(const std::string& text, const std::string& signature) const {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
    const auto bytes = [](const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); };
    const int good = EVP_DigestVerify(context, bytes(signature), signature.size(), bytes(text), text.size());
    EVP_MD_CTX_free(context);
    return good == 1;
  }

  EVP_PKEY* key;
  std::string pem;
};

const KeyPair& key_pair() {
  static const KeyPair pair;
  return pair;
}

std::string from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(size < 0 ? 0 : static_cast<std::size_t>(size) - padding);
  return out;
}

/// The fields of a form, decoded.
std::map<std::string, std::string> form_of(const std::string& body) {
  std::map<std::string, std::string> fields;
  std::string name;
  std::string* into = &name;
  for (std::size_t i = 0; i <= body.size(); ++i) {
    if (i == body.size() || body[i] == '&') {
      name.clear();
      into = &name;
    } else if (body[i] == '=') {
      into = &fields[name];
    } else if (body[i] == '%') {
      *into += static_cast<char>(std::stoi(body.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      *into += body[i];
    }
  }
  return fields;
}

class GoogleToken : public ::testing::Test {
 protected:
  GoogleSettings settings() const {
    GoogleSettings settings;
    settings.clock = world.clock();
    settings.environment = world.environment();
    return settings;
  }

  std::string service_account(const json& more = json::object()) {
    json key = {{"type", "service_account"},
                {"project_id", "key-project"},
                {"private_key_id", "key-1"},
                {"private_key", key_pair().pem},
                {"client_email", "robot@key-project.iam.gserviceaccount.com"},
                {"client_id", "1"},
                {"token_uri", "https://oauth2.googleapis.com/token"},
                {"universe_domain", "googleapis.com"}};
    key.update(more);
    return world.write("key.json", key.dump());
  }
  static json user() {
    return {{"type", "authorized_user"},
            {"client_id", "764.apps.googleusercontent.com"},
            {"client_secret", "d-client+secret"},
            {"refresh_token", "1//refresh/token"},
            {"quota_project_id", "payer"}};
  }

  HttpRequest applied(const Authorization& authorization) {
    HttpRequest request;
    request.url = "https://aiplatform.googleapis.com/v1/x";
    authorization.apply(request, transport);
    return request;
  }
  std::string token_of(const Authorization& authorization) {
    return header_of(applied(authorization), "Authorization");
  }
  std::string token_of(const GoogleSettings& from) { return token_of(*google_authorization(from)); }
  Error error_of(const GoogleSettings& from) {
    return testing::error_of([&] { return token_of(from); });
  }

  testing::World world;
  std::function<Canned(const HttpRequest&)> answer = [this](const HttpRequest&) {
    return Canned{200, R"({"access_token":"ya29.token-)" + std::to_string(transport.requests().size()) +
                           R"(","expires_in":3599,"token_type":"Bearer"})"};
  };
  AnsweringTransport transport{[this](const HttpRequest& request) { return answer(request); }};
};

TEST_F(GoogleToken, OfAServiceAccountIsHadForASignedAssertion) {
  GoogleSettings from = settings();
  from.credentials_file = service_account();
  from.scopes = {"scope-a", "scope-b"};
  const auto authorization = google_authorization(from);
  EXPECT_EQ(token_of(*authorization), "Bearer ya29.token-1");

  const HttpRequest asked = transport.requests().front();
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.url, "https://oauth2.googleapis.com/token");
  EXPECT_EQ(header_of(asked, "Content-Type"), "application/x-www-form-urlencoded");
  auto form = form_of(asked.body);
  EXPECT_EQ(form.size(), 2U);
  EXPECT_EQ(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const std::string assertion = form["assertion"];
  const std::size_t first = assertion.find('.');
  const std::size_t second = assertion.rfind('.');
  ASSERT_NE(first, second);
  EXPECT_EQ(json::parse(from_base64url(assertion.substr(0, first))),
            json({{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "key-1"}}));
  EXPECT_EQ(json::parse(from_base64url(assertion.substr(first + 1, second - first - 1))),
            json({{"iss", "robot@key-project.iam.gserviceaccount.com"},
                  {"scope", "scope-a scope-b"},
                  {"aud", "https://oauth2.googleapis.com/token"},
                  {"iat", 1767323045},
                  {"exp", 1767326645}}));
  const std::string signature = from_base64url(assertion.substr(second + 1));
  EXPECT_TRUE(key_pair().has_signed(assertion.substr(0, second), signature));
  EXPECT_FALSE(key_pair().has_signed(assertion.substr(0, second) + "x", signature));
  EXPECT_EQ(authorization->redact("ya29.token-1 " + assertion), "[redacted] [redacted]");
}

TEST_F(GoogleToken, IsKeptUntilShortlyBeforeItExpires) {
  GoogleSettings from = settings();
  from.credentials_file = service_account();
  const auto authorization = google_authorization(from);
  EXPECT_EQ(token_of(*authorization), "Bearer ya29.token-1");
  world.pass(56min);
  EXPECT_EQ(token_of(*authorization), "Bearer ya29.token-1");
  world.pass(1min);
  EXPECT_EQ(token_of(*authorization), "Bearer ya29.token-2");
  EXPECT_EQ(authorization->redact("ya29.token-1 ya29.token-2"), "[redacted] [redacted]");
}

TEST_F(GoogleToken, IsAskedForOnceByManyThreads) {
  GoogleSettings from = settings();
  from.credentials_file = service_account();
  const auto authorization = google_authorization(from);
  std::vector<std::thread> threads;
  std::vector<std::string> tokens(8);
  for (std::string& mine : tokens) threads.emplace_back([&] { mine = token_of(*authorization); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tokens, std::vector<std::string>(8, "Bearer ya29.token-1"));
  EXPECT_EQ(transport.requests().size(), 1U);
}

TEST_F(GoogleToken, OfAUserIsHadForTheRefreshToken) {
  world.write(".config/gcloud/application_default_credentials.json", user().dump());
  const auto authorization = google_authorization(settings());
  const HttpRequest request = applied(*authorization);
  EXPECT_EQ(header_of(request, "Authorization"), "Bearer ya29.token-1");
  EXPECT_EQ(header_of(request, "x-goog-user-project"), "payer");
  EXPECT_EQ(transport.requests().front().url, "https://oauth2.googleapis.com/token");
  EXPECT_EQ(form_of(transport.requests().front().body),
            (std::map<std::string, std::string>{{"grant_type", "refresh_token"},
                                                {"client_id", "764.apps.googleusercontent.com"},
                                                {"client_secret", "d-client+secret"},
                                                {"refresh_token", "1//refresh/token"}}));
  EXPECT_EQ(authorization->redact("1//refresh/token 1%2F%2Frefresh%2Ftoken d-client+secret"),
            "[redacted] [redacted] [redacted]");
  world.variables["GOOGLE_CLOUD_QUOTA_PROJECT"] = "another";
  EXPECT_EQ(header_of(applied(*google_authorization(settings())), "x-goog-user-project"), "another");
}

TEST_F(GoogleToken, OfAnImpersonatedAccountIsHadForThatOfItsSource) {
  const std::string url =
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
      "sa@p.iam.gserviceaccount.com:generateAccessToken";
  json file = {{"type", "impersonated_service_account"},
               {"service_account_impersonation_url", url},
               {"delegates", {"projects/-/serviceAccounts/d"}},
               {"source_credentials", user()}};
  GoogleSettings from = settings();
  from.credentials_file = world.write("impersonated.json", file.dump());
  answer = [&](const HttpRequest& request) {
    if (request.url == url)
      return Canned{200, R"({"accessToken":"impersonated-token","expireTime":"2026-01-02T04:04:05.123Z"})"};
    return Canned{200, R"({"access_token":"source-token","expires_in":3599})"};
  };
  const auto authorization = google_authorization(from);
  const HttpRequest request = applied(*authorization);
  EXPECT_EQ(header_of(request, "Authorization"), "Bearer impersonated-token");
  EXPECT_EQ(header_of(request, "x-goog-user-project"), "");
  ASSERT_EQ(transport.requests().size(), 2U);
  EXPECT_EQ(header_of(transport.requests()[1], "Authorization"), "Bearer source-token");
  EXPECT_EQ(json::parse(transport.requests()[1].body),
            json({{"delegates", {"projects/-/serviceAccounts/d"}},
                  {"scope", {"https://www.googleapis.com/auth/cloud-platform"}},
                  {"lifetime", "3600s"}}));
  world.pass(56min);
  EXPECT_EQ(token_of(*authorization), "Bearer impersonated-token");
  EXPECT_EQ(transport.requests().size(), 2U);
  EXPECT_EQ(authorization->redact("source-token impersonated-token"), "[redacted] [redacted]");
  file["source_credentials"] = file;
  from.credentials_file = world.write("impersonated.json", file.dump());
  EXPECT_TRUE(contains(error_of(from).message(), "source_credentials: credentials of the type \"impersonated"));
}

TEST_F(GoogleToken, IsTakenFromTheFirstPlaceThatHasOne) {
  const auto asked_of = [&] { return transport.requests().back().url; };
  EXPECT_EQ(token_of(settings()), "Bearer ya29.token-1");
  EXPECT_EQ(asked_of(), "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token");
  EXPECT_EQ(header_of(transport.requests().back(), "Metadata-Flavor"), "Google");
  EXPECT_EQ(transport.requests().back().method, "GET");
  world.variables["GCE_METADATA_HOST"] = "127.0.0.1:80";
  (void)token_of(settings());
  EXPECT_TRUE(asked_of().starts_with("http://127.0.0.1:80/computeMetadata/v1/"));
  world.write(".config/gcloud/application_default_credentials.json", user().dump());
  (void)token_of(settings());
  EXPECT_EQ(form_of(transport.requests().back().body)["grant_type"], "refresh_token");
  json other = user();
  other["refresh_token"] = "of another folder";
  world.write("sdk/application_default_credentials.json", other.dump());
  world.variables["CLOUDSDK_CONFIG"] = (world.home / "sdk").string();
  (void)token_of(settings());
  EXPECT_EQ(form_of(transport.requests().back().body)["refresh_token"], "of another folder");
  world.variables["GOOGLE_APPLICATION_CREDENTIALS"] = service_account();
  (void)token_of(settings());
  EXPECT_TRUE(contains(transport.requests().back().body, "assertion="));
  GoogleSettings given = settings();
  given.credentials_file = world.write("mine.json", user().dump());
  (void)token_of(given);
  EXPECT_EQ(form_of(transport.requests().back().body)["refresh_token"], "1//refresh/token");
  given.access_token = "given-token";
  const std::size_t before = transport.requests().size();
  EXPECT_EQ(token_of(given), "Bearer given-token");
  EXPECT_EQ(transport.requests().size(), before);
}

TEST_F(GoogleToken, FilesAreReadAgainForEachToken) {
  GoogleSettings from = settings();
  from.credentials_file = world.write("user.json", user().dump());
  const auto authorization = google_authorization(from);
  answer = [](const HttpRequest& request) {
    if (contains(request.body, "refresh_token=new"))
      return Canned{200, R"({"access_token":"new-token","expires_in":"3599"})"};
    return Canned{400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})"};
  };
  const Error error = testing::error_of([&] { return token_of(*authorization); });
  EXPECT_EQ(error.code(), ErrorCode::authentication);
  EXPECT_EQ(error.http_status(), 400);
  EXPECT_EQ(error.provider_code(), "invalid_grant");
  EXPECT_EQ(error.message(),
            "oauth2.googleapis.com answered with HTTP 400: invalid_grant: Token has been expired or revoked.; the "
            "credentials are those in " +
                from.credentials_file + ", which gcloud auth application-default login renews");
  json renewed = user();
  renewed["refresh_token"] = "new";
  world.write("user.json", renewed.dump());
  EXPECT_EQ(token_of(*authorization), "Bearer new-token");
}

TEST_F(GoogleToken, NoSecretGoesToAPlaceThatAFileNames) {
  for (const char* url :
       {"http://oauth2.googleapis.com/token", "https://evil.example/token", "https://googleapis.com.evil.example/",
        "https://evilgoogleapis.com/", "https://oauth2.googleapis.com@evil.example/", "http://localhost.evil.example/",
        "http://127.0.0.1:80@evil.example/", "https://oauth2.googleapis.com:443@evil.example/", "ftp://localhost/",
        "https://oauth2.googleapis.com\\@evil.example/", "https://oauth2.googleapis.com /", "token", "https://",
        "https://evil.example#.googleapis.com", "https://evil.example?.googleapis.com"}) {
    GoogleSettings from = settings();
    from.credentials_file = service_account({{"token_uri", url}});
    const Error error = error_of(from);
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration) << url;
    EXPECT_TRUE(contains(error.message(), "key.json: token_uri is not https://...googleapis.com")) << error.message();
  }
  EXPECT_TRUE(transport.requests().empty());
  for (const char* url :
       {"http://localhost:8080/token", "http://127.0.0.1/token", "https://oauth2.googleapis.com:443/token",
        "https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/oauth2/v4/token"}) {
    GoogleSettings from = settings();
    from.credentials_file = service_account({{"token_uri", url}});
    EXPECT_NO_THROW((void)token_of(from)) << url;
    EXPECT_EQ(transport.requests().back().url, url);
  }
  GoogleSettings from = settings();
  from.credentials_file = world.write("x.json", json({{"type", "impersonated_service_account"},
                                                      {"service_account_impersonation_url", "https://evil.example/"},
                                                      {"source_credentials", user()}})
                                                    .dump());
  EXPECT_EQ(error_of(from).code(), ErrorCode::invalid_configuration);
}

TEST_F(GoogleToken, FilesThatCannotBeUsedAreRefusedAtOnce) {
  const auto said = [&](const std::string& text) {
    GoogleSettings from = settings();
    from.credentials_file = world.write("key.json", text);
    const Error error = testing::error_of([&] { return google_authorization(from); });
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    EXPECT_TRUE(contains(error.message(), from.credentials_file)) << error.message();
    EXPECT_FALSE(contains(error.message(), "s3cret-value")) << error.message();
    return error.message();
  };
  EXPECT_TRUE(contains(said(R"(s3cret-value)"), "no JSON object"));
  EXPECT_TRUE(contains(said(R"({"type":"service_account","private_key":5})"), "/private_key is of another type"));
  EXPECT_TRUE(contains(said(R"({"type":"service_account","private_key":"s3cret-value"})"), "without client_email"));
  EXPECT_TRUE(
      contains(said(R"({"type":"authorized_user","client_id":"x","client_secret":"y"})"), "without refresh_token"));
  EXPECT_TRUE(
      contains(said(R"({"type":"external_account","audience":"x"})"), "\"external_account\" are not supported"));
  EXPECT_TRUE(contains(said(R"({"client_id":"x"})"), "no type"));
  EXPECT_TRUE(
      contains(said(R"({"type":"impersonated_service_account"})"), "without service_account_impersonation_url"));
  world.variables["GOOGLE_APPLICATION_CREDENTIALS"] = "/nowhere/key.json";
  EXPECT_TRUE(
      contains(error_of(settings()).message(),
               "no file /nowhere/key.json with Google credentials, which GOOGLE_APPLICATION_CREDENTIALS names"));
}

TEST_F(GoogleToken, KeysThatAreNoneAreNotRepeated) {
  for (const char* key :
       {"s3cret-value", "-----BEGIN PRIVATE KEY-----\ns3cret-value\n-----END PRIVATE KEY-----\n", "\n"}) {
    GoogleSettings from = settings();
    from.credentials_file = service_account({{"private_key", key}});
    const Error error = error_of(from);
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    EXPECT_TRUE(contains(error.message(), from.credentials_file + ": the private key is no PEM text"))
        << error.message();
    EXPECT_FALSE(contains(error.message(), "s3cret-value"));
  }
  EXPECT_TRUE(transport.requests().empty());
}

TEST_F(GoogleToken, AnswersThatHoldNoneAreRefused) {
  GoogleSettings from = settings();
  from.credentials_file = world.write("user.json", user().dump());
  for (const char* body :
       {"", "<html>s3cret-value", "{}", R"({"access_token":"s3cret-value"})", R"({"access_token":["s3cret-value"]})",
        R"({"access_token":"s3cret\nvalue","expires_in":3599})", R"({"access_token":"s3cret-value","expires_in":-1})",
        R"({"access_token":"s3cret-value","expires_in":9223372036854775807})"}) {
    answer = [&](const HttpRequest&) { return Canned{200, body}; };
    const Error error = error_of(from);
    EXPECT_FALSE(contains(error.what(), "s3cret")) << error.what();
    EXPECT_FALSE(contains(error.body(), "s3cret")) << error.body();
  }
  answer = [](const HttpRequest& request) { return Canned{502, "echo " + request.body}; };
  const Error error = error_of(from);
  EXPECT_EQ(error.code(), ErrorCode::server_error);
  EXPECT_FALSE(contains(error.what(), "refresh%2Ftoken") || contains(error.body(), "refresh%2Ftoken")) << error.what();
}

TEST_F(GoogleToken, WhereNothingAnswersTheErrorSaysWhatToDo) {
  answer = [](const HttpRequest&) -> Canned {
    throw Error(ErrorCode::transport, "cannot find metadata.google.internal");
  };
  const Error error = error_of(settings());
  EXPECT_EQ(error.code(), ErrorCode::missing_key);
  EXPECT_TRUE(contains(error.message(), "gcloud auth application-default login") &&
              contains(error.message(), "cannot find metadata.google.internal"))
      << error.message();
}

TEST_F(GoogleToken, TheProjectIsLookedForInOrder) {
  answer = [](const HttpRequest& request) {
    return contains(request.url, "/project/project-id") ? Canned{200, "machine-project"} : Canned{404, ""};
  };
  const auto project = [&](const GoogleSettings& from) { return google_project(from, transport); };
  EXPECT_EQ(project(settings()), "machine-project");
  GoogleSettings given = settings();
  given.credentials_file = service_account();
  EXPECT_EQ(project(given), "key-project");
  world.variables["GOOGLE_CLOUD_PROJECT"] = "variable-project";
  EXPECT_EQ(project(given), "variable-project");
  given.project = "given-project";
  EXPECT_EQ(project(given), "given-project");

  world.variables.erase("GOOGLE_CLOUD_PROJECT");
  given = settings();
  given.credentials_file = world.write("user.json", user().dump());
  const Error error = testing::error_of([&] { return project(given); });
  EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
  EXPECT_TRUE(contains(error.message(), "Set GOOGLE_CLOUD_PROJECT") && contains(error.message(), "user.json"));
  answer = [](const HttpRequest&) { return Canned{200, "<html>"}; };
  EXPECT_THROW((void)project(settings()), Error);
}

// Over the transport that programs use.
TEST_F(GoogleToken, IsHadFromARealServer) {
  std::string asked;
  support::RawServer server([&](support::Connection& connection) {
    asked = connection.read_request();
    connection.respond(R"({"access_token":"ya29.local","expires_in":3599})");
  });
  GoogleSettings from = settings();
  from.credentials_file = service_account({{"token_uri", server.url("/token")}});
  HttpRequest request;
  google_authorization(from)->apply(request, *http_transport());
  EXPECT_EQ(header_of(request, "Authorization"), "Bearer ya29.local");
  EXPECT_TRUE(asked.starts_with("POST /token HTTP/1.1\r\n")) << asked;
  EXPECT_TRUE(contains(asked, "Content-Type: application/x-www-form-urlencoded\r\n")) << asked;
}

TEST(Crypto, IsThatOfItsStandards) {
  // FIPS 180-2, appendix B.1; RFC 4231, test case 2; RFC 4648, section 10, with the alphabet of section 5.
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_base64url(""), "");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xFB\xFF"), "-_8");
}

}  // namespace
}  // namespace instructor
