#include "net/outgoing.hpp"

#include "net/error_translation.hpp"
#include "net/socket_io.hpp"

#include <asio/connect.hpp>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace broadcast_hub::net {
namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;
constexpr int reads_in_a_row = 16;  // then others have their turn

std::error_code current_error() noexcept {
  return {errno, asio::error::get_system_category()};
}

}  // namespace

struct outgoing::attempt {
  explicit attempt(loop& on) : resolver(on.context()), socket(on.context()) {}

  asio::ip::basic_resolver<asio::ip::tcp, executor> resolver;
  tcp_socket socket;
  bool connected = false;
  bool flushing = false;  // a flush is posted, or the socket takes no more
  std::string unsent;
  std::size_t sent = 0;  // of those
};

outgoing::outgoing(loop& on, outgoing_events& events) : loop_(on), events_(events) {}

outgoing::~outgoing() {
  close();
}

void outgoing::connect(const std::string& host, std::uint16_t port) {
  close();
  attempt_ = std::make_shared<attempt>(loop_);
  std::error_code no_address;
  const asio::ip::address address = asio::ip::make_address(host, no_address);
  if (!no_address) {
    open(asio::ip::tcp::resolver::results_type::create(asio::ip::tcp::endpoint(address, port), host,
                                                       std::to_string(port)));
    return;
  }
  const std::weak_ptr<attempt> known = attempt_;
  attempt_->resolver.async_resolve(
      host, std::to_string(port),
      [this, known](const std::error_code& error,
                    const asio::ip::tcp::resolver::results_type& endpoints) {
        if (known.expired())
          return;
        if (error)
          end(error);
        else
          open(endpoints);
      });
}

void outgoing::open(const asio::ip::tcp::resolver::results_type& endpoints) {
  // Asio looks at the socket when this ends, whatever has become of the attempt: so it is held.
  const std::shared_ptr<attempt>& held = attempt_;
  asio::async_connect(held->socket, endpoints,
                      [this, held](const std::error_code& error, const asio::ip::tcp::endpoint&) {
                        if (held != attempt_)
                          return;
                        if (error) {
                          end(error);
                          return;
                        }
                        std::error_code ignored;  // it only makes small messages faster
                        held->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
                        held->connected = true;
                        events_.on_connected();
                        if (held == attempt_)
                          arm_read();
                      });
}

void outgoing::arm_read() {
  attempt_->socket.async_wait(
      tcp_socket::wait_read, [this, known = std::weak_ptr(attempt_)](const std::error_code& error) {
        if (known.expired())
          return;
        if (error)
          end(error);
        else
          read();
      });
}

void outgoing::read() {
  const std::weak_ptr<attempt> known = attempt_;
  std::array<char, read_size> buffer;  // NOLINT(*-member-init): it is written to before it is read
  for (int i = 0; i < reads_in_a_row; ++i) {
    const ssize_t got =
        ::recv(attempt_->socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (got <= 0) {
      end(got == 0 ? std::error_code() : current_error());
      return;
    }
    events_.on_bytes(buffer.data(), static_cast<std::size_t>(got));
    if (known.expired())
      return;
  }
  arm_read();
}

void outgoing::send(std::string_view bytes) {
  if (!attempt_ || !attempt_->connected)
    return;
  attempt_->unsent += bytes;
  if (std::exchange(attempt_->flushing, true))
    return;
  loop_.post([this, known = std::weak_ptr(attempt_)] {
    if (!known.expired())
      flush();
  });
}

void outgoing::flush() {
  attempt& now = *attempt_;
  const iovec rest{now.unsent.data() + now.sent, now.unsent.size() - now.sent};
  const send_result result = send_some(now.socket.native_handle(), {&rest, 1});
  if (result.failed) {
    end(current_error());
    return;
  }
  now.sent += result.sent;
  if (result.complete || now.sent >= now.unsent.size() / 2) {  // seldom, so that it costs little
    now.unsent.erase(0, now.sent);
    now.sent = 0;
  }
  now.flushing = !result.complete;
  if (now.flushing)
    arm_write();
  events_.on_sent();
}

void outgoing::arm_write() {
  attempt_->socket.async_wait(tcp_socket::wait_write, [this, known = std::weak_ptr(attempt_)](
                                                          const std::error_code& error) {
    if (known.expired())
      return;
    if (error)
      end(error);
    else
      flush();
  });
}

std::size_t outgoing::queued_bytes() const noexcept {
  return attempt_ ? attempt_->unsent.size() - attempt_->sent : 0;
}

void outgoing::close() noexcept {
  const std::shared_ptr<attempt> left = std::exchange(attempt_, nullptr);
  if (!left)
    return;
  if (left->connected) {
    const iovec rest{left->unsent.data() + left->sent, left->unsent.size() - left->sent};
    if (rest.iov_len != 0)
      send_some(left->socket.native_handle(), {&rest, 1});
    ::shutdown(left->socket.native_handle(), SHUT_WR);
  }
  std::error_code ignored;
  left->socket.close(ignored);
  // The resolver ends with it: to cancel what it does, it would need memory.
}

void outgoing::end(const std::error_code& error) {
  close();
  events_.on_ended(translate(error));
}

}  // namespace broadcast_hub::net
