#include "servers/raw_server.hpp"

#include "servers/handshake.hpp"
#include "support/frame_header.hpp"
#include "support/system_call.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace broadcast_hub::benchmark {
namespace {

descriptor bind_free_port() {
  descriptor socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind");
  checked(::listen(socket.get(), SOMAXCONN), "listen");
  return socket;
}

}  // namespace

raw_server::raw_server()
    : listener_(bind_free_port()),
      poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      scratch_(64 << 10U) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener_.get();
  checked(::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, listener_.get(), &event), "epoll_ctl");
}

std::uint16_t raw_server::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

void raw_server::run() {
  std::array<epoll_event, 512> events;
  for (;;) {
    const int ready = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == listener_.get()) {
        accept_one();
      } else {
        serve(static_cast<std::size_t>(event.data.fd), event.events);
      }
    }
    if (on_turn_end_) {
      on_turn_end_();
    }
  }
}

void raw_server::accept_one() {
  descriptor socket(checked(
      ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept4"));
  const int on = 1;
  checked(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
  const auto slot = static_cast<std::size_t>(socket.get());
  if (peers_.size() <= slot) {
    peers_.resize(slot + 1);
  }
  peers_[slot].socket = std::move(socket);
  watch(peers_[slot], EPOLLIN, EPOLL_CTL_ADD);
}

void raw_server::serve(std::size_t slot, std::uint32_t events) {
  peer& ready = peers_[slot];
  if (ready.socket && (events & EPOLLOUT) != 0) {
    send_rest(ready);
  }
  if (ready.socket && (events & ~EPOLLOUT) != 0) {
    read(ready);
  }
}

void raw_server::read(peer& from) {
  const ssize_t received = ::recv(from.socket.get(), scratch_.data(), scratch_.size(), 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (received <= 0) {
    from = peer();
    return;
  }
  std::string_view bytes(scratch_.data(), static_cast<std::size_t>(received));
  std::string joined;
  if (from.left) {
    joined = std::exchange(from.left->unread, {}).append(bytes);
    bytes = joined;
  }
  for (std::size_t taken = take_one(from, bytes); taken > 0; taken = take_one(from, bytes)) {
    bytes.remove_prefix(taken);
  }
  if (!bytes.empty() && from.socket) {
    if (!from.left) {
      from.left = std::make_unique<leftovers>();
    }
    from.left->unread = bytes;
  }
}

std::size_t raw_server::take_one(peer& from, std::string_view bytes) {
  return from.open ? take_frame(bytes) : take_request(from, bytes);
}

std::size_t raw_server::take_request(peer& from, std::string_view bytes) {
  const std::size_t size = request_size(bytes);
  if (size == 0) {
    return 0;
  }
  const std::string reply = accept_request(bytes.substr(0, size));
  if (reply.empty()) {
    from = peer();
    return 0;
  }
  send(from, reply);
  from.open = true;
  return size;
}

std::size_t raw_server::take_frame(std::string_view bytes) {
  const auto header = read_frame_header(bytes);
  if (!header || bytes.size() - header->size < header->payload_size) {
    return 0;
  }
  std::string payload(bytes.substr(header->size, header->payload_size));
  if (header->mask) {
    apply_mask(payload.data(), payload.size(), *header->mask);
  }
  if (header->code == opcode::text || header->code == opcode::binary) {
    std::string frame;
    append_frame(frame, header->code, payload);
    on_message_(frame);
  }
  return header->size + payload.size();
}

void raw_server::send_to_all(std::string_view bytes) {
  for (peer& to : peers_) {
    if (to.open) {
      send(to, bytes);
    }
  }
}

void raw_server::send_to_all(std::string_view bytes, std::string_view last_bytes) {
  const peer& last = peers_.back();
  for (peer& to : peers_) {
    if (to.open) {
      send(to, &to == &last ? last_bytes : bytes);
    }
  }
}

void raw_server::send(peer& to, std::string_view bytes) {
  if (to.left && !to.left->unsent.empty()) {
    to.left->unsent.append(bytes);
    return;
  }
  const ssize_t sent = ::send(to.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  // A broken connection is left to the next read, which takes it down.
  const std::size_t gone = sent < 0 ? (errno == EAGAIN ? 0 : bytes.size()) : std::size_t(sent);
  if (gone < bytes.size()) {
    if (!to.left) {
      to.left = std::make_unique<leftovers>();
    }
    to.left->unsent = bytes.substr(gone);
    watch(to, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
}

void raw_server::send_rest(peer& to) {
  const std::string rest = std::exchange(to.left->unsent, {});
  watch(to, EPOLLIN, EPOLL_CTL_MOD);
  send(to, rest);
}

void raw_server::watch(const peer& watched, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = watched.socket.get();
  checked(::epoll_ctl(poll_.get(), operation, watched.socket.get(), &event), "epoll_ctl");
}

}  // namespace broadcast_hub::benchmark
