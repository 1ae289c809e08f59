// What credentials are read from: profiles, key files, answers of servers, URLs that are signed. Whatever they hold,
// there is a value or an Error; and secrets go to known places only.

#include <string>

#include "auth/aws_credentials.hpp"
#include "auth/aws_profile.hpp"
#include "auth/google_credentials.hpp"
#include "auth/google_token.hpp"
#include "fuzz.hpp"
#include "instructor/error.hpp"
#include "support/answering_transport.hpp"

namespace {

using namespace instructor;

/// Runs what may throw an Error and nothing else.
template <class Function>
void attempt(Function function) {
  try {
    function();
  } catch (const Error& error) {
    fuzz::expect(!error.message().empty(), "errors say something");
  }
}

void read_files(const std::string& text) {
  for (const bool config : {true, false})
    attempt([&] {
      AwsProfile profile;
      add_aws_profile(profile, text, "default", config, "file");
      fuzz::expect(profile.settings.empty() || profile.exists, "settings belong to a profile");
    });
  attempt([&] {
    const std::string url = read_google_credentials(text, "file").token_url;
    fuzz::expect(
        url.starts_with("https://") || url.starts_with("http://localhost") || url.starts_with("http://127.0.0.1"),
        "secrets do not travel in clear text");
  });
}

void read_answers(const std::string& text) {
  support::AnsweringTransport transport([&](const HttpRequest&) { return support::Canned{200, text}; });
  const auto apply = [&](const Authorization& authorization) {
    HttpRequest request;
    request.url = "https://host.example/";
    authorization.apply(request, transport);
    for (const HttpHeader& header : request.headers)
      fuzz::expect(header.value.find_first_of("\r\n") == std::string::npos, "headers are one line");
  };
  AwsSettings aws;
  aws.environment = [](const std::string& name) {
    return name == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" ? std::string("/x") : std::string();
  };
  attempt([&] { apply(*aws_authorization(aws)); });
  aws.environment = [](const std::string&) { return std::string(); };
  attempt([&] { apply(*aws_authorization(aws)); });
  aws.environment = [&](const std::string& name) {
    return name == "AWS_CONTAINER_CREDENTIALS_FULL_URI" ? text : std::string();
  };
  attempt([&] { apply(*aws_authorization(aws)); });
  GoogleSettings google;
  google.environment = aws.environment;
  attempt([&] { apply(*google_authorization(google)); });
  attempt([&] { (void)google_project(google, transport); });
}

void sign(const std::string& text) {
  for (const char* const start : {"https://host/", "https://host", "http://"})
    attempt([&] {
      HttpRequest request;
      request.url = start + text;
      request.headers = {{"X-Text", text}};
      add_aws_signature(request, {"id", "secret", text}, {"us-east-1", "bedrock", {}});
      const std::string once = request.headers.back().value;
      add_aws_signature(request, {"id", "secret", text}, {"us-east-1", "bedrock", {}});
      fuzz::expect(request.headers.back().value == once, "signing twice is signing once");
    });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  read_files(text);
  read_answers(text);
  sign(text);
  return 0;
}
