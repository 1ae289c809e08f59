#include "auth/aws_sigv4.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "crypto/crypto.hpp"
#include "http/url.hpp"
#include "instructor/error.hpp"

namespace instructor {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void append_number(std::string& out, int value, int digits) {
  std::string text = std::to_string(value);
  while (static_cast<int>(text.size()) < digits) text.insert(0, 1, '0');
  out += text;
}

/// As 20150830T123600Z.
std::string timestamp(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text;
  append_number(text, static_cast<int>(date.year()), 4);
  append_number(text, static_cast<int>(static_cast<unsigned>(date.month())), 2);
  append_number(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text += 'T';
  append_number(text, static_cast<int>(clock.hours().count()), 2);
  append_number(text, static_cast<int>(clock.minutes().count()), 2);
  append_number(text, static_cast<int>(clock.seconds().count()), 2);
  text += 'Z';
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

struct UrlParts {
  std::string_view host;  // with the port, unless it is the scheme's own
  std::string_view path;
  std::string_view query;
};

UrlParts parts_of(std::string_view url) {
  UrlParts parts;
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://"))
    throw Error(ErrorCode::invalid_configuration, "a request to AWS is neither http nor https");
  url.remove_prefix(secure ? 8 : 7);
  url = url.substr(0, url.find('#'));
  const std::size_t host_end = std::min(url.find_first_of("/?"), url.size());
  parts.host = url.substr(0, host_end);
  url.remove_prefix(host_end);
  const std::size_t query = std::min(url.find('?'), url.size());
  parts.path = url.substr(0, query);
  parts.query = url.substr(std::min(query + 1, url.size()));
  // libcurl leaves the scheme's own port out of `Host`.
  for (const std::string_view port : {secure ? ":443" : ":80", ":"})
    if (parts.host.ends_with(port)) parts.host.remove_suffix(port.size());
  return parts;
}

/// With dots and `..` resolved (RFC 3986, section 5.2.4), several slashes as one, and each segment encoded.
std::string canonical_path(std::string_view path, const AwsScope& scope) {
  if (scope.service == "s3") return path.empty() ? "/" : std::string(path);
  std::vector<std::string_view> segments;
  std::string_view last;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    last = path.substr(begin, end - begin);
    begin = end + 1;
    if (last == ".." && !segments.empty()) segments.pop_back();
    if (!last.empty() && last != "." && last != "..") segments.push_back(last);
  }
  std::string out;
  for (const std::string_view segment : segments) out.append("/").append(percent_encoded(segment));
  const bool folder = last.empty() || last == "." || last == "..";
  if (folder || out.empty()) out += '/';
  return out;
}

/// The parameters, encoded as AWS does it and sorted by that.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    if (parameter.empty()) continue;
    const std::string_view name = parameter.substr(0, parameter.find('='));
    const std::string_view value = parameter.substr(std::min(name.size() + 1, parameter.size()));
    parameters.emplace_back(percent_encoded(percent_decoded(name)), percent_encoded(percent_decoded(value)));
  }
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

/// Without white space around it, and with one space for several inside.
std::string canonical_value(std::string_view value) {
  constexpr std::string_view spaces = " \t\r\n";
  std::string out;
  bool gap = false;
  for (const char c : value) {
    const bool space = spaces.find(c) != std::string_view::npos;
    if (!space && gap && !out.empty()) out += ' ';
    if (!space) out += c;
    gap = space;
  }
  return out;
}

struct SignedHeaders {
  std::string names;  // with semicolons between them
  std::string lines;
};

SignedHeaders canonical_headers(const HttpRequest& request, std::string_view host) {
  std::map<std::string, std::string> headers;
  for (const HttpHeader& header : request.headers) {
    const auto [place, is_new] = headers.try_emplace(lower(header.name));
    if (!is_new) place->second += ',';
    place->second += canonical_value(header.value);
  }
  headers.try_emplace("host", host);
  SignedHeaders out;
  for (const auto& [name, value] : headers) {
    out.names.append(out.names.empty() ? "" : ";").append(name);
    out.lines.append(name).append(":").append(value).append("\n");
  }
  return out;
}

bool changes_on_the_way(std::string_view lower_name) {
  constexpr std::array<std::string_view, 5> names{"user-agent", "expect", "connection", "transfer-encoding",
                                                  "x-amzn-trace-id"};
  return std::ranges::find(names, lower_name) != names.end();
}

void set_header(HttpRequest& request, std::string_view name, std::string value) {
  std::erase_if(request.headers, [&](const HttpHeader& header) { return lower(header.name) == lower(name); });
  request.headers.push_back({std::string(name), std::move(value)});
}

}  // namespace

AwsSignature aws_signature(const HttpRequest& request, const AwsKeys& keys, const AwsScope& scope) {
  const UrlParts url = parts_of(request.url);
  const SignedHeaders headers = canonical_headers(request, url.host);
  const std::string time = timestamp(scope.time);
  const std::string day = time.substr(0, time.find('T'));
  const std::string place = day + "/" + scope.region + "/" + scope.service + "/aws4_request";

  AwsSignature made;
  made.canonical_request = request.method + "\n" + canonical_path(url.path, scope) + "\n" + canonical_query(url.query) +
                           "\n" + headers.lines + "\n" + headers.names + "\n" + to_hex(sha256(request.body));
  made.string_to_sign =
      std::string(algorithm) + "\n" + time + "\n" + place + "\n" + to_hex(sha256(made.canonical_request));

  std::string key = "AWS4" + keys.secret_access_key;
  for (const std::string_view part : {std::string_view(day), std::string_view(scope.region),
                                      std::string_view(scope.service), std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  made.authorization = std::string(algorithm) + " Credential=" + keys.access_key_id + "/" + place +
                       ", SignedHeaders=" + headers.names +
                       ", Signature=" + to_hex(hmac_sha256(key, made.string_to_sign));
  return made;
}

void add_aws_signature(HttpRequest& request, const AwsKeys& keys, const AwsScope& scope) {
  std::erase_if(request.headers, [](const HttpHeader& header) { return lower(header.name) == "authorization"; });
  set_header(request, "X-Amz-Date", timestamp(scope.time));
  if (!keys.session_token.empty()) set_header(request, "X-Amz-Security-Token", keys.session_token);
  if (scope.service == "s3") set_header(request, "X-Amz-Content-Sha256", to_hex(sha256(request.body)));
  std::vector<HttpHeader> all = request.headers;
  std::erase_if(request.headers, [](const HttpHeader& header) { return changes_on_the_way(lower(header.name)); });
  AwsSignature made = aws_signature(request, keys, scope);
  request.headers = std::move(all);
  request.headers.push_back({"Authorization", std::move(made.authorization)});
}

}  // namespace instructor
