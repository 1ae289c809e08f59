#include "cli/mock_server.hpp"

#include <atomic>
#include <csignal>

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include <httplib.h>

#include "instructor/codec.hpp"

namespace instructor::cli {

namespace {

/// Ends waits when the server does.
class Stop {
 public:
  void wait(Duration time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::nanoseconds(time.nanoseconds()), [this] { return stopped_; });
  }
  void now() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

void respond(httplib::Response& response, const testing::ScriptedReply& reply, std::string_view request_body) {
  auto [head, body] = reply.render(request_body);
  response.status = head.status;
  std::string content_type = "application/json";
  for (const HttpHeader& header : head.headers) {
    if (header.name == "content-type")
      content_type = header.value;
    else
      response.set_header(header.name, header.value);
  }
  response.set_content(body, content_type);
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
  std::mutex log_mutex;

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
    respond(response, reply.reply, request.body);
    if (options.quiet) return;
    const std::lock_guard lock(log_mutex);
    std::cerr << "mock: POST " << request.path << " (" << request.body.size() << " bytes) -> " << response.status
              << " (" << response.body.size() << " bytes)\n";
  };
  server.Post("/v1/chat/completions", chat);
  server.Post("/chat/completions", chat);
  server.Get("/v1/models", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"object":"list","data":[{"id":"mock","object":"model","created":0,"owned_by":"you"}]})",
                         "application/json");
  });
  server.set_payload_max_length(64 << 20);

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
