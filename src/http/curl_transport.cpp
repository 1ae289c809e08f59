// The production transport: libcurl on the calling thread.
//
// Each blocking call checks out a handle with its own connection cache and gives it back; the last one returned is
// taken first, so that connections stay warm. (Driving one's own multi handle costs the same as curl_easy_perform;
// handing the call to another thread and waiting for it costs 1.6 times as much.)

#include <array>
#include <cctype>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "http/url.hpp"
#include "instructor/error.hpp"
#include "instructor/transport.hpp"

namespace instructor {

namespace {

struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCloser>;
using Multi = std::unique_ptr<CURLM, MultiCloser>;
using List = std::unique_ptr<curl_slist, ListCloser>;

class Transfer;

/// A multi handle owns the connections; it outlives the transfers that use them. What one transfer has set and the next
/// wants too stays set: setting all of it for each call cost 5 us of 100 on loopback.
struct Line {
  Multi multi;
  Easy easy;
  std::string url;
  std::string method;
  std::vector<HttpHeader> headers;
  List header_list;  // of `headers`
  std::array<char, CURL_ERROR_SIZE> error_text{};
  Transfer* transfer = nullptr;  // the one under way
};

void initialise_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK)
    throw Error(ErrorCode::transport, std::string("libcurl cannot be initialised: ") + curl_easy_strerror(code));
}

/// One request and its response, as libcurl's callbacks see it.
class Transfer {
 public:
  Transfer(const HttpRequest& request, HttpSink& sink, const TransportOptions& options,
           const char* limit_name = "max_response_bytes")
      : request_(request), sink_(sink), options_(options), limit_name_(limit_name) {}

  void set_up(Line& line);
  [[noreturn]] void fail(CURLcode code, const char* error_text) const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* line) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* line) noexcept;

  /// Rethrows what a sink has thrown; otherwise says whether the sink wanted no more.
  bool ended_by_sink() const {
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
    return enough_;
  }
  void give_head();
  bool headers_ended() const { return headers_ended_; }

 private:
  void header_line(std::string_view line);

  const HttpRequest& request_;
  HttpSink& sink_;
  const TransportOptions& options_;
  const char* limit_name_;  // which option bounds the body

  HttpHead head_;
  bool head_given_ = false;
  bool headers_ended_ = false;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  bool header_too_large_ = false;
  bool body_too_large_ = false;
  bool enough_ = false;
  std::exception_ptr thrown_;
};

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
    throw Error(ErrorCode::transport, std::string("libcurl refuses an option: ") + curl_easy_strerror(code));
}

List make_header_list(const std::vector<HttpHeader>& headers) {
  List list;
  const auto append = [&](const std::string& line) {
    curl_slist* const head = curl_slist_append(list.get(), line.c_str());
    if (head == nullptr) throw std::bad_alloc();
    if (list == nullptr) list.reset(head);
  };
  // "Name;" is how libcurl spells a header without a value.
  for (const HttpHeader& header : headers)
    append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  // Large bodies would wait for a "100 Continue" that many servers never send.
  append("Expect:");
  return list;
}

/// What all requests of a line have in common.
void set_up_once(Line& line, const TransportOptions& options) {
  CURL* const easy = line.easy.get();
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.milliseconds()));
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_MAXLIFETIME_CONN, 3600L);
  set(easy, CURLOPT_ACCEPT_ENCODING, "");
  set(easy, CURLOPT_ERRORBUFFER, line.error_text.data());
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(easy, CURLOPT_HEADERDATA, &line);
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(easy, CURLOPT_WRITEDATA, &line);
  if (!options.ca_file.empty()) set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.proxy.empty()) set(easy, CURLOPT_PROXY, options.proxy.c_str());
}

