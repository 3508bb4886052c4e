#include "net/listener.hpp"

#include "base/text.hpp"
#include "net/address.hpp"
#include "net/error_translation.hpp"
#include "net/own_descriptor.hpp"
#include "net/shard.hpp"

#include <asio/error.hpp>
#include <asio/ip/v6_only.hpp>
#include <broadcast_hub/error.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

namespace broadcast_hub::net {
namespace {

using asio::ip::tcp;

int open_reserve() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/// Throws for an error of any step on the way to listening.
void check(const std::error_code& error, const tcp::endpoint& endpoint,
           std::string_view option = {}) {
  if (!error)
    return;
  const std::error_code ours = translate(error);
  std::string what = "cannot listen on " + to_string(endpoint);
  if (!option.empty())
    what += join(" with sockets.", option);
  // Ours is too coarse: the system's words say more.
  if (ours == errc::io_error)
    what += join(" (", error.message(), ")");
  throw std::system_error(ours, what);
}

/// The peer was there, and has gone (accept(2), "Error handling"): the next one may be served.
bool only_this_one(int error) noexcept {
  constexpr std::array gone{ECONNABORTED, EINTR,        EPROTO,     ENETDOWN,   ENOPROTOOPT,
                            EHOSTDOWN,    EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};
  return std::find(gone.begin(), gone.end(), error) != gone.end();
}

}  // namespace

listener::listener(std::vector<shard*> shards, std::uint16_t index,
                   const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                   accept_gate gate, const socket_options& sockets, const logger& log)
    : shards_(std::move(shards)),
      index_(index),
      gate_(std::move(gate)),
      sockets_(sockets),
      log_(log),
      reserve_(open_reserve()) {
  try {
    bind_all(addresses, port);
  } catch (...) {
    if (reserve_ >= 0)
      ::close(reserve_);
    throw;
  }
}

listener::~listener() {
  if (reserve_ >= 0)
    ::close(reserve_);
}

void listener::bind_all(const std::vector<asio::ip::address>& addresses, std::uint16_t port) {
  // A port that is free on the first address may be taken on the second: then another is picked.
  for (int attempts_left = port == 0 ? 32 : 1;; --attempts_left) {
    try {
      bind({addresses.front(), port});
      port_ = doors_.front()->acceptor.local_endpoint().port();
      if (addresses.size() == 1)
        return;
      bind({addresses.back(), port_});
      return;
    } catch (const std::system_error& failure) {
      const bool second = doors_.size() == 1;
      if (second && failure.code() == errc::address_not_available) {
        log_.log(log_level::warn, "not listening on ", to_string({addresses.back(), port_}), ": ",
                 failure.code().message());
        return;
      }
      doors_.clear();
      if (!second || failure.code() != errc::address_in_use || attempts_left <= 1)
        throw;
    }
  }
}

void listener::bind(const tcp::endpoint& endpoint) {
  auto fresh = std::make_unique<door>(shards_.front()->events_loop().context());
  tcp_acceptor& acceptor = fresh->acceptor;
  std::error_code error;
  open_own(acceptor, endpoint.protocol(), error);
  check(error, endpoint);
  acceptor.set_option(tcp_acceptor::reuse_address(true), error);
  check(error, endpoint);
  if (endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
    check(error, endpoint);
  }
  set_options(acceptor, endpoint);
  acceptor.bind(endpoint, error);
  check(error, endpoint);
  acceptor.listen(tcp_acceptor::max_listen_connections, error);
  check(error, endpoint);
  doors_.push_back(std::move(fresh));
}

void listener::set_options(tcp_acceptor& acceptor, const tcp::endpoint& endpoint) {
  // Accepted sockets inherit them.
  const auto set = [&](int level, int name, std::string_view option, std::size_t wanted) {
    const int value = static_cast<int>(wanted);
    if (wanted == 0 ||
        ::setsockopt(acceptor.native_handle(), level, name, &value, sizeof value) == 0)
      return;
    check({errno, asio::error::get_system_category()}, endpoint, join(option, " = ", wanted));
  };
  set(IPPROTO_TCP, TCP_NODELAY, "no_delay", sockets_.no_delay ? 1 : 0);
  set(SOL_SOCKET, SO_SNDBUF, "send_buffer_bytes", sockets_.send_buffer_bytes);
  set(IPPROTO_TCP, TCP_NOTSENT_LOWAT, "max_unsent_bytes", sockets_.max_unsent_bytes);
}

std::string listener::name() const {
  std::string names;
  for (const auto& each : doors_) {
    std::error_code ignored;  // a closed acceptor has no address, and needs none
    if (!names.empty())
      names += " and ";
    names += to_string(each->acceptor.local_endpoint(ignored));
  }
  return names;
}

void listener::start() noexcept {
  for (const auto& each : doors_) {
    if (each->acceptor.is_open() && each->waiting.use_count() == 1)
      await(*each);
  }
}

void listener::stop() noexcept {
  for (const auto& each : doors_) {
    std::error_code ignored;  // close() frees the descriptor even when it reports an error
    each->acceptor.close(ignored);
    try {
      each->pause.cancel();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): what it ends does nothing
    }
  }
}

