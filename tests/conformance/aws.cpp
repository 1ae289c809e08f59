// suites/aws-sigv4 and suites/aws-eventstream: how AWS wants requests signed, and how its streams are framed.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "auth/aws_sigv4.hpp"
#include "data.hpp"
#include "http/aws_event_stream.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::AwsEventHeader;
using instructor::AwsEventMessage;
using instructor::AwsEventSplitter;
using instructor::AwsStreamFailure;
using instructor::HttpRequest;

/// A request as it stands on the wire. The host becomes part of the URL, where the library looks for it.
std::optional<HttpRequest> request_of(std::string_view text) {
  HttpRequest request;
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::size_t begin = first.find(' ');
  const std::size_t end = first.rfind(" HTTP/");
  if (begin == std::string_view::npos || end == std::string_view::npos || end <= begin) return std::nullopt;
  request.method = first.substr(0, begin);
  const std::string target(first.substr(begin + 1, end - begin - 1));
  text.remove_prefix(std::min(first.size() + 1, text.size()));
  std::string host;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (line.front() == ' ' && !request.headers.empty())
      request.headers.back().value.append("\n").append(line);
    else if (colon == std::string_view::npos)
      return std::nullopt;
    else if (line.substr(0, colon) == "Host")
      host = line.substr(colon + 1);
    else
      request.headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
  }
  request.body = text;
  request.url = "https://" + host + target;
  return request;
}

/// The value of a header that the signed request has; empty without one.
std::string header_in(std::string_view request, std::string_view name) {
  const std::size_t at = request.find("\n" + std::string(name) + ":");
  if (at == std::string_view::npos) return {};
  const std::string_view value = request.substr(at + name.size() + 2);
  return std::string(value.substr(0, value.find('\n')));
}

void compare(std::string_view what, const std::string& expected, const std::string& got, Differences& differences) {
  if (expected == got) return;
  differences.push_back("the " + std::string(what) + " should be " + in_quotes(expected) + ", is " + in_quotes(got));
}

Differences check_signature(const Json& given, const instructor::AwsKeys& keys, const instructor::AwsScope& scope) {
  std::optional<HttpRequest> request = request_of(text_at(given, "request"));
  if (!request) return {"malformed: no request"};
  const std::string canonical = text_at(given, "canonical_request");
  const std::string authorization = text_at(given, "authorization");
  // In some cases the token is not in the request that is given, and signed all the same; in some it is added unsigned.
  const bool token_is_signed = canonical.find("\nx-amz-security-token:") != std::string::npos;
  instructor::AwsKeys with_token = keys;
  if (token_is_signed) with_token.session_token = header_in(text_at(given, "signed_request"), "X-Amz-Security-Token");
  HttpRequest to_sign = *request;
  instructor::add_aws_signature(to_sign, with_token, scope);
  Differences differences;
  compare("Authorization header", authorization, to_sign.headers.back().value, differences);

  std::erase_if(request->headers, [](const auto& header) { return header.name == "X-Amz-Security-Token"; });
  if (token_is_signed) request->headers.push_back({"X-Amz-Security-Token", with_token.session_token});
  const instructor::AwsSignature made = instructor::aws_signature(*request, keys, scope);
  compare("canonical request", canonical, made.canonical_request, differences);
  compare("string to sign", text_at(given, "string_to_sign"), made.string_to_sign, differences);
  compare("authorization", authorization, made.authorization, differences);
  return differences;
}

/// As 20150830T123600Z.
std::chrono::sys_seconds time_of(const std::string& text) {
  using namespace std::chrono;
  if (text.size() != 16) return {};
  const auto number = [&](std::size_t at, std::size_t size) { return std::stoi(text.substr(at, size)); };
  const sys_days day = year(number(0, 4)) / month(static_cast<unsigned>(number(4, 2))) /
                       std::chrono::day(static_cast<unsigned>(number(6, 2)));
  return day + hours(number(9, 2)) + minutes(number(11, 2)) + seconds(number(13, 2));
}

// ---- streams -----------------------------------------------------------------------------------------------------

struct Outcome {
  std::vector<Json> headers;
  std::vector<std::string> payloads;
  AwsStreamFailure failure = AwsStreamFailure::none;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Json value_of(const AwsEventHeader& header) {
  using Type = AwsEventHeader::Type;
  switch (header.type) {
    case Type::true_value: return true;
    case Type::false_value: return false;
    case Type::bytes:
    case Type::string: return std::string(header.bytes);
    case Type::uuid: {
      double value = 0;
      for (const char c : header.bytes) value = value * 256 + static_cast<unsigned char>(c);
      return value;
    }
    default: return header.number;
  }
}

Outcome split(std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  AwsEventSplitter splitter;
  AwsEventMessage message;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const std::string chunk(bytes.substr(0, piece));
    splitter.feed(chunk);
    while (splitter.next(message)) {
      Json headers = Json::object();
      for (const AwsEventHeader& header : message.headers) headers[std::string(header.name)] = value_of(header);
      outcome.headers.push_back(std::move(headers));
      outcome.payloads.emplace_back(message.payload);
    }
  }
  splitter.finish();
  outcome.failure = splitter.failure();
  return outcome;
}

