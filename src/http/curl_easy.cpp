#include "http/curl_easy.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <new>
#include <utility>

#include "http/url.hpp"

namespace instructor::curl {

namespace {

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
    throw Error(ErrorCode::transport, std::string("libcurl refuses an option: ") + curl_easy_strerror(code));
}

void set_text(CURL* easy, CURLoption option, const std::string& text) {
  if (!text.empty()) set(easy, option, text.c_str());
}

/// Bodies that libcurl sends in one go with the headers need nobody who watches them go.
constexpr std::size_t sent_at_once = 64 << 10;

/// Room for so many headers of a response is made at once.
constexpr std::size_t usual_headers = 16;

/// Line breaks would let a key, or whatever else is put into a header, add headers and requests of its own.
void refuse_control_characters(const HttpRequest& request) {
  using namespace std::string_view_literals;
  const auto spoils = [](std::string_view text) { return text.find_first_of("\r\n\0"sv) != std::string_view::npos; };
  if (spoils(request.url) || spoils(request.method))
    throw Error(ErrorCode::invalid_configuration,
                "the URL or the method of a request has a line break or a NUL in it; nothing was sent");
  for (const HttpHeader& header : request.headers) {
    if (header.name.empty() || spoils(header.name) || header.name.find(':') != std::string::npos)
      throw Error(ErrorCode::invalid_configuration,
                  "the name of a header of the request is empty, or has a colon, a line break or a NUL in it; nothing "
                  "was sent");
    if (spoils(header.value))
      throw Error(ErrorCode::invalid_configuration, "the value of the header " + header.name + " for " +
                                                        host_of(request.url) +
                                                        " has a line break or a NUL in it (was a key pasted with the "
                                                        "end of its line?); nothing was sent");
  }
}

/// What libcurl can decode. It would say the same itself, and write it anew for each transfer.
const std::string& decodable() {
  static const std::string names = [] {
    const curl_version_info_data* const about = curl_version_info(CURLVERSION_NOW);
    std::string list;
    const auto add = [&](int feature, std::string_view name) {
      if ((about->features & feature) != 0) list.append(list.empty() ? "" : ", ").append(name);
    };
    add(CURL_VERSION_LIBZ, "deflate, gzip");
    add(CURL_VERSION_BROTLI, "br");
    add(CURL_VERSION_ZSTD, "zstd");
    return list;
  }();
  return names;
}

bool is_accept_encoding(const HttpHeader& header) {
  return std::ranges::equal(header.name, std::string_view("accept-encoding"), {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
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
  if (!decodable().empty() && std::ranges::none_of(headers, is_accept_encoding))
    append("Accept-Encoding: " + decodable());
  // Large bodies would wait for a "100 Continue" that many servers never send.
  append("Expect:");
  return list;
}

/// Else libcurl would read the URL anew for each transfer, and write it out again. Null: it is none, as libcurl will
/// say in its own words.
ParsedUrl parse(const std::string& url) {
  ParsedUrl parsed(curl_url());
  if (parsed == nullptr) throw std::bad_alloc();
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK)
    parsed.reset();
  return parsed;
}

/// Does the environment name a proxy for some host? If not, it need not be asked for each transfer.
bool environment_has_proxy() {
  for (const char* const name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') return true;
  return false;
}

/// Nor does the environment say anything then.
void set_no_proxy(CURL* easy) {
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NOPROXY, "");
}

/// Deadlines are ours; but libcurl divides the time to connect between the addresses of a host, and must know it for
/// that. With a clock of the program's own it is not libcurl's time.
long connect_milliseconds(const TransportOptions& options) {
  if (options.clock != system_clock()) return INT_MAX;
  return static_cast<long>(std::clamp<std::int64_t>(options.connect_timeout.milliseconds(), 1, INT_MAX));
}

}  // namespace

void initialise() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK)
    throw Error(ErrorCode::transport, std::string("libcurl cannot be initialised: ") + curl_easy_strerror(code));
}

