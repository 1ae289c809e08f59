#pragma once

// One transfer with libcurl: what is set, what its callbacks do, and what failures are called. Whoever drives transfers
// (curl_blocking.cpp, curl_loop.cpp) sets nothing itself.

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "http/deadlines.hpp"
#include "instructor/error.hpp"
#include "instructor/transport.hpp"

namespace instructor::curl {

struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Easy = std::unique_ptr<CURL, EasyCloser>;
using Multi = std::unique_ptr<CURLM, MultiCloser>;
using List = std::unique_ptr<curl_slist, ListCloser>;
using ParsedUrl = std::unique_ptr<CURLU, UrlCloser>;

/// Once for the process; throws Error (`transport`).
void initialise();

class Transfer;

/// An easy handle with all that libcurl only points to. What one transfer has set and the next wants too stays set:
/// setting all of it for each call cost 5 us of 100 on loopback.
struct Handle {
  Easy easy;
  std::shared_ptr<const TransportOptions> options;  // that it was made with
  std::string url;
  ParsedUrl parsed_url;  // of `url`, where it is one
  std::string method;
  std::vector<HttpHeader> headers;
  List header_list;  // of `headers`
  bool watches_upload = false;
  bool wants_fresh_connection = false;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  Transfer* transfer = nullptr;  // the one under way
};

/// Who drives the transfers of a handle.
enum class Use : std::uint8_t {
  blocking,  ///< a thread that waits for one transfer
  loop,      ///< one thread for thousands: little memory each, and connections are shared where HTTP/2 is spoken
};

std::unique_ptr<Handle> make_handle(std::shared_ptr<const TransportOptions> options, Use use);

/// How many bytes a body may have, and which option says so.
struct BodyLimit {
  std::size_t bytes;
  const char* option;
};

/// One request and its response. The request, the sink and the options must live as long.
class Transfer {
 public:
  Transfer(const HttpRequest& request, HttpSink& sink, const TransportOptions& options, BodyLimit limit)
      : request_(request), sink_(sink), options_(options), limit_(limit) {}

  /// Sets the request. Throws Error (`invalid_configuration`) where it cannot be sent as it is.
  void set_up(Handle& handle);
  /// Nothing may point into a transfer that is over.
  static void let_go(Handle& handle) noexcept;

  /// `clock` outlives the transfer. It is read anew for each piece: while libcurl is
  /// called once, several may arrive.
  void begin(const Clock& clock) {
    clock_ = &clock;
    deadlines_.begin(clock.now(), options_, request_.timeout);
  }
  Deadlines& deadlines() { return deadlines_; }
  /// `tell` is called when another limit of time counts from now on, which may be nearer than the one before. It must
  /// not throw.
  void when_limit_changes(std::function<void()> tell) { tell_ = std::move(tell); }

  /// A connection that was kept may have been closed by the other side in the very moment it was used again: then the
  /// same request is sent once more, on a new connection. True: attach the handle again.
  bool prepare_retry(Handle& handle, CURLcode code);
  /// The request was sent whole, and its body need not be kept.
  void forget_body(Handle& handle) noexcept;

  /// Returns where the transfer succeeded, or the sink wanted no more. Throws what the sink has thrown, and Error
  /// for what went wrong. `passed` is the limit of time that broke it off.
  void conclude(Handle& handle, CURLcode code, Limit passed = Limit::none);
  bool ended_by_sink() const { return enough_; }
  Error cancelled() const;

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* handle) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* handle) noexcept;
  static int on_connected(void* handle, char*, char*, int, int) noexcept;
  static int on_progress(void* handle, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) noexcept;
  friend std::unique_ptr<Handle> make_handle(std::shared_ptr<const TransportOptions>, Use);

  void connected();
  void received();
  void header_line(std::string_view line);
  void give_head();
  Error timed_out(Limit passed) const;
  Error failure(const Handle& handle, CURLcode code) const;

  const HttpRequest& request_;
  HttpSink& sink_;
  const TransportOptions& options_;
  BodyLimit limit_;

  const Clock* clock_ = nullptr;
  Deadlines deadlines_;
  std::function<void()> tell_;
  curl_off_t sent_ = 0;

  HttpHead head_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  bool head_given_ = false;
  bool headers_ended_ = false;
  bool retried_ = false;
  bool header_too_large_ = false;
  bool body_too_large_ = false;
  bool enough_ = false;
  std::exception_ptr thrown_;
};

}  // namespace instructor::curl
