#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/redact.hpp"
#include "instructor/codec.hpp"
#include "instructor/testing.hpp"
#include "json/text.hpp"

namespace instructor::testing {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// A body as it stands in the file: JSON as JSON, other text as a string, anything else in base64.
struct Body {
  std::string kind;
  Json value;
};

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : base64_digits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

std::string from_base64(std::string_view text) {
  std::string out;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t digit = base64_digits.find(c);
    if (digit == std::string_view::npos) continue;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(group >> bits & 0xFF);
  }
  return out;
}

Body body_of(std::string_view bytes) {
  if (bytes.empty()) return {"empty", nullptr};
  if (auto json = decode<Json>(bytes)) {
    // Only where the text can be had back: replies are replayed byte by byte.
    if (encode(*json) == bytes) return {"json", std::move(*json)};
  }
  if (json::is_utf8(bytes)) return {"text", std::string(bytes)};
  return {"binary", to_base64(bytes)};
}

Json with_body(Json message, std::string_view bytes) {
  Body body = body_of(bytes);
  message["body_kind"] = body.kind;
  if (body.kind == "json") message["body"] = std::move(body.value);
  if (body.kind == "text") message["body_text"] = std::move(body.value);
  if (body.kind == "binary") message["body_base64"] = std::move(body.value);
  return message;
}

std::string bytes_of(const Json& message) {
  const std::string kind = message.value("body_kind", "empty");
  if (kind == "json") return encode(message.at("body"));
  if (kind == "binary") return from_base64(message.at("body_base64").get<std::string>());
  if (kind == "empty") return {};
  return message.at("body_text").get<std::string>();
}

/// Where two JSON values begin to differ, as a JSON pointer.
std::string first_difference(const Json& a, const Json& b, const std::string& pointer) {
  if (a.is_object() && b.is_object()) {
    for (const auto& [key, value] : a.items()) {
      std::string inner = pointer;
      json::append_pointer(inner, key);
      if (!b.contains(key)) return inner;
      if (value != b.at(key)) return first_difference(value, b.at(key), inner);
    }
    for (const auto& [key, value] : b.items()) {
      std::string inner = pointer;
      json::append_pointer(inner, key);
      if (!a.contains(key)) return inner;
    }
  }
  if (a.is_array() && b.is_array()) {
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      std::string inner = pointer;
      json::append_pointer(inner, i);
      if (i >= a.size() || i >= b.size()) return inner;
      if (a[i] != b[i]) return first_difference(a[i], b[i], inner);
    }
  }
  return pointer.empty() ? "its beginning" : pointer;
}

/// Collects a response on its way to the caller.
class Tee final : public HttpSink {
 public:
  explicit Tee(HttpSink& to) : to_(to) {}
  void head(HttpHead head) override {
    head_ = head;
    to_.head(std::move(head));
  }
  bool body(std::string_view chunk) override {
    body_ += chunk;
    return to_.body(chunk);
  }

  HttpHead head_;
  std::string body_;

 private:
  HttpSink& to_;
};

class Recording final : public Transport {
 public:
  Recording(std::string path, std::shared_ptr<Transport> inner) : path_(std::move(path)), inner_(std::move(inner)) {
    replays_ = std::filesystem::exists(path_);
    if (replays_)
      read();
    else
      file_["interactions"] = Json::array();
  }

  void send(const HttpRequest& request, HttpSink& sink) override {
    if (replays_)
      replay(request, sink);
    else
      record(request, sink);
  }

