#include "crowd.hpp"

#include "loopback.hpp"
#include "support/system_call.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <stdexcept>
#include <system_error>

namespace broadcast_hub::stress {
namespace {

using benchmark::checked;

constexpr std::size_t largest_read = std::size_t{64} * 1024;

// The sockets of half-open connections fill up.
constexpr int receive_buffer = 64 * 1024;

constexpr std::chrono::milliseconds longest_turn{5};

std::vector<std::uint64_t> some_topics(const crowd_options& options, std::mt19937_64& random) {
  std::vector<std::uint64_t> topics(options.topics);
  std::iota(topics.begin(), topics.end(), std::uint64_t{0});
  std::shuffle(topics.begin(), topics.end(), random);
  topics.resize(options.topics_each);
  return topics;
}

}  // namespace

crowd::crowd(std::uint16_t port, const crowd_options& options)
    : port_(port),
      random_(options.seed),
      connections_(options.clients),
      poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      scratch_(largest_read) {
  const wait_bounds first{std::chrono::milliseconds(0), options.first_within};
  for (std::size_t i = 0; i < options.clients; ++i) {
    clients_.emplace_back(some_topics(options, random_), views_, i % 2 == 0 ? nullptr : &inflater_);
    waiting_.emplace(clock::now() + chosen_within(first, random_), i);
  }
}

crowd::~crowd() = default;

void crowd::turn() {
  connect_due();
  std::array<epoll_event, 256> events;
  const int ready = ::epoll_wait(poll_.get(), events.data(), events.size(),
                                 static_cast<int>(longest_turn.count()));
  if (ready < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "epoll_wait");
  for (std::size_t i = 0; ready > 0 && i < static_cast<std::size_t>(ready); ++i) {
    const std::size_t index = events[i].data.u64;
    if (index >= clients_.size()) {
      drain(static_cast<int>(index - clients_.size()));
      continue;
    }
    try {
      handle(index, events[i].events);
    } catch (const std::exception& fault) {
      throw std::runtime_error("client " + std::to_string(index) + ": " + fault.what());
    }
  }
}

std::size_t crowd::live() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < clients_.size(); ++i)
    count += is_live(i) ? 1 : 0;
  return count;
}

bool crowd::is_live(std::size_t index) const {
  return connections_[index].now == state::open && clients_[index].is_live();
}

std::string crowd::described(std::size_t index) const {
  constexpr std::array<const char*, 3> names{"waits", "connects", "is connected"};
  const connection& one = connections_[index];
  std::string text = "client " + std::to_string(index) + " " +
                     names[static_cast<std::size_t>(one.now)] + ", has read " +
                     std::to_string(one.read) + " bytes";
  for (const topic_view& view : clients_[index].views())
    text += ", " + topic_name(view.topic()) + (view.is_live() ? " is live at " : " waits at ") +
            std::to_string(view.offset());
  return text;
}

void crowd::connect_due() {
  const clock::time_point now = clock::now();
  while (may_come_ && !waiting_.empty() && waiting_.top().first <= now) {
    const std::size_t index = waiting_.top().second;
    waiting_.pop();
    connect(index);
  }
}

void crowd::connect(std::size_t index) {
  connection& made = connections_[index];
  made = {};
  made.plan = make_kill_plan(random_);
  made.socket = benchmark::descriptor(
      checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  ::setsockopt(made.socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const sockaddr_in address = loopback(port_);
  if (::connect(made.socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 &&
      errno != EINPROGRESS) {
    if (errno != ECONNREFUSED)
      throw std::system_error(errno, std::generic_category(), "connect");
    ++counts_.attempts_failed;
    end(index);
    return;
  }
  made.now = state::connecting;
  clients_[index].begin();
  watch(index, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}

void crowd::handle(std::size_t index, std::uint32_t events) {
  if (connections_[index].now == state::connecting)
    return finish_connect(index);
  if ((events & ~EPOLLOUT) != 0)
    read(index);
  if (connections_[index].now == state::open)
    write(index);
}

void crowd::finish_connect(std::size_t index) {
  connection& made = connections_[index];
  int error = 0;
  socklen_t size = sizeof error;
  checked(::getsockopt(made.socket.get(), SOL_SOCKET, SO_ERROR, &error, &size), "getsockopt");
  if (error != 0) {
    ++counts_.attempts_failed;
    end(index);
    return;
  }
  made.now = state::open;
  made.wants_to_write = true;
  write(index);
}

void crowd::read(std::size_t index) {
  connection& from = connections_[index];
  std::size_t room = scratch_.size();
  if (kills_left_ > 0)
    room = std::min(room, std::max<std::size_t>(from.plan.after_bytes, from.read) - from.read);
  if (room == 0) {
    if (is_to_die(index))
      return kill_one(index);
    room = 1;  // until it is amid a frame
  }
  const ssize_t size = ::recv(from.socket.get(), scratch_.data(), room, 0);
  if (size < 0 && errno == EAGAIN)
    return;
  if (size <= 0)
    return end_by_server(index);
  from.read += static_cast<std::size_t>(size);
  resuming_client& client = clients_[index];
  const bool was_established = client.stream().is_established();
  client.receive({scratch_.data(), static_cast<std::size_t>(size)});
  if (!was_established && client.stream().is_established())
    ++counts_.connected;
  if (is_to_die(index))
    kill_one(index);
}

void crowd::write(std::size_t index) {
  connection& to = connections_[index];
  std::string& unsent = clients_[index].stream().unsent();
  if (!unsent.empty()) {
    const ssize_t sent = ::send(to.socket.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      unsent.clear();  // what the server has sent before can still be read
    } else if (sent > 0) {
      unsent.erase(0, static_cast<std::size_t>(sent));
      clients_[index].on_sent();
    }
  }
  if (to.wants_to_write == unsent.empty()) {
    to.wants_to_write = !unsent.empty();
    watch(index, EPOLLIN | (to.wants_to_write ? EPOLLOUT : 0U), EPOLL_CTL_MOD);
  }
}

void crowd::watch(std::size_t index, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = index;
  checked(::epoll_ctl(poll_.get(), operation, connections_[index].socket.get(), &event),
          "epoll_ctl");
}

void crowd::end_by_server(std::size_t index) {
  const unsigned code = clients_[index].stream().close_code();
  ++counts_.closed[code == 0 ? 1006 : code];
  end(index);
}

void crowd::end(std::size_t index) {
  connection& ended = connections_[index];
  ended.socket = {};
  ended.now = state::waiting;
  const bool bye = clients_[index].bye().has_value();
  const std::chrono::milliseconds wait = clients_[index].end(random_);
  if (bye) {
    ++counts_.byes;
    bye_waits_.push_back(wait);
  }
  waiting_.emplace(clock::now() + wait, index);
}

}  // namespace broadcast_hub::stress
