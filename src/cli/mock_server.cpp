#include "cli/mock_server.hpp"

#include <atomic>
#include <csignal>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include <httplib.h>

#include "cli/mock_stream.hpp"
#include "instructor/codec.hpp"

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

std::string without_stream(Json request) {
  request.erase("stream");
  return encode(request);
}

std::string bytes(std::size_t count) { return std::to_string(count) + " bytes"; }

/// Sends a stream, as the library calls for more of it.
class Sender {
 public:
  Sender(MockStream stream, Duration delay, Stop& stop) : stream_(std::move(stream)), delay_(delay), stop_(stop) {}

  /// False ends the connection.
  bool send_next(httplib::DataSink& sink) {
    const std::optional<MockStream::Event> event = stream_.next();
    if (!event) {
      cut_off_ = true;
      return false;
    }
    if (event->answer_bytes > 0 && delay_ > Duration() && stop_.wait(delay_)) return false;
    if (!sink.write(event->text.data(), event->text.size())) return false;
    sent_ += event->answer_bytes;
    // A client may close as soon as it has read the last event: that is the end all the same.
    complete_ = stream_.over();
    if (complete_) sink.done();
    return true;
  }

  std::string outcome() const {
    if (complete_) return "streamed " + bytes(sent_);
    return std::string(cut_off_          ? "cut off"
                       : stop_.stopped() ? "stopped"
                                         : "client closed the connection") +
           " after " + std::to_string(sent_) + " of " + bytes(stream_.size());
  }

 private:
  MockStream stream_;
  Duration delay_;
  Stop& stop_;
  std::size_t sent_ = 0;
  bool complete_ = false;
  bool cut_off_ = false;
};

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
    using testing::ScriptedReply;
    const auto body = decode<Json>(request.body);
    const auto answer = [&]() -> MockReply {
      if (!options.key.empty() && request.get_header_value("Authorization") != "Bearer " + options.key)
        return {ScriptedReply::error(401, "Incorrect API key provided."), {}};
      if (!body) return {ScriptedReply::error(400, "The body is not JSON: " + (*body.error().begin()).text()), {}};
      if (!body->is_object() || !body->contains("messages") || !body->at("messages").is_array() ||
          body->at("messages").empty())
        return {ScriptedReply::error(400, "Missing required parameter: 'messages'."), {}};
      if (!body->contains("model") || !body->at("model").is_string())
        return {ScriptedReply::error(400, "you must provide a model parameter"), {}};
      return script.answer(*body);
    };
    const MockReply reply = answer();
    if (reply.delay.nanoseconds() > 0) stop.wait(reply.delay);

    const bool streams = body && wants_stream(*body) && !reply.as_it_is;
    // The completion is cut into events here, where their pace is known.
    auto [head, text] = reply.reply.render(streams ? without_stream(*body) : request.body);
    response.status = head.status;
    std::string content_type = "application/json";
    for (const HttpHeader& header : head.headers) {
      if (header.name == "content-type")
        content_type = header.value;
      else
        response.set_header(header.name, header.value);
    }
    const std::string asked = "POST " + request.path + " (" + bytes(request.body.size()) + ")";
    if (head.status != 200 || !streams) {
      response.set_content(text, content_type);
      log.write(asked, std::to_string(head.status) + " (" + bytes(text.size()) + ")");
      return;
    }
    const auto sender = std::make_shared<Sender>(MockStream(decode<Json>(text).value(), *body, reply.streaming),
                                                 reply.streaming.chunk_delay, stop);
    response.set_header("Cache-Control", "no-cache");
    response.set_chunked_content_provider(
        "text/event-stream", [sender](std::size_t, httplib::DataSink& sink) { return sender->send_next(sink); },
        [sender, asked, &log](bool) { log.write(asked, "200, " + sender->outcome()); });
  };
  server.Post("/v1/chat/completions", chat);
  server.Post("/chat/completions", chat);
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

  std::cout << "practice server: http://127.0.0.1:" << port << "/v1\n"
            << "  export OPENAI_BASE_URL=http://127.0.0.1:" << port << "/v1 OPENAI_API_KEY=practice\n"
            << "  end it with Ctrl-C\n"
            << std::flush;

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