void Transfer::set_up(Line& line) {
  CURL* const easy = line.easy.get();
  if (line.url != request_.url) {
    set(easy, CURLOPT_URL, request_.url.c_str());
    line.url = request_.url;
  }
  if (line.header_list == nullptr || line.headers != request_.headers) {
    List list = make_header_list(request_.headers);
    set(easy, CURLOPT_HTTPHEADER, list.get());
    line.header_list = std::move(list);
    line.headers = request_.headers;
  }
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.milliseconds()));
  if (line.method != request_.method) {
    const bool has_body = request_.method != "GET";
    set(easy, has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    line.method = request_.method;
  }
  if (request_.method != "GET") {
    set(easy, CURLOPT_POSTFIELDS, request_.body.data());
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  line.error_text[0] = '\0';
  line.transfer = this;
}

/// Nothing may point into a transfer that is over.
void let_go(Line& line) {
  curl_easy_setopt(line.easy.get(), CURLOPT_POSTFIELDS, nullptr);
  line.transfer = nullptr;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* line) noexcept {
  Transfer& transfer = *static_cast<Line*>(line)->transfer;
  try {
    transfer.header_bytes_ += size * count;
    if (transfer.header_bytes_ > transfer.options_.max_header_bytes) {
      transfer.header_too_large_ = true;
      return 0;
    }
    transfer.header_line({data, size * count});
    return size * count;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return 0;
  }
}

void Transfer::header_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  headers_ended_ = line.empty();
  if (line.starts_with("HTTP/")) {  // a new block: after 100 Continue, or from a proxy
    head_ = {};
    const std::size_t space = line.find(' ');
    for (std::size_t i = space + 1; space != std::string_view::npos && i < line.size() && i < space + 4; ++i)
      if (line[i] >= '0' && line[i] <= '9') head_.status = head_.status * 10 + (line[i] - '0');
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  HttpHeader header;
  header.name = line.substr(0, colon);
  for (char& c : header.name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  header.value = value;
  head_.headers.push_back(std::move(header));
}

void Transfer::give_head() {
  if (head_given_) return;
  head_given_ = true;
  sink_.head(std::move(head_));
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* line) noexcept {
  Transfer& transfer = *static_cast<Line*>(line)->transfer;
  try {
    const std::size_t bytes = size * count;
    transfer.give_head();
    transfer.body_bytes_ += bytes;
    if (transfer.body_bytes_ > transfer.options_.max_response_bytes) {
      transfer.body_too_large_ = true;
      return 0;
    }
    if (transfer.sink_.body({data, bytes})) return bytes;
    transfer.enough_ = true;
    return 0;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return 0;
  }
}

void Transfer::fail(CURLcode code, const char* error_text) const {
  const std::string host = host_of(request_.url);
  const std::string said = code == CURLE_OK        ? "it ended inside the headers"
                           : error_text[0] != '\0' ? error_text
                                                   : curl_easy_strerror(code);
  if (body_too_large_)
    throw Error(ErrorCode::response_too_large, "the response of " + host + " is larger than " +
                                                   std::to_string(options_.max_response_bytes) +
                                                   " bytes; see TransportOptions::" + limit_name_);
  if (header_too_large_)
    throw Error(ErrorCode::response_too_large, "the headers of the response of " + host + " are larger than " +
                                                   std::to_string(options_.max_header_bytes) + " bytes");
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: throw Error(ErrorCode::timeout, "no answer from " + host + " in time: " + said);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: throw Error(ErrorCode::transport, "cannot find " + host + ": " + said);
    case CURLE_COULDNT_CONNECT:
      throw Error(ErrorCode::transport, "cannot connect to " + host + ": " + said + " (is the server running?)");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      throw Error(ErrorCode::tls, "no trusted connection to " + host + ": " + said +
                                      " (to trust a certificate authority of your own, set TransportOptions::ca_file)");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      throw Error(ErrorCode::invalid_configuration, "the URL for " + host + " cannot be used: " + said);
    default: throw Error(ErrorCode::transport, "the connection to " + host + " broke: " + said);
  }
}

/// What a line's transfer came to, once it is over.
CURLcode result_of(Line& line) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(line.multi.get(), &left))
    if (message->msg == CURLMSG_DONE) return message->data.result;
  return CURLE_OK;
}

/// Goes on with a line's transfer, waiting when there is nothing to do. False: it is over.
bool step(Line& line, bool wait) {
  int running = 1;
  if (wait) curl_multi_poll(line.multi.get(), nullptr, 0, 1000, nullptr);
  if (const CURLMcode code = curl_multi_perform(line.multi.get(), &running); code != CURLM_OK)
    throw Error(ErrorCode::transport, std::string("libcurl gave up: ") + curl_multi_strerror(code));
  return running != 0;
}

/// The transfer of a line is under way for as long as this lives.
class Attached {
 public:
  explicit Attached(Line& line) : line_(line) { curl_multi_add_handle(line.multi.get(), line.easy.get()); }
  ~Attached() { curl_multi_remove_handle(line_.multi.get(), line_.easy.get()); }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  Line& line_;
};

class CurlTransport;

/// A response that is read piece by piece: the transfer goes on only while somebody waits for it.
class CurlExchange final : public HttpExchange, private HttpSink {
 public:
  CurlExchange(std::shared_ptr<CurlTransport> transport, std::unique_ptr<Line> line, HttpRequest request,
               TransportOptions options);
  ~CurlExchange() override;

  const HttpHead& head() override;
  std::string_view read() override;
  void finish() noexcept override;

 private:
  void head(HttpHead head) override {
    head_ = std::move(head);
    has_head_ = true;
  }
  bool body(std::string_view chunk) override {
    received_ += chunk;
    return true;
  }
  void go_on();

