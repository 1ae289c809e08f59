#include "soak/faulty_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "instructor/testing.hpp"
#include "soak/plan.hpp"

namespace instructor::soak {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

/// One thing that is done to a connection.
struct Step {
  enum class Then : std::uint8_t { goes_on, closes, resets };

  microseconds wait{};  // before it
  std::string bytes;
  Then then = Then::goes_on;
  bool answers = false;  // the right answer begins
};
using Script = std::deque<Step>;

// ---- what is answered --------------------------------------------------------------------------------------------

std::string element(int id, int number, bool right) {
  return R"({"id":)" + std::to_string(id) + R"(,"number":)" + std::to_string(number) + R"(,"check":)" +
         std::to_string(right ? check_of(id, number) : -1) + "}";
}

/// How many elements of the earlier answers were accepted, as the request says; of each answer anew.
int accepted(std::string_view request_body) {
  constexpr std::string_view start = "The first ";
  int all = 0;
  for (std::size_t at = request_body.find(start); at != std::string_view::npos; at = request_body.find(start, at)) {
    at += start.size();
    int count = 1;  // "The first element"
    std::from_chars(request_body.data() + at, request_body.data() + request_body.size(), count);
    all += count;
  }
  return all;
}

/// The arguments of the tool call.
std::string answer(const Plan& plan, std::string_view request_body, bool right) {
  const int id = static_cast<int>(plan.id);
  if (plan.kind != Kind::iterable) return element(id, 0, right);
  std::string text = R"({"tasks":[)";
  const int first = accepted(request_body);
  for (int number = first; number < elements_of(plan); ++number) {
    if (number != first) text += ',';
    text += element(id, number, right || number + 1 != elements_of(plan));
  }
  // A list that is empty is right; one that is none is not.
  return right || elements_of(plan) != 0 ? text + "]}" : R"({"tasks":7})";
}

std::string chunk(std::string_view bytes) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  return std::string(size.data(), end).append("\r\n").append(bytes).append("\r\n");
}

struct Response {
  std::string head;
  std::vector<std::string> events;  // each with its frame; one that is the whole body, where nothing is streamed
  std::string end;
};

Response response(const Plan& plan, std::string_view request_body, bool right, std::string_view headers) {
  const auto [head, body] =
      testing::ScriptedReply(answer(plan, request_body, right)).piece(3 + plan.chance % 11).render(request_body);
  Response made;
  made.head =
      "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(head.header("content-type")) + "\r\n" + std::string(headers);
  if (head.header("content-type").find("event-stream") == std::string_view::npos) {
    made.head += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    made.events.push_back(body);
    return made;
  }
  made.head += "Transfer-Encoding: chunked\r\n\r\n";
  made.end = "0\r\n\r\n";
  std::string_view rest = body;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\n\n");
    const std::size_t size = end == std::string_view::npos ? rest.size() : end + 2;
    made.events.push_back(chunk(rest.substr(0, size)));
    rest.remove_prefix(size);
  }
  return made;
}

std::string text_of(const Response& made) {
  std::string text = made.head;
  for (const std::string& event : made.events) text += event;
  return text + made.end;
}

Script whole(const Response& made, microseconds wait, Step::Then then, bool right) {
  return {{.wait = wait, .bytes = text_of(made), .then = then, .answers = right}};
}

Script refusal(std::string_view status, std::string_view headers) {
  constexpr std::string_view body = R"({"error":{"message":"Not now.","type":"server_error","code":null}})";
  return {{.bytes = "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: application/json\r\n" +
                    std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    std::string(body)}};
}

/// A right answer in so many parts.
Script slowly(const std::string& text, std::size_t parts, microseconds wait) {
  const std::size_t size = text.size() / parts + 1;
  Script script;
  for (std::size_t at = 0; at < text.size(); at += size)
    script.push_back({.wait = wait, .bytes = text.substr(at, size)});
  script.front().answers = true;
  return script;
}