/// Bytes are base64 in the suite, and UUIDs numbers of 128 bits.
bool alike(const Json& expected, const Json& got) {
  if (expected.is_number_float() && got.is_number_float()) {
    const double a = expected.get<double>();
    return std::abs(a - got.get<double>()) <= 1e-12 * a;
  }
  if (expected == got) return true;
  return expected.is_string() && got.is_string() && from_base64(expected.get<std::string>()) == got.get<std::string>();
}

struct Failure {
  std::string_view name;
  AwsStreamFailure failure;
};
constexpr std::array failures{
    Failure{"", AwsStreamFailure::none},
    Failure{"ChecksumMismatch", AwsStreamFailure::checksum},
    Failure{"DuplicateHeader", AwsStreamFailure::duplicate_header},
    Failure{"InvalidHeadersLength", AwsStreamFailure::headers_length},
};

Differences check_stream(const Json& given) {
  const std::optional<std::string> bytes = from_base64(text_at(given, "input_base64"));
  if (!bytes) return {"malformed: input_base64 is not base64"};
  const Outcome outcome = split(*bytes, bytes->size());
  Differences differences;
  if (split(*bytes, 1) != outcome) differences.push_back("byte by byte it is something else");
  const auto failure = std::ranges::find(failures, text_at(given, "error"), &Failure::name);
  if (failure == failures.end() || failure->failure != outcome.failure)
    differences.push_back("should be given up with " + in_quotes(text_at(given, "error")) + ", is with " +
                          std::to_string(static_cast<int>(outcome.failure)));
  const Json* const messages = member(given, "messages");
  const std::size_t count = messages == nullptr ? 0 : messages->size();
  if (count != outcome.payloads.size()) {
    differences.push_back("should be " + std::to_string(count) + " messages, are " +
                          std::to_string(outcome.payloads.size()));
    return differences;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Json& expected = (*messages)[i];
    const Json* const headers = member(expected, "headers");
    const Json& got = outcome.headers[i];
    if (headers == nullptr || headers->size() != got.size()) differences.push_back("the headers are " + got.dump());
    if (headers != nullptr)
      for (const auto& [name, value] : headers->items())
        if (!got.contains(name) || !alike(value, got.at(name))) differences.push_back("header " + in_quotes(name));
    const Json* const json = member(expected, "payload");
    const std::optional<std::string> payload =
        json == nullptr ? from_base64(text_at(expected, "payload_base64")) : std::optional(json->dump());
    if (payload != outcome.payloads[i]) differences.push_back("the payload is " + in_quotes(outcome.payloads[i]));
  }
  return differences;
}

/// Runs `check` on the cases of a suite; `all` is the whole file.
template <class Check>
void run_cases(const std::filesystem::path& file, const std::string& name, Report& report, Check check) {
  Tally& tally = report.tally(name);
  const std::optional<std::string> text = read_file(file);
  const std::expected<Json, std::string> suite = parse_json(text.value_or(""));
  const Json* const cases = suite ? member(*suite, "cases") : nullptr;
  if (cases == nullptr || !cases->is_array()) return tally.add(file.filename().string(), {"malformed: no cases"});
  for (const Json& given : *cases) {
    try {
      tally.add(text_at(given, "name"), check(*suite, given));
    } catch (const std::exception& error) {
      tally.add(text_at(given, "name"), {std::string("an exception: ") + error.what()});
    }
  }
}

}  // namespace

void run_aws_signatures(const std::filesystem::path& data, Report& report) {
  run_cases(data / "suites/aws-sigv4/cases.json", "AWS signatures", report, [](const Json& all, const Json& given) {
    const Json* const credentials = member(all, "credentials");
    if (credentials == nullptr) return Differences{"malformed: no credentials"};
    const auto text = [&](std::string_view name) { return text_at(*credentials, name); };
    return check_signature(given, {text("access_key"), text("secret_key"), ""},
                           {text("region"), text("service"), time_of(text("date"))});
  });
}

void run_aws_streams(const std::filesystem::path& data, Report& report) {
  run_cases(data / "suites/aws-eventstream/cases.json", "AWS event streams", report,
            [](const Json&, const Json& given) { return check_stream(given); });
}

}  // namespace conformance