  std::shared_ptr<CurlTransport> transport_;
  std::unique_ptr<Line> line_;
  HttpRequest request_;
  TransportOptions options_;
  Transfer transfer_;
  std::unique_ptr<Attached> attached_;

  HttpHead head_;
  bool has_head_ = false;
  std::string received_;
  std::string taken_;
  bool begun_ = false;
  bool over_ = false;
  CURLcode code_ = CURLE_OK;
};

class CurlTransport final : public Transport, public std::enable_shared_from_this<CurlTransport> {
 public:
  explicit CurlTransport(TransportOptions options) : options_(std::move(options)) { initialise_curl(); }

  void send(const HttpRequest& request, HttpSink& sink) override {
    std::unique_ptr<Line> line = check_out();
    Transfer transfer(request, sink, options_);
    transfer.set_up(*line);
    const CURLcode code = perform(*line);
    let_go(*line);
    // To libcurl, headers that break off are a response without a body.
    if (!transfer.ended_by_sink() && (code != CURLE_OK || !transfer.headers_ended()))
      transfer.fail(code, line->error_text.data());
    check_in(std::move(line));
    transfer.give_head();
  }

  std::unique_ptr<HttpExchange> open(HttpRequest request) override {
    TransportOptions options = options_;
    options.max_response_bytes = options_.max_stream_bytes;
    return std::make_unique<CurlExchange>(shared_from_this(), check_out(), std::move(request), std::move(options));
  }

  void check_in(std::unique_ptr<Line> line) {
    constexpr std::size_t max_idle = 64;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < max_idle) idle_.push_back(std::move(line));
  }

 private:
  static CURLcode perform(Line& line) {
    const Attached attached(line);
    bool more = step(line, false);
    while (more) more = step(line, true);
    return result_of(line);
  }

  std::unique_ptr<Line> check_out() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Line> line = std::move(idle_.back());
        idle_.pop_back();
        return line;
      }
    }
    auto line = std::make_unique<Line>();
    line->multi.reset(curl_multi_init());
    line->easy.reset(curl_easy_init());
    if (line->multi == nullptr || line->easy == nullptr) throw std::bad_alloc();
    curl_multi_setopt(line->multi.get(), CURLMOPT_MAXCONNECTS, 4L);
    set_up_once(*line, options_);
    return line;
  }

  const TransportOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Line>> idle_;
};

// ---- piece by piece ----------------------------------------------------------------------------------------------

CurlExchange::CurlExchange(std::shared_ptr<CurlTransport> transport, std::unique_ptr<Line> line, HttpRequest request,
                           TransportOptions options)
    : transport_(std::move(transport)),
      line_(std::move(line)),
      request_(std::move(request)),
      options_(std::move(options)),
      transfer_(request_, *this, options_, "max_stream_bytes") {
  transfer_.set_up(*line_);
  attached_ = std::make_unique<Attached>(*line_);
}

/// Detaching a transfer that is under way closes its connection. A line whose transfer is over serves the next one.
CurlExchange::~CurlExchange() {
  attached_.reset();
  if (!over_ || code_ != CURLE_OK) return;
  let_go(*line_);
  transport_->check_in(std::move(line_));
}

void CurlExchange::go_on() {
  if (step(*line_, begun_)) {
    begun_ = true;
    return;
  }
  over_ = true;
  code_ = result_of(*line_);
}

const HttpHead& CurlExchange::head() {
  while (!has_head_ && !over_) go_on();
  if (!has_head_) {
    if (transfer_.ended_by_sink() || code_ != CURLE_OK || !transfer_.headers_ended())
      transfer_.fail(code_, line_->error_text.data());
    transfer_.give_head();
  }
  return head_;
}

/// What ends the response is on its way, as a rule: a new connection would cost more than this wait.
void CurlExchange::finish() noexcept {
  try {
    for (int tries = 0; tries < 5 && !over_; ++tries) {
      curl_multi_poll(line_->multi.get(), nullptr, 0, 10, nullptr);
      if (step(*line_, false)) continue;
      over_ = true;
      code_ = result_of(*line_);
    }
  } catch (...) {  // then the connection is closed
    over_ = false;
  }
}

std::string_view CurlExchange::read() {
  taken_.clear();
  while (received_.empty() && !over_) go_on();
  if (received_.empty() && (transfer_.ended_by_sink() || code_ != CURLE_OK))
    transfer_.fail(code_, line_->error_text.data());
  std::swap(received_, taken_);
  return taken_;
}

}  // namespace

std::shared_ptr<Transport> http_transport(TransportOptions options) {
  return std::make_shared<CurlTransport>(std::move(options));
}

}  // namespace instructor