/// What all requests of a handle have in common.
std::unique_ptr<Handle> make_handle(std::shared_ptr<const TransportOptions> options, Use use) {
  auto handle = std::make_unique<Handle>();
  handle->easy.reset(curl_easy_init());
  if (handle->easy == nullptr) throw std::bad_alloc();
  CURL* const easy = handle->easy.get();
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A lookup that hangs would otherwise be waited for when its transfer is given up.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_milliseconds(*options));
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_MAXLIFETIME_CONN, 3600L);
  set(easy, CURLOPT_ACCEPT_ENCODING, "");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_ERRORBUFFER, handle->error_text.data());
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(easy, CURLOPT_HEADERDATA, handle.get());
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(easy, CURLOPT_WRITEDATA, handle.get());
  set(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  set(easy, CURLOPT_PREREQDATA, handle.get());
  set(easy, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  set(easy, CURLOPT_XFERINFODATA, handle.get());
  if (use == Use::loop) {
    // Thousands of streams that are silent most of the time.
    set(easy, CURLOPT_BUFFERSIZE, 8192L);
    set(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
    set(easy, CURLOPT_PIPEWAIT, 1L);
  }
  set_text(easy, CURLOPT_CAINFO, options->ca_file);
  set_text(easy, CURLOPT_SSLCERT, options->client_certificate);
  set_text(easy, CURLOPT_SSLKEY, options->client_key);
  set_text(easy, CURLOPT_KEYPASSWD, options->client_key_password);
  if (options->proxy == "none" || (options->proxy.empty() && !environment_has_proxy()))
    set_no_proxy(easy);
  else
    set_text(easy, CURLOPT_PROXY, options->proxy);
  handle->options = std::move(options);
  return handle;
}

void Transfer::set_up(Handle& handle) {
  CURL* const easy = handle.easy.get();
  const bool same_headers = handle.header_list != nullptr && handle.headers == request_.headers;
  if (!same_headers || handle.url != request_.url || handle.method != request_.method)
    refuse_control_characters(request_);
  if (handle.url != request_.url) {
    set(easy, CURLOPT_URL, request_.url.c_str());
    ParsedUrl parsed = parse(request_.url);
    set(easy, CURLOPT_CURLU, parsed.get());
    handle.parsed_url = std::move(parsed);
    // Without TLS there is nothing to agree on, and others would wait until the first response shows it.
    const bool only_http1 = options_.http_version == HttpVersion::http1 || !request_.url.starts_with("https://");
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(only_http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    handle.url = request_.url;
  }
  if (!same_headers) {
    List list = make_header_list(request_.headers);
    set(easy, CURLOPT_HTTPHEADER, list.get());
    handle.header_list = std::move(list);
    handle.headers = request_.headers;
  }
  if (handle.method != request_.method) {
    const bool has_body = request_.method != "GET";
    set(easy, has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    handle.method = request_.method;
  }
  if (request_.method != "GET") {
    set(easy, CURLOPT_POSTFIELDS, request_.body.data());
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  if (const bool watch = request_.body.size() > sent_at_once; watch != handle.watches_upload) {
    set(easy, CURLOPT_NOPROGRESS, watch ? 0L : 1L);
    handle.watches_upload = watch;
  }
  handle.error_text[0] = '\0';
  handle.transfer = this;
}

void Transfer::let_go(Handle& handle) noexcept {
  curl_easy_setopt(handle.easy.get(), CURLOPT_POSTFIELDS, nullptr);
  if (std::exchange(handle.wants_fresh_connection, false))
    curl_easy_setopt(handle.easy.get(), CURLOPT_FRESH_CONNECT, 0L);
  handle.transfer = nullptr;
}

bool Transfer::prepare_retry(Handle& handle, CURLcode code) {
  switch (code) {
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: break;
    default: return false;
  }
  long connections = 0;
  curl_easy_getinfo(handle.easy.get(), CURLINFO_NUM_CONNECTS, &connections);
  if (retried_ || header_bytes_ != 0 || connections != 0) return false;
  set(handle.easy.get(), CURLOPT_FRESH_CONNECT, 1L);
  handle.wants_fresh_connection = true;
  handle.error_text[0] = '\0';
  retried_ = true;
  sent_ = 0;
  deadlines_.connecting(clock_->now());
  return true;
}

void Transfer::forget_body(Handle& handle) noexcept {
  curl_easy_setopt(handle.easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(0));
  curl_easy_setopt(handle.easy.get(), CURLOPT_POSTFIELDS, "");
}

// ---- what libcurl calls ------------------------------------------------------------------------------------------

void Transfer::connected() {
  deadlines_.sending(clock_->now());
  if (tell_) tell_();
}

void Transfer::received() {
  const bool first = deadlines_.phase() != Limit::idle;
  deadlines_.received(clock_->now());
  if (first && tell_) tell_();
}

int Transfer::on_connected(void* handle, char*, char*, int, int) noexcept {
  Transfer& transfer = *static_cast<Handle*>(handle)->transfer;
  transfer.connected();
  return CURL_PREREQFUNC_OK;
}

int Transfer::on_progress(void* handle, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) noexcept {
  Transfer& transfer = *static_cast<Handle*>(handle)->transfer;
  if (transfer.deadlines_.phase() == Limit::first_byte && sent != transfer.sent_) {
    transfer.sent_ = sent;
    transfer.deadlines_.sending(transfer.clock_->now());
  }
  return 0;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* handle) noexcept {
  Transfer& transfer = *static_cast<Handle*>(handle)->transfer;
  try {
    transfer.header_bytes_ += size * count;
    transfer.received();
    if (transfer.header_bytes_ > transfer.options_.max_header_bytes) {
      transfer.header_too_large_ = true;
      return 0;
    }
    if (!transfer.head_given_) transfer.header_line({data, size * count});
    return size * count;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return 0;
  }
}

void Transfer::header_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  headers_ended_ = line.empty();
  if (headers_ended_) {
    constexpr int first_final = 200;
    if (head_.status >= first_final) give_head();
    return;
  }
  if (line.starts_with("HTTP/")) {  // a new block: after 100 Continue, or from a proxy
    head_ = {};
    head_.headers.reserve(usual_headers);
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

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* handle) noexcept {
  Transfer& transfer = *static_cast<Handle*>(handle)->transfer;
  try {
    const std::size_t bytes = size * count;
    transfer.give_head();
    transfer.received();
    transfer.body_bytes_ += bytes;
    if (transfer.body_bytes_ > transfer.limit_.bytes) {
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

// ---- how it ends -------------------------------------------------------------------------------------------------

void Transfer::conclude(Handle& handle, CURLcode code, Limit passed) {
  if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (enough_) return;
  if (passed != Limit::none) throw timed_out(passed);
  // To libcurl, headers that break off are a response without a body.
  if (code != CURLE_OK || !headers_ended_) throw failure(handle, code);
  give_head();
}

Error Transfer::cancelled() const {
  return Error(ErrorCode::cancelled, "the request to " + host_of(request_.url) + " was cancelled");
}

Error Transfer::timed_out(Limit passed) const {
  const std::string host = host_of(request_.url);
  std::string message;
  switch (passed) {
    case Limit::connect:
      message = "no connection to " + host + " within " + readable(options_.connect_timeout) +
                " (finding the host, connecting, TLS); see TransportOptions::connect_timeout";
      break;
    case Limit::first_byte:
      message = host + " did not begin to answer within " + readable(options_.first_byte_timeout) +
                " of the request; see TransportOptions::first_byte_timeout";
      break;
    case Limit::idle:
      message = host + " was silent for " + readable(options_.idle_timeout) +
                " in the middle of its response; see TransportOptions::idle_timeout";
      break;
    case Limit::total:
    case Limit::none: {
      const char* const doing = deadlines_.phase() == Limit::connect      ? "it was not connected yet"
                                : deadlines_.phase() == Limit::first_byte ? "it had not begun to answer"
                                                                          : "its response had begun, and was not over";
      message = "no complete response from " + host + " within " + readable(request_.timeout) +
                ", the time for the whole request: " + doing + "; see Request::timeout";
    }
  }
  return Error(ErrorCode::timeout, std::move(message));
}

Error Transfer::failure(const Handle& handle, CURLcode code) const {
  const char* const error_text = handle.error_text.data();
  long proxy_status = 0;
  curl_easy_getinfo(handle.easy.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  const std::string host = host_of(request_.url);
  const std::string said = code == CURLE_OK        ? "it ended inside the headers"
                           : error_text[0] != '\0' ? error_text
                                                   : curl_easy_strerror(code);
  if (body_too_large_)
    return Error(ErrorCode::response_too_large, "the response of " + host + " is larger than " +
                                                    std::to_string(limit_.bytes) +
                                                    " bytes; see TransportOptions::" + limit_.option);
  if (header_too_large_)
    return Error(ErrorCode::response_too_large, "the headers of the response of " + host + " are larger than " +
                                                    std::to_string(options_.max_header_bytes) +
                                                    " bytes; see TransportOptions::max_header_bytes");
  constexpr long first_refusal = 300;
  if (code == CURLE_PROXY || proxy_status >= first_refusal)
    return Error(ErrorCode::transport, "the proxy on the way to " + host + " refuses: " + said +
                                           " (see TransportOptions::proxy, https_proxy and no_proxy)");
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return timed_out(Limit::connect);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Error(ErrorCode::transport, "cannot find the proxy on the way to " + host + ": " + said +
                                             " (see TransportOptions::proxy, https_proxy and no_proxy)");
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error(ErrorCode::transport,
                   "cannot find " + host + ": " + said + " (is its name right, and the network there?)");
    case CURLE_COULDNT_CONNECT:
      return Error(ErrorCode::transport, "cannot connect to " + host + ": " + said + " (is the server running?)");
    case CURLE_SSL_CACERT_BADFILE:
      return Error(ErrorCode::invalid_configuration,
                   "the certificates to trust cannot be read: " + said + " (see TransportOptions::ca_file)");
    case CURLE_SSL_CERTPROBLEM:
      return Error(ErrorCode::invalid_configuration,
                   "the client certificate cannot be used: " + said +
                       " (see TransportOptions::client_certificate, client_key and client_key_password)");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return Error(ErrorCode::tls,
                   "no trusted connection to " + host + ": " + said +
                       " (to trust a certificate authority of your own, set TransportOptions::ca_file)");
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (said.find("HTTP/0.9") != std::string::npos)
        return Error(ErrorCode::bad_response, host + " does not speak HTTP (is the port of the URL right?)");
      [[fallthrough]];
    case CURLE_URL_MALFORMAT:
      return Error(ErrorCode::invalid_configuration, "the URL for " + host + " cannot be used: " + said);
    case CURLE_RECV_ERROR:
      // TLS 1.3: what the server says to a client without a certificate comes after the handshake.
      if (said.find("certificate required") != std::string::npos)
        return Error(ErrorCode::tls, host + " asks for a certificate of the client: " + said +
                                         " (see TransportOptions::client_certificate)");
      [[fallthrough]];
    default: return Error(ErrorCode::transport, "the connection to " + host + " broke: " + said);
  }
}

}  // namespace instructor::curl
