#pragma once

#include "base/leaky_bucket.hpp"
#include "base/timer_wheel.hpp"
#include "net/asio.hpp"
#include "net/connection_table.hpp"
#include "session/session.hpp"

#include <broadcast_hub/close_code.hpp>
#include <broadcast_hub/connection_id.hpp>

#include <any>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub::net {

class shard;

/// One socket and its session: reads, sends, and does what the session asks for.
///
/// Thread safety: none; it lives and dies on its shard.
class connection final : public timer_wheel::node {
 public:
  connection(shard& shard, tcp_socket socket, const asio::ip::tcp::endpoint& remote,
             connection_id id, std::uint16_t listener);
  ~connection();

  connection_id id() const noexcept { return id_; }
  std::uint16_t listener() const noexcept { return listener_; }
  const asio::ip::tcp::endpoint& remote() const noexcept { return remote_; }
  std::any& user_data() noexcept { return user_data_; }
  session::session& session() noexcept { return session_; }

  /// What it sent that is no command.
  leaky_bucket& faults() noexcept { return faults_; }

  bool speaks_protocol() const noexcept { return session_.pinged_by_message(); }
  bool is_open() const noexcept { return session_.now_in() == session::session::phase::open; }

  void start() { arm_read(); }

  /// @name Answers to `shard_events::on_request`
  /// They do nothing when no answer is awaited any more.
  /// @{
  bool awaits_answer() const noexcept {
    return session_.now_in() == session::session::phase::deciding;
  }
  void respond(const wire::response& response, bool keep_alive);
  struct admission {
    wire::accepted_upgrade upgrade;
    std::string path;
    identity who;
    bool speaks_protocol = false;  ///< bhub.v1 was agreed on
    std::vector<std::string> subscriptions;
  };
  void accept(admission admitted);
  /// @}

  /// @name For the application, while open
  /// @{
  std::error_code send(session::shared_bytes frame);
  std::error_code close(close_code code, std::string_view reason);
  std::error_code subscribe(std::string_view topic);
  std::error_code unsubscribe(std::string_view topic);

  /// Subscribes to a name, for a client that is told next from where on. `or_is`: it may be
  /// subscribed already, and is told where it stands.
  struct subscribed {
    std::error_code error;
    topic::standing at;
  };
  subscribed subscribe_at(std::string_view topic, bool or_is);

  /// An answer, behind no more than was queued before.
  std::error_code answer(session::shared_bytes frame);

  /// The answer about a subscription, and behind it what is sent again: as `outbox::send_again`.
  template <typename... Past>
  std::error_code answer_with(session::shared_bytes frame, const Past&... past) {
    const std::error_code error = answer(std::move(frame));
    if (!error)
      session_.out().send_again(past...);
    return error;
  }
  void fail(close_code code, std::string_view reason) noexcept;
  /// @}

  /// @name For the shard
  /// @{

  /// Sends what waits, until the socket takes no more.
  void flush();

  /// The same, with what was published until now if something is queued: one system call for both.
  void flush_with_news();

  /// A walk comes by, and has more for this connection than for the others, or less. Returns on how
  /// many topics.
  std::size_t on_walk(time_point now);

  /// A walk has sent, or tried to send, what it has for everybody.
  void on_partial_walk(std::size_t sent, bool failed);

  /// It may be behind, for long.
  void patrol(time_point now);

  void on_deadline(time_point now);

  /// The shard waits no longer for its end.
  void end_by_deadline();

  /// Stop politely: close with 1001, or finish the request under way.
  void on_shard_stopping();

  void on_readable();
  void on_writable();

  /// Ends the socket at once; the shard forgets the connection at the end of its turn.
  void end() noexcept;

  /// The application knows of it, so it is told of its end.
  bool announced() const noexcept { return announced_; }

  bool flush_requested = false;  ///< it stands in the shard's list
                                 /// @}

 private:
  void arm_read();
  void arm_write();
  std::size_t most_at_once() const;
  void read_some();
  bool read(std::size_t most);
  void catch_up_with_socket();
  void receive(char* data, std::size_t size);
  void after_input();
  void perform(session::session::action action);
  void block();
  void enforce_policies(time_point now);

  shard& shard_;
  tcp_socket socket_;
  const asio::ip::tcp::endpoint remote_;  // asked at once: a peer that has left has none
  session::session session_;
  std::any user_data_;
  connection_id id_;
  std::uint16_t listener_;
  bool reading_ = false;
  bool writing_ = false;
  bool announced_ = false;
  bool ended_ = false;
  leaky_bucket faults_;
};

}  // namespace broadcast_hub::net
