#include "replay_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace bench {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// Keeps this process to one of the CPUs it may use. False where there is no choice.
bool pin(std::size_t which) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return false;
  std::size_t cpu = 0;
  for (std::size_t skip = which;; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && skip-- == 0) break;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return sched_setaffinity(0, sizeof one, &one) == 0;
}

int listening_socket() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (listen(listener, 16) != 0) fail("listen");
  return listener;
}

unsigned port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

/// The size of the request at the start of `text`; nothing while it is not whole.
std::optional<std::size_t> whole_request(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return std::nullopt;
  constexpr std::string_view name = "\r\nContent-Length: ";
  std::size_t size = 0;
  if (const std::size_t at = text.find(name); at < head) {
    const char* const digits = text.data() + at + name.size();
    std::from_chars(digits, text.data() + text.size(), size);
  }
  size += head + 4;
  return text.size() < size ? std::nullopt : std::optional(size);
}

struct Connection {
  int socket = -1;
  std::string received;
};

/// Reads what is there and answers every request that is whole. False when the peer has gone.
bool serve(Connection& connection, std::string_view response) {
  std::array<char, 65536> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
  const ssize_t count = recv(connection.socket, chunk.data(), chunk.size(), 0);
  if (count <= 0) return false;
  connection.received.append(chunk.data(), static_cast<std::size_t>(count));
  while (const auto size = whole_request(connection.received)) {
    connection.received.erase(0, *size);
    std::string_view rest = response;
    while (!rest.empty()) {
      const ssize_t sent = send(connection.socket, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  return true;
}

[[noreturn]] void serve_for_ever(int listener, const std::string& response) {
  std::vector<pollfd> polled{{listener, POLLIN, 0}};
  std::vector<Connection> connections;  // the one at i is polled at i + 1
  while (true) {
    if (poll(polled.data(), static_cast<nfds_t>(polled.size()), -1) < 0 && errno != EINTR) _exit(1);
    for (std::size_t i = connections.size(); i-- > 0;) {
      if (polled[i + 1].revents == 0 || serve(connections[i], response)) continue;
      close(connections[i].socket);
      connections.erase(connections.begin() + static_cast<std::ptrdiff_t>(i));
      polled.erase(polled.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
    if (polled[0].revents == 0) continue;
    const int accepted = accept(listener, nullptr, nullptr);
    if (accepted < 0) continue;
    const int on = 1;
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections.push_back({accepted, {}});
    polled.push_back({accepted, POLLIN, 0});
  }
}

}  // namespace

std::string json_response(std::string_view body) {
  std::string response = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
  return response.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

ReplayServer::ReplayServer(const std::string& response) {
  const int listener = listening_socket();
  url_ = "http://127.0.0.1:" + std::to_string(port_of(listener));
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) fail("fork");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);
    pin(1);
    serve_for_ever(listener, response);
  }
  close(listener);
  pin(0);
}

ReplayServer::~ReplayServer() {
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

}  // namespace bench
