#pragma once

// A transport of one's own, on plain sockets: what a program writes that has an HTTP stack already, or must not have
// libcurl's. This one speaks HTTP/1.1 without TLS, one connection a request; a real one wraps what is there.
//
//   auto client = from_provider("openai/gpt-4o-mini", ClientOptions()
//       .base_url("http://localhost:8000/v1")
//       .transport(std::make_shared<SocketTransport>()));
//
// `send` is all that is needed. `open` lets streams show what arrives; asynchronous calls then run it on a thread.

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <instructor/error.hpp>
#include <instructor/transport.hpp>

class SocketExchange final : public instructor::HttpExchange {
 public:
  explicit SocketExchange(instructor::HttpRequest request)
      : request_(std::move(request)),
        until_(std::chrono::steady_clock::now() + std::chrono::nanoseconds(request_.timeout.nanoseconds())) {
    connect();
    std::string text = request_.method + " " + path_ + " HTTP/1.1\r\nHost: " + host_ +
                       "\r\nConnection: close\r\nContent-Length: " + std::to_string(request_.body.size()) + "\r\n";
    for (const instructor::HttpHeader& header : request_.headers) text += header.name + ": " + header.value + "\r\n";
    write(text + "\r\n" + request_.body);
  }
  ~SocketExchange() override {
    if (socket_ >= 0) ::close(socket_);
  }
  SocketExchange(const SocketExchange&) = delete;
  SocketExchange& operator=(const SocketExchange&) = delete;

  const instructor::HttpHead& head() override {
    while (head_.status == 0) {
      const std::size_t end = buffer_.find("\r\n\r\n");
      if (end == std::string::npos) {
        if (buffer_.size() > max_head) fail(instructor::ErrorCode::response_too_large, "its headers are too large");
        if (!fill()) fail(instructor::ErrorCode::transport, "the connection broke inside the headers");
        continue;
      }
      read_head(buffer_.substr(0, end + 2));
      buffer_.erase(0, end + 4);
    }
    return head_;
  }

  std::string_view read() override {
    head();
    taken_.clear();
    while (taken_.empty() && !over_) {
      if (chunked_ && left_ == 0 && !next_chunk()) continue;
      if (over_) break;
      if (buffer_.empty() && !fill()) {
        if (has_length_ || chunked_) fail(instructor::ErrorCode::transport, "the connection broke inside the body");
        over_ = true;  // without a length the end of the connection is the end of the body
        break;
      }
      const std::size_t size = has_length_ || chunked_ ? std::min(left_, buffer_.size()) : buffer_.size();
      taken_ = buffer_.substr(0, size);
      buffer_.erase(0, size);
      left_ -= has_length_ || chunked_ ? size : 0;
      if (has_length_ && left_ == 0) over_ = true;
    }
    return taken_;
  }

 private:
  static constexpr std::size_t max_head = 256 << 10;

  [[noreturn]] void fail(instructor::ErrorCode code, const std::string& what) const {
    throw instructor::Error(code, host_ + ": " + what);
  }

  void connect() {
    constexpr std::string_view scheme = "http://";
    if (!request_.url.starts_with(scheme))
      throw instructor::Error(instructor::ErrorCode::invalid_configuration, "SocketTransport speaks http:// only");
    const std::string_view rest = std::string_view(request_.url).substr(scheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    host_ = rest.substr(0, slash);
    path_ = slash == rest.size() ? "/" : std::string(rest.substr(slash));
    const std::size_t colon = host_.rfind(':');
    const std::string name = host_.substr(0, colon);
    const std::string port = colon == std::string::npos ? "80" : host_.substr(colon + 1);

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), port.c_str(), &hints, &found) != 0)
      fail(instructor::ErrorCode::transport, "there is no such host");
    for (const addrinfo* one = found; one != nullptr && socket_ < 0; one = one->ai_next) {
      socket_ = ::socket(one->ai_family, one->ai_socktype, one->ai_protocol);
      if (socket_ >= 0 && ::connect(socket_, one->ai_addr, one->ai_addrlen) != 0) {
        ::close(socket_);
        socket_ = -1;
      }
    }
    ::freeaddrinfo(found);
    if (socket_ < 0) fail(instructor::ErrorCode::transport, "nothing listens there");
    // A call that is cancelled does not wait for the server any longer.
    cancelled_ = request_.cancellation.watch([socket = socket_] { ::shutdown(socket, SHUT_RDWR); });
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) broke("the connection broke while the request was sent");
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  [[noreturn]] void broke(const std::string& what) const {
    if (request_.cancellation.cancelled()) fail(instructor::ErrorCode::cancelled, "the call was cancelled");
    fail(instructor::ErrorCode::transport, what);
  }

  /// Waits for more. False at the end of the connection.
  bool fill() {
    pollfd waits{socket_, POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
    const auto at_most = static_cast<int>(std::clamp<long long>(left.count(), 0, 3'600'000));
    if (::poll(&waits, 1, at_most) == 0) fail(instructor::ErrorCode::timeout, "no complete response in time");
    char bytes[16384];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got < 0 || request_.cancellation.cancelled()) broke("the connection broke");
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  void read_head(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (!text.starts_with("HTTP/1.") || space == std::string_view::npos)
      fail(instructor::ErrorCode::bad_response, "what is there speaks no HTTP");
    std::from_chars(text.data() + space + 1, text.data() + text.size(), head_.status);
    text.remove_prefix(text.find("\r\n") + 2);
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find("\r\n"));
      text.remove_prefix(line.size() + 2);
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      instructor::HttpHeader header{std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))};
      for (char& c : header.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      header.value.erase(0, header.value.find_first_not_of(" \t"));
      head_.headers.push_back(std::move(header));
    }
    chunked_ = head_.header("transfer-encoding") == "chunked";
    const std::string_view length = head_.header("content-length");
    has_length_ = !chunked_ && !length.empty();
    if (has_length_) std::from_chars(length.data(), length.data() + length.size(), left_);
    over_ = has_length_ && left_ == 0;
  }

  /// The size of the next chunk; false: more has to arrive first, or it was the last.
  bool next_chunk() {
    if (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);  // of the one before
    const std::size_t end = buffer_.find("\r\n");
    if (end == std::string::npos) {
      if (!fill()) fail(instructor::ErrorCode::transport, "the connection broke inside the body");
      return false;
    }
    const auto [rest, error] = std::from_chars(buffer_.data(), buffer_.data() + end, left_, 16);
    if (error != std::errc()) fail(instructor::ErrorCode::transport, "a chunk of the body is broken");
    static_cast<void>(rest);
    buffer_.erase(0, end + 2);
    over_ = left_ == 0;
    return !over_;
  }

  instructor::HttpRequest request_;
  std::chrono::steady_clock::time_point until_;
  std::string host_;
  std::string path_;
  int socket_ = -1;
  instructor::Cancellation::Watch cancelled_;
  instructor::HttpHead head_;
  std::string buffer_;
  std::string taken_;
  std::size_t left_ = 0;  // of the body, or of the chunk
  bool has_length_ = false;
  bool chunked_ = false;
  bool over_ = false;
};

class SocketTransport final : public instructor::Transport {
 public:
  void send(const instructor::HttpRequest& request, instructor::HttpSink& sink) override {
    SocketExchange exchange(request);
    sink.head(exchange.head());
    for (std::string_view bytes = exchange.read(); !bytes.empty(); bytes = exchange.read())
      if (!sink.body(bytes)) return;
  }
  std::unique_ptr<instructor::HttpExchange> open(instructor::HttpRequest request) override {
    return std::make_unique<SocketExchange>(std::move(request));
  }
};