  Transport* for_credentials() override { return replays_ ? nullptr : inner_->for_credentials(); }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::invalid_request, path_ + ": " + what);
  }

  void read() {
    std::ifstream in(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto file = decode<Json>(text);
    if (!file) fail("is no recording: " + (*file.error().begin()).text());
    if (!file->is_object() || !file->contains("interactions") || !file->at("interactions").is_array())
      fail("is no recording: it has no list \"interactions\"");
    file_ = std::move(*file);
  }

  // ---- replaying -------------------------------------------------------------------------------------------------

  void replay(const HttpRequest& request, HttpSink& sink) {
    const Json* interaction = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const Json& all = file_.at("interactions");
      if (next_ >= all.size())
        fail("holds " + std::to_string(all.size()) + " exchanges, and this is request " + std::to_string(next_ + 1) +
             "; delete the file to record anew");
      interaction = &all[next_++];
    }
    try {
      compare(interaction->at("request"), request);
      const Json& response = interaction->at("response");
      HttpHead head;
      head.status = response.at("status").get<int>();
      if (response.contains("headers"))
        for (const auto& [name, value] : response.at("headers").items())
          head.headers.push_back({name, value.get<std::string>()});
      const std::string body = bytes_of(response);
      sink.head(std::move(head));
      if (!body.empty()) sink.body(body);
    } catch (const Json::exception& e) {
      fail(std::string("is no recording: ") + e.what());
    }
  }

  void compare(const Json& recorded, const HttpRequest& request) const {
    const std::string which = "request " + std::to_string(next_) + " is not the recorded one: ";
    const std::string hint = "; delete the file to record anew";
    if (recorded.at("method") != request.method || recorded.at("url") != request.url)
      fail(which + "it was " + recorded.at("method").get<std::string>() + " " + recorded.at("url").get<std::string>() +
           ", and is " + request.method + " " + request.url + hint);
    const std::string body = bytes_of(recorded);
    const std::string now = secrets_of(request).redact(request.body);
    if (body == now) return;
    const auto before = decode<Json>(body);
    const auto after = decode<Json>(now);
    if (before && after && *before == *after) return;
    fail(which + "the body differs" + (before && after ? " at " + first_difference(*before, *after, "") : "") + hint);
  }

  // ---- recording -------------------------------------------------------------------------------------------------

  static Secrets secrets_of(const HttpRequest& request) {
    Secrets secrets;
    for (const HttpHeader& header : request.headers) {
      if (!is_secret_header(lower(header.name))) continue;
      secrets.add(header.value);
      // "Bearer sk-...": the key alone turns up elsewhere.
      if (const std::size_t space = header.value.find(' '); space != std::string::npos)
        secrets.add(header.value.substr(space + 1));
    }
    return secrets;
  }

  static Json headers_json(const std::vector<HttpHeader>& headers, const Secrets& secrets) {
    Json json = Json::object();
    for (const HttpHeader& header : headers) {
      const std::string name = lower(header.name);
      json[name] = is_secret_header(name) ? std::string(redacted) : secrets.redact(header.value);
    }
    return json;
  }

  void record(const HttpRequest& request, HttpSink& sink) {
    Tee tee(sink);
    inner_->send(request, tee);
    const Secrets secrets = secrets_of(request);
    Json asked;
    asked["method"] = request.method;
    asked["url"] = secrets.redact(request.url);
    asked["headers"] = headers_json(request.headers, secrets);
    Json answered;
    answered["status"] = tee.head_.status;
    // The body is kept unpacked and whole.
    std::erase_if(tee.head_.headers, [](const HttpHeader& header) {
      return header.name == "content-encoding" || header.name == "transfer-encoding" || header.name == "content-length";
    });
    answered["headers"] = headers_json(tee.head_.headers, secrets);
    Json interaction;
    interaction["request"] = with_body(std::move(asked), secrets.redact(request.body));
    interaction["response"] = with_body(std::move(answered), secrets.redact(tee.body_));
    const std::lock_guard lock(mutex_);
    file_["interactions"].push_back(std::move(interaction));
    write();
  }

  /// The file is there whole or not at all.
  void write() const {
    const std::filesystem::path path(path_);
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    const std::string temporary = path_ + ".new";
    {
      std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
      out << encode(file_, 1) << '\n';
      if (!out.flush()) fail("cannot be written");
    }
    std::filesystem::rename(temporary, path);
  }

  const std::string path_;
  const std::shared_ptr<Transport> inner_;
  bool replays_ = false;
  std::mutex mutex_;
  Json file_ = Json::object();
  std::size_t next_ = 0;
};

}  // namespace

std::shared_ptr<Transport> recording(std::string path, std::shared_ptr<Transport> inner) {
  return std::make_shared<Recording>(std::move(path), std::move(inner));
}

Client recorded(std::string path, std::string_view provider_and_model, ClientOptions options) {
  const bool replays = std::filesystem::exists(path);
  if (replays && options.api_key().empty()) options.api_key("replayed-key");
  if (replays)
    options.transport_retry(
        options.transport_retry().value_or(TransportRetry()).base_delay({}));  // nothing to wait for
  options.transport(recording(std::move(path),
                              options.transport() != nullptr ? options.transport() : http_transport(options.http())));
  return from_provider(provider_and_model, options);
}

Client recorded(std::string path, const Client& client) {
  return client.over(recording(std::move(path), client.transport()));
}

}  // namespace instructor::testing
