#pragma once

#include "net/asio.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::net {

/// The addresses of a name, or why there are none, in the system's words.
struct lookup_result {
  std::vector<asio::ip::tcp::endpoint> addresses;
  std::string fault;
};

/// It may take long: it is called on a thread of its own, which nobody waits for.
using lookup = std::function<lookup_result(const std::string& host, std::uint16_t port)>;

/// What the system knows (getaddrinfo).
lookup_result system_lookup(const std::string& host, std::uint16_t port);

/// Makes TCP connections to a host by its name, one at a time, as RFC 8305 wants it: addresses of
/// both families in turns, the next one after a quarter of a second or when one has failed, and the
/// first that connects wins.
///
/// A host and port that is being looked up is not looked up a second time meanwhile.
///
/// Sockets are not inherited by child processes.
///
/// Thread safety: none; it belongs to the loop's thread.
/// Lifetime: the loop outlives it. A lookup that still runs outlives both, and does no harm.
class dialer {
 public:
  /// Nothing: `fault` says why, with host and port.
  using told = std::function<void(std::optional<tcp_socket> connected, std::string_view fault)>;

  explicit dialer(loop& on, lookup look_up = system_lookup);
  ~dialer();
  dialer(const dialer&) = delete;
  dialer& operator=(const dialer&) = delete;

  /// Leaves what there is. `tell` is called once, never inside this call, unless it is cancelled.
  void dial(const std::string& host, std::uint16_t port, told tell);
  void cancel() noexcept { attempt_.reset(); }

 private:
  struct attempt;
  struct mailbox;

  /// By host and port. Expired: it is over.
  using lookup_map = std::map<std::string, std::weak_ptr<const char>>;

  void look_up(const std::string& host, std::uint16_t port);
  void on_found(const std::string& where, const lookup_result& found);
  void begin(const lookup_result& found);
  void start_next();
  bool start(const asio::ip::tcp::endpoint& to);
  void arm_timer();
  void on_connected(std::size_t which);
  void on_failed(std::size_t which, const std::string& fault);
  void fail(std::string_view fault);

  loop& loop_;
  lookup look_up_;
  std::shared_ptr<mailbox> mailbox_;
  std::shared_ptr<lookup_map> lookups_;  // what handlers of the loop know weakly
  std::shared_ptr<attempt> attempt_;     // what handlers of the loop know weakly
};

}  // namespace broadcast_hub::net
