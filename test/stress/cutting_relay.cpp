#include "cutting_relay.hpp"

#include "loopback.hpp"
#include "support/system_call.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace broadcast_hub::stress {
namespace {

using benchmark::checked;

constexpr std::size_t largest_pass = std::size_t{64} * 1024;
constexpr std::size_t most_held = std::size_t{64} * 1024;

int new_socket() {
  return checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

/// Small frames go on at once.
void have_no_delay(int socket) {
  const int yes = 1;
  checked(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "setsockopt");
}

/// Closes the socket with RST.
void reset(benchmark::descriptor& socket) {
  if (socket)
    have_reset(socket.get());
  benchmark::descriptor gone = std::move(socket);
}

constexpr std::size_t index_of(direction which) {
  return static_cast<std::size_t>(which);
}

constexpr direction opposite(direction which) {
  return which == direction::from_client ? direction::from_hub : direction::from_client;
}

constexpr std::array<direction, directions> both{direction::from_client, direction::from_hub};

}  // namespace

cutting_relay::cutting_relay(std::uint16_t hub_port, std::uint32_t seed)
    : hub_port_(hub_port),
      random_(seed),
      poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      listener_(new_socket()),
      scratch_(largest_pass) {
  const sockaddr_in address = loopback(0);
  checked(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind");
  checked(::listen(listener_.get(), SOMAXCONN), "listen");
  port_ = port_of(listener_.get());
  epoll_event event{};
  event.events = EPOLLIN;
  checked(::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, listener_.get(), &event), "epoll_ctl");
}

cutting_relay::~cutting_relay() = default;

void cutting_relay::turn(std::chrono::milliseconds longest) {
  let_go_due();
  std::array<epoll_event, 256> events;
  const int ready =
      ::epoll_wait(poll_.get(), events.data(), events.size(), static_cast<int>(longest.count()));
  if (ready < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "epoll_wait");
  for (std::size_t i = 0; ready > 0 && i < static_cast<std::size_t>(ready); ++i) {
    const std::uint64_t number = events[i].data.u64 / directions;
    if (number == 0)
      accept_all();
    else
      handle(number, both[events[i].data.u64 % directions], events[i].events);
  }
}

void cutting_relay::accept_all() {
  while (true) {
    benchmark::descriptor client(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client && errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "accept");
    if (!client)
      return;
    if (may_come_)
      begin(std::move(client));
  }
}

void cutting_relay::begin(benchmark::descriptor client) {
  ++counts_.accepted;
  const std::uint64_t number = ++last_number_;
  relayed& made = connections_[number];
  made.plan = make_cut_plan(random_);
  benchmark::descriptor hub(new_socket());
  have_no_delay(client.get());
  have_no_delay(hub.get());
  const sockaddr_in address = loopback(hub_port_);
  // What becomes of it later is seen when it is read from.
  if (::connect(hub.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    if (errno != ECONNREFUSED)
      throw std::system_error(errno, std::generic_category(), "connect");
    ++counts_.without_server;
    connections_.erase(number);
    return;
  }
  made.ends[index_of(direction::from_client)].socket = std::move(client);
  made.ends[index_of(direction::from_hub)].socket = std::move(hub);
  watch(number, made);
}

void cutting_relay::handle(std::uint64_t number, direction from, std::uint32_t events) {
  const auto found = connections_.find(number);
  if (found == connections_.end() || found->second.silent)
    return;  // because of an event of the same turn
  relayed& one = found->second;
  end& source = one.ends[index_of(from)];
  const bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (gone && source.ended)
    source.socket = {};
  else if (gone || (events & EPOLLIN) != 0)
    read(one, from);
  for (const direction each : both) {
    pass(one, each);
    if (!one.discard && is_to_be_cut(one, each)) {
      cut_one(number, each);
      return;
    }
  }
  if (is_over(one))
    connections_.erase(found);
  else
    watch(number, one);
}

void cutting_relay::read(relayed& one, direction from) {
  end& source = one.ends[index_of(from)];
  if (source.ended || !source.socket)
    return;
  const ssize_t size = ::recv(source.socket.get(), scratch_.data(), scratch_.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (size <= 0) {
    counts_.without_server += size < 0 && errno == ECONNREFUSED ? 1 : 0;
    source.ended = true;
  } else if (!one.discard) {
    source.held.append(scratch_.data(), static_cast<std::size_t>(size));
  }
}

/// As much as may pass before it is cut, and the end behind that.
void cutting_relay::pass(relayed& one, direction from) {
  end& source = one.ends[index_of(from)];
  end& target = one.ends[index_of(opposite(from))];
  if (!target.socket)
    source.held.clear();
  std::size_t room = source.held.size();
  if (cuts_left_ > 0 && !one.silent) {
    const std::size_t most = one.plan.after_bytes[index_of(from)];
    room = std::min(room, most - std::min(most, source.passed));
  }
  if (room > 0) {
    const ssize_t sent = ::send(target.socket.get(), source.held.data(), room, MSG_NOSIGNAL);
    if (sent > 0) {
      const auto size = static_cast<std::size_t>(sent);
      source.position.pass(std::string_view(source.held).substr(0, size));
      source.passed += size;
      source.held.erase(0, size);
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      counts_.without_server += errno == ECONNREFUSED ? 1 : 0;
      source.held.clear();  // what that end has sent before can still be read
    }
  }
  if (source.ended && source.held.empty() && target.socket && !source.told_end) {
    ::shutdown(target.socket.get(), SHUT_WR);
    source.told_end = true;
  }
}

bool cutting_relay::is_to_be_cut(const relayed& one, direction from) const {
  return cuts_left_ > 0 && one.ends[index_of(from)].passed >= one.plan.after_bytes[index_of(from)];
}

void cutting_relay::count_cut(const relayed& one, direction at) {
  const frame_position& position = one.ends[index_of(at)].position;
  ++counts_.cuts;
  ++counts_.by_method[static_cast<std::size_t>(one.plan.method)];
  if (position.is_in_handshake())
    ++counts_.in_handshake;
  else if (position.is_amid_frame())
    ++counts_.amid_frame[index_of(at)];
}

void cutting_relay::cut_one(std::uint64_t number, direction at) {
  relayed& one = connections_.at(number);
  --cuts_left_;
  count_cut(one, at);
  switch (one.plan.method) {
    case cut_method::reset:
      for (end& each : one.ends)
        reset(each.socket);
      connections_.erase(number);
      break;
    case cut_method::finish:
      finish(one);
      watch(number, one);
      break;
    case cut_method::half_open:
      go_silent(number, one);
      break;
  }
}

/// Both ends learn that it is over, and may take their time about it.
void cutting_relay::finish(relayed& one) {
  one.discard = true;
  for (end& each : one.ends) {
    each.held.clear();
    each.told_end = true;
    if (each.socket)
      ::shutdown(each.socket.get(), SHUT_WR);
  }
}

void cutting_relay::go_silent(std::uint64_t number, relayed& one) {
  one.silent = true;
  for (const end& each : one.ends) {
    if (each.socket)
      checked(::epoll_ctl(poll_.get(), EPOLL_CTL_DEL, each.socket.get(), nullptr), "epoll_ctl");
  }
  silent_.emplace(clock::now() + one.plan.silent, number);
}

void cutting_relay::let_go_due() {
  const clock::time_point now = clock::now();
  while (!silent_.empty() && silent_.top().first <= now) {
    const std::uint64_t number = silent_.top().second;
    silent_.pop();
    if (connections_.contains(number))
      let_go(number);
  }
}

/// First of the client, then of the hub.
void cutting_relay::let_go(std::uint64_t number) {
  relayed& one = connections_.at(number);
  end& client = one.ends[index_of(direction::from_client)];
  end& hub = one.ends[index_of(direction::from_hub)];
  if (client.socket) {
    read(one, direction::from_client);  // what it has sent into the silence
    if (one.plan.with_reset)
      reset(client.socket);
    client.socket = {};
    silent_.emplace(clock::now() + one.plan.forgotten, number);
  } else if (one.plan.told_late && !client.held.empty()) {
    tell_late(number, one);
  } else {
    if (one.plan.with_reset)
      reset(hub.socket);
    connections_.erase(number);
  }
}

/// What a client has sent comes when it has left, and may have sent it again.
void cutting_relay::tell_late(std::uint64_t number, relayed& one) {
  end& client = one.ends[index_of(direction::from_client)];
  const std::size_t before = client.passed;
  pass(one, direction::from_client);
  counts_.told_late += client.passed > before ? 1 : 0;
  finish(one);
  one.silent = false;
  one.ends[index_of(direction::from_hub)].watched.reset();
  watch(number, one);
}

void cutting_relay::send_away() {
  may_come_ = false;
  connections_.clear();
}

bool cutting_relay::is_over(const relayed& one) const {
  return std::all_of(one.ends.begin(), one.ends.end(),
                     [](const end& each) { return !each.socket || each.ended; }) &&
         std::all_of(one.ends.begin(), one.ends.end(),
                     [](const end& each) { return each.held.empty(); });
}

void cutting_relay::watch(std::uint64_t number, relayed& one) {
  for (const direction each : both) {
    end& source = one.ends[index_of(each)];
    if (!source.socket)
      continue;
    const bool reads = !source.ended && source.held.size() < most_held;
    const bool writes = !one.ends[index_of(opposite(each))].held.empty();
    const std::uint32_t wanted = (reads ? EPOLLIN : 0U) | (writes ? EPOLLOUT : 0U);
    if (source.watched == wanted)
      continue;
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = number * directions + index_of(each);
    const int operation = source.watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    checked(::epoll_ctl(poll_.get(), operation, source.socket.get(), &event), "epoll_ctl");
    source.watched = wanted;
  }
}

}  // namespace broadcast_hub::stress
