#include "load_generator/member_crowd.hpp"

#include "load_generator/server_fault.hpp"
#include "support/system_call.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace broadcast_hub::benchmark {
namespace {

// More could overflow a server's accept queue, and the kernel would try again only a second later.
constexpr std::size_t handshakes_at_a_time = 100;

// Keys of handshakes and masks; nobody is to be kept from foretelling them here.
random_source cheap_random() {
  return [state = std::uint32_t{1}]() mutable {
    state = state * 1'664'525U + 1'013'904'223U;
    return state;
  };
}

}  // namespace

member_crowd::member_crowd(const load_options& options, member_events& events)
    : port_(options.port),
      patience_(options.patience),
      events_(events),
      random_(cheap_random()),
      poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      room_(std::size_t{256} << 10U) {}

void member_crowd::connect(std::size_t clients) {
  const std::size_t wanted = size() + clients;
  while (welcome_ < wanted) {
    while (size() < wanted && size() - welcome_ < handshakes_at_a_time) {
      member& added = members_.emplace_back(size(), port_, random_, events_);
      watch(added, EPOLLIN, EPOLL_CTL_ADD);
      send_queued(added);
    }
    turn("not every client was said hello to");
  }
}

void member_crowd::rest(std::chrono::milliseconds duration) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + duration;
  for (auto now = clock::now(); now < end; now = clock::now()) {
    wait(std::chrono::ceil<std::chrono::milliseconds>(end - now));
  }
}

void member_crowd::cut() {
  members_.clear();
  welcome_ = 0;
}

void member_crowd::send_queued(member& who) {
  watch(who, who.flush() ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void member_crowd::turn(const std::string& due) {
  if (wait(patience_) == 0) {
    throw server_fault(due + " within " + std::to_string(patience_.count()) + " ms");
  }
}

int member_crowd::wait(std::chrono::milliseconds at_most) {
  std::array<epoll_event, 512> ready;
  const int count = ::epoll_wait(poll_.get(), ready.data(), static_cast<int>(ready.size()),
                                 static_cast<int>(at_most.count()));
  if (count < 0 && errno == EINTR) {
    return 1;
  }
  checked(count, "epoll_wait");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    member& who = members_[event.data.u64];
    const bool was_welcome = who.welcome();
    received_bytes_ += who.read(room_);
    welcome_ += who.welcome() && !was_welcome ? 1 : 0;
    if (!who.flush()) {
      watch(who, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    } else if ((event.events & EPOLLOUT) != 0) {
      watch(who, EPOLLIN, EPOLL_CTL_MOD);
    }
  }
  return count;
}

void member_crowd::watch(const member& who, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = who.number();
  checked(::epoll_ctl(poll_.get(), operation, who.socket(), &event), "epoll_ctl");
}

}  // namespace broadcast_hub::benchmark
