#pragma once

#include <broadcast_hub/close_code.hpp>
#include <broadcast_hub/export.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub {

/// How a connection ended.
struct close_event {
  /// The code that the peer sent; if we closed first, the code that we sent; 1005 when the peer's
  /// close frame had none, 1006 when the connection ended without a close frame.
  close_code code = close_code::abnormal;
  std::string reason;  ///< UTF-8, at most 123 bytes
  bool clean = false;  ///< whether close frames were exchanged (RFC 6455, section 7.1.4)
};

/// A WebSocket request that asks to be let in. A value: it may be kept and moved to other threads.
struct upgrade_request {
  std::string path;            ///< without the query, as sent, for example "/live"
  std::string query;           ///< after the "?", as sent; empty when there is none
  std::string remote_address;  ///< for example "127.0.0.1:50312" or "[::1]:50312"
  /// Repeated ones are joined by ", ", and those named `Cookie` by "; " (RFC 9113, section 8.2.3).
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> subprotocols;  ///< as offered, in order

  /// The value of a header, its name compared without regard to case; empty when it is absent.
  BROADCAST_HUB_EXPORT std::string_view header(std::string_view name) const noexcept;
};

/// The answer to an `upgrade_request`.
struct upgrade_reply {
  int status = 101;  ///< 101 lets the client in; 400 to 599 refuses
  std::string body;  ///< sent with a refusal, as text/plain
  /// Who the client is, to be asked of `connection::user()`, and anything about it, to be asked of
  /// `connection::info()`. UTF-8, because presence tells both to others; `info` as JSON if it is.
  std::string user;
  std::string info;

  /// One of those offered. Empty: "bhub.v1" if it is offered and the listener has it, else none.
  std::string subprotocol;

  /// Names and patterns to subscribe the client to, without asking `on_subscribe`. A client without
  /// bhub.v1 gets them beside "default". What is no name or pattern is logged as an error.
  std::vector<std::string> subscriptions;

  /// Sent with the answer, for example {"WWW-Authenticate", "Bearer"} with 401, which must have it
  /// (RFC 9110, section 15.5.2), or {"Set-Cookie", ...}. Not those that say where the answer ends
  /// or what became of the handshake: Connection, Content-Length, Content-Type, Date,
  /// Transfer-Encoding, Upgrade and Sec-WebSocket-.
  std::vector<std::pair<std::string, std::string>> headers;

  BROADCAST_HUB_EXPORT static upgrade_reply accept(std::string user = {}, std::string info = {});
  BROADCAST_HUB_EXPORT static upgrade_reply refuse(int status, std::string body = {});
};

/// Carries the answer to an `upgrade_request` back, now or later. The first answer counts. When
/// every copy is gone without an answer, the request is refused with 500; when
/// `timeouts.handshake` passes first, with 503.
///
/// Thread safety: may be copied and called on any thread; outliving the hub is harmless.
class BROADCAST_HUB_EXPORT upgrade_responder {
 public:
  class state;

  explicit upgrade_responder(std::shared_ptr<state> state) noexcept;

  /// An invalid reply (a status out of range, a subprotocol that was not offered, a header that may
  /// not be sent) is logged as an error and refuses with 500.
  void reply(upgrade_reply reply) const;

 private:
  std::shared_ptr<state> state_;
};

}  // namespace broadcast_hub
