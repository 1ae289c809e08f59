#include "cli/mock_server.hpp"

#include <atomic>
#include <csignal>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include <httplib.h>

#include "instructor/codec.hpp"
#include "instructor/served.hpp"

namespace instructor::cli {

namespace {

/// Ends waits when the server does.
class Stop {
 public:
  /// Whether the server ends.
  bool wait(Duration time) {
    std::unique_lock lock(mutex_);
    // Further off, the clock would overflow.
    constexpr Duration longest = Duration::of_seconds(24L * 60 * 60);
    const std::chrono::nanoseconds bounded(std::min(time, longest).nanoseconds());
    return changed_.wait_for(lock, bounded, [this] { return stopped_; });
  }
  bool stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }
  void now() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

/// A line for each request, when it is over.
class Log {
 public:
  explicit Log(bool quiet) : quiet_(quiet) {}

  void write(const std::string& request, const std::string& outcome) {
    if (quiet_) return;
    const std::lock_guard lock(mutex_);
    std::cerr << "mock: " << request << " -> " << outcome << '\n';
  }

 private:
  std::mutex mutex_;
  bool quiet_;
};

std::string bytes(std::size_t count) { return std::to_string(count) + " bytes"; }

/// Sends a stream, as the library calls for more of it.
class Sender {
 public:
  Sender(std::unique_ptr<testing::ServedStream> stream, Duration delay, Stop& stop)
      : stream_(std::move(stream)), delay_(delay), stop_(stop) {}

  /// False ends the connection.
  bool send_next(httplib::DataSink& sink) {
    const std::optional<testing::ServedStream::Part> event = stream_->next();
    if (!event) {
      cut_off_ = true;
      return false;
    }
    if (event->answer_bytes > 0 && delay_ > Duration() && stop_.wait(delay_)) return false;
    if (!sink.write(event->bytes.data(), event->bytes.size())) return false;
    sent_ += event->answer_bytes;
    // A client may close as soon as it has read the last event: that is the end all the same.
    complete_ = stream_->complete();
    if (complete_) sink.done();
    return true;
  }

  std::string outcome() const {
    if (complete_) return "streamed " + bytes(sent_);
    return std::string(cut_off_          ? "cut off"
                       : stop_.stopped() ? "stopped"
                                         : "client closed the connection") +
           " after " + std::to_string(sent_) + " of " + bytes(stream_->answer_size());
  }

