#pragma once

#include "base/random.hpp"
#include "client/link.hpp"
#include "support/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::benchmark {

class member;

/// What the members of a crowd hear.
class member_events {
 public:
  /// The server has said hello.
  virtual void on_welcome(member& who) = 0;

  /// Any later frame but a ping. Errors: throws `server_fault` when it is wrong.
  virtual void on_frame(member& who, std::string_view text) = 0;

 protected:
  ~member_events() = default;
};

/// One client that speaks bhub.v1: the library's client without its session, which would put right
/// what a server does wrong, where a benchmark must find it.
///
/// Errors: methods throw `server_fault` and `std::system_error`.
class member final : private link_events {
 public:
  /// Connects to 127.0.0.1 and sends the handshake; the number is the query of its target. `random`
  /// and `events` outlive it.
  member(std::size_t number, std::uint16_t port, const random_source& random,
         member_events& events);

  std::size_t number() const noexcept { return number_; }
  int socket() const noexcept { return socket_.get(); }
  bool welcome() const noexcept { return welcome_; }

  /// Reads once and handles what has come; returns the number of bytes.
  std::size_t read(std::vector<char>& room);

  void send(std::string_view text);

  /// Sends what is queued as far as possible; false when some is left.
  bool flush();

  [[noreturn]] void fail(const std::string& what) const;

 private:
  void on_link_text(std::string_view text) override;
  void on_link_binary() override;
  void on_link_bytes(std::string_view bytes) override;

  std::size_t number_;
  member_events& events_;
  descriptor socket_;
  client_link link_;
  bool welcome_ = false;
  std::string unsent_;
};

}  // namespace broadcast_hub::benchmark
