#include "net/outgoing.hpp"

#include "base/text.hpp"
#include "net/address.hpp"
#include "net/socket_io.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace broadcast_hub::net {
namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;
constexpr int reads_in_a_row = 16;  // then others have their turn

}  // namespace

struct outgoing::stream {
  explicit stream(tcp_socket connected) : socket(std::move(connected)) {}

  tcp_socket socket;
  bool flushing = false;  // a flush is posted, or the socket takes no more
  std::string unsent;
  std::size_t sent = 0;  // of those
};

outgoing::outgoing(loop& on, outgoing_events& events, lookup look_up)
    : loop_(on), events_(events), dialer_(on, std::move(look_up)) {}

outgoing::~outgoing() {
  close();
}

void outgoing::connect(const std::string& host, std::uint16_t port) {
  close();
  where_ = host_and_port(host, port);
  dialer_.dial(host, port, [this](std::optional<tcp_socket> connected, std::string_view fault) {
    if (connected)
      open(std::move(*connected));
    else
      end(fault);
  });
}

void outgoing::open(tcp_socket socket) {
  std::error_code ignored;  // it only makes small messages faster
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto opened = std::make_shared<stream>(std::move(socket));
  stream_ = opened;
  events_.on_connected();
  if (opened == stream_)
    arm(tcp_socket::wait_read, &outgoing::read);
}

void outgoing::arm(tcp_socket::wait_type what, void (outgoing::*ready)()) {
  const auto done = [this, known = std::weak_ptr(stream_), ready](const std::error_code& error) {
    if (known.expired())
      return;
    if (error)
      end(join(where_, ": ", error.message()));
    else
      (this->*ready)();
  };
  stream_->socket.async_wait(what, done);
}

void outgoing::read() {
  const std::weak_ptr<stream> known = stream_;
  std::array<char, read_size> buffer;  // NOLINT(*-member-init): it is written to before it is read
  for (int i = 0; i < reads_in_a_row; ++i) {
    const ssize_t got =
        ::recv(stream_->socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (got <= 0) {
      if (got == 0)
        end({});
      else
        fail(errno);
      return;
    }
    events_.on_bytes(buffer.data(), static_cast<std::size_t>(got));
    if (known.expired())
      return;
  }
  arm(tcp_socket::wait_read, &outgoing::read);
}

void outgoing::send(std::string_view bytes) {
  if (!stream_)
    return;
  stream_->unsent += bytes;
  if (std::exchange(stream_->flushing, true))
    return;
  loop_.post([this, known = std::weak_ptr(stream_)] {
    if (!known.expired())
      flush();
  });
}

void outgoing::flush() {
  stream& now = *stream_;
  const iovec rest{now.unsent.data() + now.sent, now.unsent.size() - now.sent};
  const send_result result = send_some(now.socket.native_handle(), {&rest, 1});
  if (result.failed) {
    fail(errno);
    return;
  }
  now.sent += result.sent;
  if (result.complete || now.sent >= now.unsent.size() / 2) {  // seldom, so that it costs little
    now.unsent.erase(0, now.sent);
    now.sent = 0;
  }
  now.flushing = !result.complete;
  if (now.flushing)
    arm(tcp_socket::wait_write, &outgoing::flush);
  events_.on_sent();
}

std::size_t outgoing::queued_bytes() const noexcept {
  return stream_ ? stream_->unsent.size() - stream_->sent : 0;
}

void outgoing::close() noexcept {
  dialer_.cancel();
  const std::shared_ptr<stream> left = std::exchange(stream_, nullptr);
  if (!left)
    return;
  const iovec rest{left->unsent.data() + left->sent, left->unsent.size() - left->sent};
  if (rest.iov_len != 0)
    send_some(left->socket.native_handle(), {&rest, 1});
  ::shutdown(left->socket.native_handle(), SHUT_WR);
  std::error_code ignored;
  left->socket.close(ignored);
}

void outgoing::fail(int system_error) {
  end(join(where_, ": ", std::generic_category().message(system_error)));
}

void outgoing::end(std::string_view fault) {
  close();
  events_.on_ended(fault);
}

}  // namespace broadcast_hub::net