void listener::await(door& from) noexcept {
  try {
    from.acceptor.async_wait(tcp_acceptor::wait_read,
                             [this, &from, waiting = from.waiting](const std::error_code& error) {
                               if (!error && from.acceptor.is_open())
                                 accept_some(from);
                             });
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): `start` tries again
  }
}

void listener::accept_some(door& from) noexcept {
  constexpr int most = 16;  // then others on this loop get their turn
  for (int i = 0; i < most && from.acceptor.is_open(); ++i) {
    const int error = accept_one(from);
    if (error == EAGAIN || error == EWOULDBLOCK)
      break;
    if (error != 0 && !only_this_one(error))
      return on_failure(from, error);
  }
  if (from.acceptor.is_open())
    await(from);
}

/// Returns the error that accepting met, or 0.
int listener::accept_one(door& from) noexcept {
  tcp::endpoint remote;
  auto size = static_cast<socklen_t>(remote.capacity());
  // Not by Asio: its sockets would go to child processes.
  const int accepted = ::accept4(from.acceptor.native_handle(), remote.data(), &size, SOCK_CLOEXEC);
  if (accepted < 0)
    return errno;
  try {
    remote.resize(size);
    shard& to = *shards_[next_shard_++ % shards_.size()];
    tcp_socket socket(to.events_loop().context());
    std::error_code error;
    take_over(socket, remote.protocol(), accepted, error);
    if (error)
      return error.value();
    if (gate_())
      hand_over(to, std::move(socket), remote);
  } catch (const std::exception&) {  // for want of memory
    return ENOMEM;
  }
  return 0;
}

void listener::hand_over(shard& to, tcp_socket socket, const tcp::endpoint& remote) {
  if (to.events_loop().on_this_thread()) {
    to.adopt(std::move(socket), remote, index_);
  } else {
    to.post([&to, index = index_, remote, socket = std::move(socket)]() mutable {
      to.adopt(std::move(socket), remote, index);
    });
  }
}

void listener::on_failure(door& at, int error) noexcept {
  shards_.front()->count().accept_failures.add();
  const bool no_descriptors = error == EMFILE || error == ENFILE;
  if (no_descriptors)
    turn_away_one(at);
  try {
    log_.log(log_level::warn, "cannot accept connections: ", std::generic_category().message(error),
             no_descriptors
                 ? "; raise the descriptor limit (ulimit -n) or lower limits.max_connections"
                 : "; trying again");
    // Whatever the reason, it is not gone at once: without a pause this would spin.
    at.pause.expires_after(std::chrono::milliseconds(100));
    at.pause.async_wait([this, &at, waiting = at.waiting](const std::error_code& cancelled) {
      if (!cancelled && at.acceptor.is_open())
        await(at);
    });
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): `start` tries again
  }
}

void listener::turn_away_one(door& at) {
  if (reserve_ >= 0) {
    ::close(reserve_);
    const int peer = ::accept4(at.acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (peer >= 0)
      ::close(peer);
  }
  reserve_ = open_reserve();
}

}  // namespace broadcast_hub::net
