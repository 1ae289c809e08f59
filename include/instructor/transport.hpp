#pragma once

// How requests travel. In production libcurl does it; tests use the transports of testing.hpp; a program with an HTTP
// stack of its own writes a Transport around it and gives it to ClientOptions::transport.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/cancellation.hpp"
#include "instructor/clock.hpp"
#include "instructor/duration.hpp"

namespace instructor {

struct HttpHeader {
  std::string name;
  std::string value;

  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

/// A request that is ready to go.
struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
  Duration timeout = Duration::of_seconds(600);       ///< from connecting to the last byte
  Cancellation cancellation = Cancellation::never();  ///< breaks the transfer off: Error (`cancelled`)
};

/// Status line and headers of a response; names in lower case.
struct HttpHead {
  int status = 0;
  std::vector<HttpHeader> headers;

  /// The value of the first header with this lower-case name, or nothing.
  std::string_view header(std::string_view name) const;
};

/// Takes a response as it arrives.
class HttpSink {
 public:
  virtual ~HttpSink() = default;

  /// Once, before any part of the body.
  virtual void head(HttpHead head) = 0;
  /// The next bytes of the body. False: enough; the transfer is broken off and `send` returns.
  virtual bool body(std::string_view chunk) = 0;
};

/// A response that is read piece by piece. Destroying it before its end breaks the transfer off and closes the
/// connection. Used by one thread at a time.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  /// Waits for status and headers. Throws Error as Transport::send.
  virtual const HttpHead& head() = 0;
  /// Waits for the next bytes of the body, valid until the next call; empty at its end. Throws Error as
  /// Transport::send.
  virtual std::string_view read() = 0;
  /// Would `head`, and after it `read`, return or throw without waiting? Transports that only block say yes. Never
  /// waits.
  virtual bool ready() { return true; }
  /// Nothing more is wanted. A transport that keeps connections may wait a moment for the end of the response, so that
  /// the connection can serve the next request. Does not throw.
  virtual void finish() noexcept {}
};

/// Sends requests. Owned by a shared_ptr, as a rule: then what is started keeps it alive.
class Transport : public std::enable_shared_from_this<Transport> {
 public:
  virtual ~Transport() = default;

  /// Sends `request` and hands the response to `sink`, on the calling thread. Any status is a response. Throws Error
  /// where there is none, or it breaks off: `transport`, `timeout`, `tls`, `response_too_large`. Must not follow
  /// redirects: keys travel in headers. Called from many threads at once.
  virtual void send(const HttpRequest& request, HttpSink& sink) = 0;

  /// Sends a request whose response is read as it comes. Unless it is overridden the response is waited for as a whole,
  /// and streams show nothing before it is there.
  virtual std::unique_ptr<HttpExchange> open(HttpRequest request);

  /// Begins a request and does not wait. `wake` is called, on any thread and perhaps more often than there is something
  /// new, whenever the exchange may have become `ready`: at once where it already is. It is not called any more once
  /// the exchange is destroyed, must be quick and must not use the exchange. Failures, too, come out of the exchange.
  /// Unless it is overridden, `open` and what follows run on a thread kept for such transfers; many at once then take a
  /// thread each, up to 64, and the others wait their turn.
  virtual std::unique_ptr<HttpExchange> start(HttpRequest request, std::function<void()> wake);

  /// How access tokens are asked for where a provider wants them: no part of what is said to the provider, and nothing
  /// to keep a record of. Null: nobody will look at credentials, because responses are replayed; then none are sent.
  /// Unless it is overridden this transport itself.
  virtual Transport* for_credentials() { return this; }
};

/// Which HTTP is spoken.
enum class HttpVersion : std::uint8_t {
  automatic,  ///< HTTP/2 where a server offers it over TLS, else HTTP/1.1
  http1,      ///< HTTP/1.1 alone
};

/// Settings of the libcurl transport. Times are by `clock`.
struct TransportOptions {
  Duration connect_timeout = Duration::of_seconds(10);      ///< finding the host, connecting, TLS
  Duration first_byte_timeout = Duration::of_seconds(600);  ///< from the request's last byte to the response's first
  Duration idle_timeout = Duration::of_seconds(300);        ///< between two pieces of a response
  std::size_t max_response_bytes = 64 << 20;                ///< after decompression
  std::size_t max_stream_bytes = 1 << 30;                   ///< of a response that is read as it comes; it is not kept
  std::size_t max_header_bytes = 256 << 10;                 ///< of all headers of a response together
  std::size_t max_unread_bytes = 8 << 20;  ///< of a response that arrives faster than an asynchronous call reads it
  std::string ca_file;                     ///< PEM bundle to trust instead of the system's
  std::string client_certificate;          ///< PEM file, for servers that ask who calls
  std::string client_key;                  ///< PEM file with its private key; empty: it is in the same file
  std::string client_key_password;
  std::string proxy;  ///< URL; empty: as the environment says (https_proxy, no_proxy); "none": never
  HttpVersion http_version = HttpVersion::automatic;
  std::shared_ptr<Clock> clock;  ///< null: the machine's

  TransportOptions() = default;
};

/// The transport that clients use unless they are given another: libcurl, connections kept for reuse, TLS verified, no
/// redirects. What is sent or opened runs on the calling thread; what is started, on one thread that all transports of
/// the process share (a transport with a clock of its own has its own). That thread never runs code of the program's:
/// it puts what arrives into a mailbox and calls `wake`. It is started by the first request that needs it, and ended
/// when the program ends; transfers that are under way then fail (`cancelled`). A child made by fork() gets one of its
/// own; what its parent had under way fails there.
std::shared_ptr<Transport> http_transport(TransportOptions options = {});

}  // namespace instructor