 private:
  std::unique_ptr<testing::ServedStream> stream_;
  Duration delay_;
  Stop& stop_;
  std::size_t sent_ = 0;
  bool complete_ = false;
  bool cut_off_ = false;
};

/// Breaks a text that should be JSON, or one event of it; what ends an event stays.
std::string broken(const std::string& text) {
  const std::size_t end = text.find_last_not_of("\r\n") + 1;
  return text.substr(0, end / 2) + text.substr(end);
}

/// A request as the library knows it.
HttpRequest read_request(const httplib::Request& request) {
  HttpRequest read{.method = request.method, .url = request.target, .headers = {}, .body = request.body};
  for (const auto& [name, value] : request.headers) read.headers.push_back({name, value});
  return read;
}

/// Where clients of a provider look for its server and its key.
struct Client {
  std::string_view provider;
  std::string_view url_variable;
  std::string_view path;
  std::string_view key_variable;  ///< empty: there is none
};
constexpr std::array clients{
    Client{"OpenAI", "OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY"},
    Client{"Azure", "AZURE_OPENAI_ENDPOINT", "", "AZURE_OPENAI_API_KEY"},
    Client{"Anthropic", "ANTHROPIC_BASE_URL", "", "ANTHROPIC_API_KEY"},
    Client{"Gemini", "GOOGLE_GEMINI_BASE_URL", "/v1beta", "GEMINI_API_KEY"},
    Client{"Cohere", "CO_API_URL", "", "CO_API_KEY"},
    Client{"Bedrock", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "", "AWS_BEARER_TOKEN_BEDROCK"},
    Client{"Ollama", "OLLAMA_HOST", "", ""},
};

std::string greeting(int port) {
  const std::string root = "http://127.0.0.1:" + std::to_string(port);
  std::string text = "practice server: " + root + "/v1\n";
  for (const Client& client : clients) {
    constexpr std::size_t column = 11;
    std::string line(client.provider);
    line.append(column - line.size(), ' ').append("export ").append(client.url_variable);
    line.append("=").append(root).append(client.path);
    if (!client.key_variable.empty()) line.append(" ").append(client.key_variable).append("=practice");
    text += "  " + line + "\n";
  }
  return text + "  end it with Ctrl-C\n";
}

}  // namespace

void serve_mock(MockScript& script, const MockServerOptions& options) {
  // Signals end the server from a thread of their own; all others must not take them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  httplib::Server server;
  Stop stop;
  Log log(options.quiet);

  const auto chat = [&](const httplib::Request& request, httplib::Response& response) {
    using testing::AskedFor;
    using testing::ScriptedReply;
    const std::string line = "POST " + request.path + " (" + bytes(request.body.size()) + ")";
    const testing::ServedProtocol* const protocol = testing::served_protocol(request.target);
    if (protocol == nullptr) {
      response.status = 404;
      response.set_content("the practice server does not know this path\n", "text/plain");
      log.write(line, "404");
      return;
    }
    const HttpRequest read = read_request(request);
    const auto body = decode<Json>(request.body);
    const auto refused = [&](const testing::RequestProblem& problem) -> MockReply {
      return {ScriptedReply::error(problem.status, problem.message), {}};
    };
    const AskedFor asked = protocol->read(read.url, body ? *body : Json());
    const auto answer = [&]() -> MockReply {
      if (!options.key.empty() && protocol->key(read) != options.key) return refused(protocol->wrong_key());
      if (!body) return refused({400, "The body is not JSON: " + (*body.error().begin()).text()});
      if (const auto problem = protocol->problem(read, *body)) return refused(*problem);
      return script.answer(asked);
    };
    MockReply reply = answer();
    if (reply.delay.nanoseconds() > 0) stop.wait(reply.delay);

    testing::Served served = reply.reply.respond(*protocol, asked, reply.streaming.pieces);
    if (reply.malformed) {
      const auto first = served.stream ? served.stream->next() : std::nullopt;
      served.body = broken(first ? first->bytes : served.body);
      served.stream = nullptr;
    }
    response.status = served.head.status;
    std::string content_type = "application/json";
    for (const HttpHeader& header : served.head.headers) {
      if (header.name == "content-type")
        content_type = header.value;
      else
        response.set_header(header.name, header.value);
    }
    if (!served.stream) {
      response.set_content(served.body, content_type);
      log.write(line, std::to_string(served.head.status) + " (" + bytes(served.body.size()) + ")");
      return;
    }
    const auto sender = std::make_shared<Sender>(std::move(served.stream), reply.streaming.chunk_delay, stop);
    response.set_header("Cache-Control", "no-cache");
    response.set_chunked_content_provider(
        content_type, [sender](std::size_t, httplib::DataSink& sink) { return sender->send_next(sink); },
        [sender, line, &log](bool) { log.write(line, "200, " + sender->outcome()); });
  };
  server.Post("/.*", chat);
  server.Get("/v1/models", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"object":"list","data":[{"id":"mock","object":"model","created":0,"owned_by":"you"}]})",
                         "application/json");
  });
  server.set_payload_max_length(64 << 20);
  // Events are to arrive one by one.
  server.set_tcp_nodelay(true);

  int port = options.port;
  if (port == 0)
    port = server.bind_to_any_port("127.0.0.1");
  else if (!server.bind_to_port("127.0.0.1", port))
    port = -1;
  if (port < 0)
    throw Error(ErrorCode::invalid_configuration,
                "port " + std::to_string(options.port) + " is taken; choose another with --port");

  std::cout << greeting(port) << std::flush;

  std::atomic<bool> ended = false;
  std::thread signal_thread([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.now();
    // A server that does not listen yet would not notice.
    while (!ended && !server.is_running()) std::this_thread::yield();
    server.stop();
  });
  server.listen_after_bind();
  ended = true;
  // Where the server ended by itself, the thread still waits.
  // It takes the signal with sigwait; nothing is terminated. NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(signal_thread.native_handle(), SIGTERM);
  signal_thread.join();
}

}  // namespace instructor::cli
