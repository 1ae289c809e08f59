#include "http/readiness.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "instructor/error.hpp"

namespace instructor::curl {

Readiness::Readiness() : poll_(::epoll_create1(EPOLL_CLOEXEC)), bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = bell_;
  if (poll_ >= 0 && bell_ >= 0 && ::epoll_ctl(poll_, EPOLL_CTL_ADD, bell_, &event) == 0) return;
  if (poll_ >= 0) ::close(poll_);
  if (bell_ >= 0) ::close(bell_);
  throw Error(ErrorCode::transport, "the system has no more files to wait for asynchronous requests with");
}

Readiness::~Readiness() {
  ::close(poll_);
  ::close(bell_);
}

void Readiness::attach(CURLM* multi) {
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Readiness::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Readiness::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

int Readiness::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
  const int poll = static_cast<Readiness*>(self)->poll_;
  epoll_event event{};
  event.data.fd = socket;
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(poll, EPOLL_CTL_DEL, socket, &event);
    return 0;
  }
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event) == 0) return 0;
  return errno == EEXIST && ::epoll_ctl(poll, EPOLL_CTL_MOD, socket, &event) == 0 ? 0 : -1;
}

int Readiness::on_timer(CURLM*, long milliseconds, void* self) noexcept {
  std::optional<Clock::time_point>& due = static_cast<Readiness*>(self)->due_;
  due.reset();
  if (milliseconds >= 0) due = Clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

CURLMcode Readiness::act(CURLM* multi) {
  int running = 0;
  const std::size_t count = std::exchange(count_, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const epoll_event& event = events_[i];
    // Of an error libcurl hears by reading and writing. Said here it would be believed of whatever has this number by
    // now: what was done for one of these may have closed another, and opened a new one.
    int what = 0;
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & (EPOLLOUT | EPOLLERR)) != 0) what |= CURL_CSELECT_OUT;
    if (const CURLMcode code = curl_multi_socket_action(multi, event.data.fd, what, &running); code != CURLM_OK)
      return code;
  }
  // What is due at once may make more due at once; the rest waits for the next round.
  if (!due_ || *due_ > Clock::now()) return CURLM_OK;
  due_.reset();
  return curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

void Readiness::wait(int most) {
  if (due_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - Clock::now()).count();
    most = static_cast<int>(std::clamp<std::int64_t>(left, 0, most));
  }
  const int count = ::epoll_wait(poll_, events_.data(), static_cast<int>(events_.size()), most);
  count_ = static_cast<std::size_t>(std::max(count, 0));
  for (std::size_t i = 0; i < count_; ++i) {
    if (events_[i].data.fd != bell_) continue;
    std::uint64_t rings = 0;
    static_cast<void>(::read(bell_, &rings, sizeof rings) == sizeof rings);
    events_[i] = events_[--count_];
    return;
  }
}

void Readiness::wake() const noexcept {
  const std::uint64_t once = 1;
  static_cast<void>(::write(bell_, &once, sizeof once) == sizeof once);
}

}  // namespace instructor::curl
