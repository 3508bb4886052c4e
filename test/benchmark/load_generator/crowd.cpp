#include "load_generator/crowd.hpp"

#include "load_generator/server_fault.hpp"
#include "support/system_call.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>

namespace broadcast_hub::benchmark {
namespace {

// More could overflow a server's accept queue, and the kernel would try again only a second later.
constexpr std::size_t handshakes_at_a_time = 100;

// To wake a sleeping process costs a server's send as much as a third of the rest of it, and how
// often that happens depends on how fast the load generator is: so it does not sleep between the
// broadcasts of a measurement.
constexpr std::chrono::milliseconds longest_awake{1};

int wait_awake(const descriptor& poll, std::span<epoll_event> events,
               std::chrono::milliseconds at_most) {
  using clock = std::chrono::steady_clock;
  const auto look = [&](std::chrono::milliseconds timeout) {
    return ::epoll_wait(poll.get(), events.data(), static_cast<int>(events.size()),
                        static_cast<int>(timeout.count()));
  };
  const auto awake = std::min(at_most, longest_awake);
  const auto end = clock::now() + awake;
  do {
    if (const int ready = look(std::chrono::milliseconds::zero()); ready != 0) {
      return ready;
    }
  } while (clock::now() < end);
  return look(at_most - awake);
}

void watch(const descriptor& poll, const client& peer, std::size_t index, std::uint32_t events,
           int operation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = index;
  checked(::epoll_ctl(poll.get(), operation, peer.socket(), &event), "epoll_ctl");
}

}  // namespace

crowd::crowd(const load_options& options, std::size_t clients)
    : port_(options.port),
      kind_(options.kind),
      every_second_plain_(options.every_second_plain),
      wanted_clients_(clients),
      patience_(options.patience),
      poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      window_(clients, options.payload, options.payload_bytes) {
  clients_.reserve(clients);
}

void crowd::open() {
  while (open_clients_ < wanted_clients_) {
    while (clients_.size() < wanted_clients_ &&
           clients_.size() - open_clients_ < handshakes_at_a_time) {
      connect_next();
    }
    turn();
  }
}

void crowd::connect_next() {
  const bool plain = every_second_plain_ && clients_.size() % 2 == 1;
  const client_kind kind = plain ? client_kind::plain : kind_;
  const client& added = clients_.emplace_back(clients_.size(), port_, kind);
  watch(poll_, added, clients_.size() - 1, EPOLLIN, EPOLL_CTL_ADD);
}

void crowd::trigger(std::size_t in_flight) {
  while (window_.in_flight() < in_flight) {
    clients_.front().ask_for(window_.add());
  }
  send_triggers();
}

void crowd::turn() {
  if (wait(patience_) == 0) {
    fail_stalled();
  }
}

void crowd::finish() {
  while (window_.in_flight() > 0) {
    turn();
  }
}

void crowd::rest(std::chrono::milliseconds duration) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + duration;
  for (auto now = clock::now(); now < end; now = clock::now()) {
    wait(std::chrono::ceil<std::chrono::milliseconds>(end - now));
  }
}

int crowd::wait(std::chrono::milliseconds at_most) {
  std::array<epoll_event, 512> events;
  const int ready = wait_awake(poll_, events, at_most);
  if (ready < 0 && errno == EINTR) {
    return 1;
  }
  checked(ready, "epoll_wait");
  for (int i = 0; i < ready; ++i) {
    client& peer = clients_[events[static_cast<std::size_t>(i)].data.u64];
    const bool was_open = peer.open();
    peer.read(tools_, window_);
    open_clients_ += peer.open() && !was_open ? 1 : 0;
  }
  if (triggers_blocked_) {
    send_triggers();
  }
  return ready;
}

void crowd::send_triggers() {
  const bool blocked = !clients_.front().flush();
  if (blocked != triggers_blocked_) {
    triggers_blocked_ = blocked;
    watch(poll_, clients_.front(), 0, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
  }
}

void crowd::fail_stalled() const {
  const std::string time = "within " + std::to_string(patience_.count()) + " ms";
  if (open_clients_ < wanted_clients_) {
    throw server_fault("only " + std::to_string(open_clients_) + " handshakes were answered " +
                       time);
  }
  const auto late = std::find_if(clients_.begin(), clients_.end(), [this](const client& peer) {
    return peer.next() == window_.oldest();
  });
  throw server_fault("client " + std::to_string(late - clients_.begin()) +
                     " did not get broadcast " + std::to_string(window_.oldest()) + " " + time);
}

}  // namespace broadcast_hub::benchmark
