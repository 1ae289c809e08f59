#include "stream_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <instructor/codec.hpp>

#include "replies.hpp"

namespace bench {

namespace {

constexpr std::string_view prompt_start = "Read the order number ";

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// The events of an answer, each a chunk of the response; the first has the head as well.
std::vector<std::string> answer(int id) {
  const std::string arguments = instructor::encode(order(id));
  // The first event has no text, and the last three are the reason for the end, the usage and [DONE].
  constexpr std::size_t others = 4;
  const std::size_t step = arguments.size() / (events_per_call - others) + 1;
  std::vector<std::string> pieces;
  for (const std::string& event : tool_call_events("Order", arguments, step)) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), event.size(), 16).ptr;
    pieces.push_back(std::string(size.data(), end) + "\r\n" + event + "\r\n");
  }
  pieces.front().insert(0, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  pieces.back() += "0\r\n\r\n";
  return pieces;
}

struct Client {
  int socket = -1;
  std::string received;
  std::vector<std::string> pieces;  // of the answer that is under way
  std::size_t next = 0;
};

class Serving {
 public:
  Serving(int listener, Crowd crowd)
      : listener_(listener),
        crowd_(crowd),
        poll_(epoll_create1(EPOLL_CLOEXEC)),
        timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    watch(listener_, EPOLLIN);
    watch(timer_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events{};
    while (true) {
      const int count = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) _exit(1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_)
          accept_all();
        else if (fd == timer_)
          tick();
        else
          read(fd);
      }
    }
  }

 private:
  /// Parts of a crowd that take turns within an interval: their events do not come all at once.
  static constexpr std::size_t turns = 10;

  void watch(int fd, std::uint32_t what) const {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_all() {
    while (true) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      clients_[fd].socket = fd;
      watch(fd, EPOLLIN);
    }
  }

  void read(int fd) {
    Client& client = clients_[fd];
    std::array<char, 16384> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    const ssize_t count = recv(fd, chunk.data(), chunk.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      if (!client.pieces.empty()) _exit(2);
      close(fd);
      clients_.erase(fd);
      return;
    }
    client.received.append(chunk.data(), static_cast<std::size_t>(count));
    take_request(client);
  }

  void take_request(Client& client) {
    const std::string_view text = client.received;
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return;
    constexpr std::string_view name = "Content-Length: ";
    const std::size_t at = text.find(name);
    std::size_t size = 0;
    if (at < head) std::from_chars(text.data() + at + name.size(), text.data() + head, size);
    if (text.size() < head + 4 + size) return;
    int id = 0;
    const std::size_t number = text.find(prompt_start);
    if (number == std::string_view::npos) _exit(3);
    std::from_chars(text.data() + number + prompt_start.size(), text.data() + text.size(), id);
    client.received.erase(0, head + 4 + size);
    client.pieces = answer(id);
    client.next = 0;
    waiting_.push_back(client.socket);
    if (waiting_.size() == crowd_.calls) begin();
  }

  void begin() {
    for (std::size_t i = 0; i < waiting_.size(); ++i) parts_[i % turns].push_back(waiting_[i]);
    waiting_.clear();
    turn_ = 0;
    const auto nanoseconds = std::chrono::nanoseconds(crowd_.interval).count() / static_cast<long>(turns);
    itimerspec times{};
    times.it_interval.tv_nsec = nanoseconds;
    times.it_value.tv_nsec = nanoseconds;
    timerfd_settime(timer_, 0, &times, nullptr);
  }

  void tick() {
    std::uint64_t passed = 0;
    if (::read(timer_, &passed, sizeof passed) != sizeof passed) return;
    for (; passed > 0; --passed, ++turn_) {
      std::vector<int>& part = parts_[turn_ % turns];
      for (const int fd : part) send_next(clients_[fd]);
      if (!part.empty() && clients_[part.front()].pieces.empty()) part.clear();
    }
    for (const std::vector<int>& part : parts_)
      if (!part.empty()) return;
    timerfd_settime(timer_, 0, std::make_unique<itimerspec>().get(), nullptr);
  }

  /// All answers have the same number of events.
  static void send_next(Client& client) {
    const std::string& piece = client.pieces[client.next];
    if (send(client.socket, piece.data(), piece.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(piece.size())) _exit(4);
    if (++client.next == client.pieces.size()) client.pieces.clear();
  }

  int listener_;
  Crowd crowd_;
  int poll_;
  int timer_;
  std::unordered_map<int, Client> clients_;
  std::vector<int> waiting_;
  std::array<std::vector<int>, turns> parts_;
  std::size_t turn_ = 0;
};

int listening_socket(std::string& url) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0) fail("bind");
  if (listen(listener, SOMAXCONN) != 0) fail("listen");
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  return listener;
}

}  // namespace

std::string order_prompt(int id) { return std::string(prompt_start) + std::to_string(id) + "."; }

/// All of the same length in JSON, so that all answers have as many events.
Order order(int id) {
  return {.id = id,
          .customer = "Ada Lovelace, Ockham Park",
          .item = "a difference engine with brass wheels",
          .quantity = 7,
          .price = 1842.5,
          .note = "Delivered by \"rail\" to the station, in eight boxes of oak, with the drawings on top."};
}

StreamServer::StreamServer(Crowd crowd) {
  const int listener = listening_socket(url_);
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) fail("fork");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);
    Serving(listener, crowd).run();
  }
  close(listener);
}

StreamServer::~StreamServer() {
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

std::size_t raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace bench