Script script_of(const Plan& plan, std::string_view body, int request) {
  const bool faulty = request <= plan.faulty_requests;
  const Fault fault = faulty ? plan.fault : Fault::none;
  const auto right = [&](std::string_view headers = {}) { return response(plan, body, true, headers); };
  using Then = Step::Then;
  switch (fault) {
    case Fault::none: return whole(right(), {}, Then::goes_on, true);
    case Fault::late: return whole(right(), microseconds(plan.chance % 30'000), Then::goes_on, true);
    case Fault::slow: return slowly(text_of(right()), 1 + plan.chance % 50, microseconds(plan.chance % 1500));
    case Fault::wrong: return whole(response(plan, body, false, {}), {}, Then::goes_on, false);
    case Fault::rate_limited: return refusal("429 Too Many Requests", "Retry-After: 0\r\n");
    case Fault::rate_limited_short: return refusal("429 Too Many Requests", "Retry-After-Ms: 2\r\n");
    case Fault::unavailable: return refusal("503 Service Unavailable", {});
    case Fault::reset_at_once: return {{.bytes = {}, .then = Then::resets}};
    case Fault::reset_in_body:
    case Fault::cut: {
      const Response made = right();
      const std::size_t size = made.head.size() + plan.chance % (text_of(made).size() - made.head.size());
      return {{.bytes = text_of(made).substr(0, size), .then = fault == Fault::cut ? Then::closes : Then::resets}};
    }
    case Fault::duplicated:
    case Fault::reordered: {
      Response made = right();
      if (made.events.size() < 6) return whole(made, {}, Then::goes_on, true);  // nothing is streamed
      // Not the first event, nor what ends the stream: only the arguments are spoiled.
      const std::size_t at = 1 + plan.chance % (made.events.size() - 5);
      const auto place = made.events.begin() + static_cast<std::ptrdiff_t>(at);
      const std::string before = text_of(made);
      if (fault == Fault::duplicated)
        made.events.insert(place, std::string(*place));
      else
        std::swap(*place, *(place + 1));
      return whole(made, {}, Then::goes_on, text_of(made) == before);
    }
    case Fault::closes: return whole(right(), {}, Then::closes, true);
    case Fault::closes_honestly: return whole(right("Connection: close\r\n"), {}, Then::closes, true);
  }
  throw std::logic_error("no such fault");
}

// ---- the process -------------------------------------------------------------------------------------------------

struct Client {
  std::string received;
  Script script;
  std::uint32_t id = 0;
  std::uint64_t born = 0;
  bool waited = false;  // for the next step
};

class Serving {
 public:
  Serving(int listener, const Records& records, std::uint64_t seed)
      : listener_(listener), records_(records), seed_(seed), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), wait());
      if (count < 0 && errno != EINTR) ::_exit(1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_)
          accept_all();
        else
          read(fd);
      }
      while (!due_.empty() && due_.begin()->first <= Clock::now()) {
        const auto [fd, born] = due_.begin()->second;
        due_.erase(due_.begin());
        const auto found = clients_.find(fd);
        if (found == clients_.end() || found->second.born != born) continue;
        found->second.waited = true;
        play(fd, found->second);
      }
    }
  }

 private:
  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }

  int wait() const {
    if (due_.empty()) return 1000;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due_.begin()->first - Clock::now());
    return left.count() < 0 ? 0 : static_cast<int>(left.count()) + 1;
  }

  void accept_all() {
    while (true) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      clients_[fd].born = ++births_;
      watch(fd);
    }
  }

  void close(int fd) {
    ::close(fd);
    clients_.erase(fd);
  }

  void read(int fd) {
    Client& client = clients_[fd];
    std::array<char, 16384> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return close(fd);
    client.received.append(bytes.data(), static_cast<std::size_t>(count));
    const std::string_view text = client.received;
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return;
    constexpr std::string_view name = "Content-Length: ";
    const std::size_t at = text.find(name);
    std::size_t size = 0;
    if (at < head) std::from_chars(text.data() + at + name.size(), text.data() + head, size);
    if (text.size() < head + 4 + size) return;
    // A second request before the first one is answered would be a mistake of the client's.
    if (!client.script.empty() || text.size() > head + 4 + size) ::_exit(3);
    take(fd, client, text.substr(head + 4));
  }

  void take(int fd, Client& client, std::string_view body) {
    const std::size_t prompt = body.find(prompt_start);
    if (prompt == std::string_view::npos) ::_exit(4);
    std::from_chars(body.data() + prompt + prompt_start.size(), body.data() + body.size(), client.id);
    if (client.id >= Records::most) ::_exit(4);
    const int request = ++records_[client.id].requests;
    client.script = script_of(plan_of(seed_, client.id), body, request);
    client.received.clear();
    play(fd, client);
  }

  /// Does what may be done now, and makes an appointment for the rest.
  void play(int fd, Client& client) {
    while (!client.script.empty()) {
      const Step& step = client.script.front();
      if (!std::exchange(client.waited, false) && step.wait > microseconds(0)) return appoint(fd, client);
      if (step.answers) ++records_[client.id].answered;
      if (!send(fd, step)) return close(fd);
      if (step.then != Step::Then::goes_on) {
        if (!step.answers) ++records_[client.id].dropped;
        if (step.then == Step::Then::resets) reset(fd);
        return close(fd);
      }
      client.script.pop_front();
    }
  }

  static bool send(int fd, const Step& step) {
    if (step.bytes.empty()) return true;
    const ssize_t sent = ::send(fd, step.bytes.data(), step.bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    if (static_cast<std::size_t>(sent) != step.bytes.size()) ::_exit(5);
    return true;
  }

  static void reset(int fd) {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  void appoint(int fd, const Client& client) {
    due_.emplace(Clock::now() + client.script.front().wait, std::pair(fd, client.born));
  }

  int listener_;
  const Records& records_;
  std::uint64_t seed_;
  int poll_;
  std::uint64_t births_ = 0;
  std::unordered_map<int, Client> clients_;
  std::multimap<Clock::time_point, std::pair<int, std::uint64_t>> due_;
};

}  // namespace

Records::Records() {
  void* const memory =
      ::mmap(nullptr, most * sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory for the records");
  records_ = static_cast<Record*>(memory);
}

Records::~Records() { ::munmap(records_, most * sizeof(Record)); }

FaultyServer::FaultyServer(const Records& records, std::uint64_t seed) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, SOMAXCONN) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port");
  port_ = ntohs(address.sin_port);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process");
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    try {
      Serving(listener, records, seed).run();
    } catch (const std::exception&) {
      ::_exit(6);
    }
  }
  ::close(listener);
}

bool FaultyServer::stop() {
  if (process_ < 0) return true;
  ::kill(process_, SIGTERM);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

}  // namespace instructor::soak
