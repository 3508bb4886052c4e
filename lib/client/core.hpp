#pragma once

#include "base/logger.hpp"
#include "base/mutex.hpp"
#include "base/random.hpp"
#include "client/link.hpp"
#include "client/session.hpp"
#include "net/alarm.hpp"
#include "net/loop.hpp"
#include "net/outgoing.hpp"

#include <broadcast_hub/client.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace broadcast_hub {

struct client_handlers {
  client_state_handler on_state;
  client_publication_handler on_publication;
  client_subscribed_handler on_subscribed;
  client_unsubscribed_handler on_unsubscribed;
  client_presence_handler on_presence;
  client_message_handler on_message;
  client_error_handler on_error;
};

/// What is behind `client`: brings the session, the link and the socket together. Whatever is asked
/// for is posted to the loop, also by handlers, so that the session is never called inside itself.
/// The loop is a member, so what is posted never outlives the core.
///
/// Whatever comes out of the loop, as a rule for want of memory, ends the connection, and the
/// session makes another: so neither side has to know how far it came.
class client_core final : private session_output,
                          private link_events,
                          private net::outgoing_events {
 public:
  explicit client_core(client_options options);
  ~client_core();

  /// Errors: throws `std::logic_error` that names the method once it has been started.
  client_handlers& handlers_before_start(const char* method);

  void start();
  void run();
  std::size_t poll();
  void stop();

  /// For the destructor of its owner. True in a handler: then nothing is called any more, and it
  /// deletes itself when the loop has come to its end.
  bool is_left_by_a_handler() noexcept;

  std::error_code subscribe(std::string_view topic, subscribe_options options,
                            client_publication_handler own);
  std::error_code unsubscribe(std::string_view topic);
  std::error_code publish(std::string_view topic, std::string_view payload,
                          const client_publish_options& how, client_publish_handler done);
  std::error_code presence(std::string_view topic, client_presence_result_handler done);
  std::error_code history(std::string_view topic, const client_history_query& wanted,
                          client_history_handler done);
  std::error_code send(std::string_view payload, message_kind kind);
  client_state state() const noexcept { return state_; }

 private:
  enum class mode : unsigned char { fresh, own_thread, callers_thread, polled, stopped };

  template <typename Work>
  void post(Work work);
  void choose(mode chosen, const char* method);
  template <typename Work>
  std::error_code post_command(Work work);
  template <typename Run>
  void guarded(Run run) noexcept;
  void serve() noexcept;
  void run_what_is_left() noexcept;
  void catch_up();
  void give_up();
  void finish() noexcept;
  void stop_and_wait();
  void ask_to_stop() noexcept;
  void on_alarm();
  void try_to_connect();
  void tell_end(const client_link::ending& ended);
  void close_doors();
  log_options log_of_owner() const;
  bool closing() const;
  void after_turn();
  template <typename Handler, typename... Arguments>
  void call(const char* name, const Handler& handler, const Arguments&... arguments) noexcept;
  std::error_code check_payload(std::string_view payload, message_kind kind) const;

  // session_output
  void connect() override;
  void disconnect(close_code code, std::string_view reason) override;
  void close(close_code code) override;
  void send(std::string_view frame) override;
  std::string server() const override { return socket_.where(); }
  void on_state(const client_state_event& event) override;
  void on_publication(const client_publication& what,
                      const client_publication_handler* own) override;
  void on_subscribed(const client_subscribed_event& event) override;
  void on_unsubscribed(const client_unsubscribed_event& event) override;
  void on_presence(const client_presence_event& event) override;
  void on_message(const message& what) override;
  void on_error(const client_error_event& event) override;
  void on_answered(const client_publish_handler& handler,
                   const client_publish_result& result) override;
  void on_answered(const client_presence_result_handler& handler,
                   const client_presence_result& result) override;
  void on_answered(const client_history_handler& handler,
                   const client_history_result& result) override;

  // link_events
  void on_link_text(std::string_view text) override;
  void on_link_binary() override;
  void on_link_bytes(std::string_view bytes) override;
  void on_link_pong(std::string_view bytes) override;

  // net::outgoing_events
  void on_connected() override;
  void on_bytes(char* data, std::size_t size) override;
  void on_sent() override { after_turn(); }
  void on_ended(std::string_view fault) override;

  // Constant after construction, handlers after the start.
  const client_options options_;
  const logger log_;
  const random_source random_;
  client_handlers handlers_;

  std::atomic<mode> mode_{mode::fresh};
  std::atomic<client_state> state_{client_state::connecting};
  std::atomic<std::size_t> hub_takes_{0};     // bytes of a message; 0: it does not say
  std::atomic<bool> done_{false};             // nothing is called any more
  std::atomic<bool> stop_asked_{false};       // when there was no memory to post it
  std::atomic<std::size_t> unanswered_{0};    // commands
  std::atomic<std::size_t> posted_bytes_{0};  // of `send`, on their way to the loop
  std::atomic<std::size_t> queued_bytes_{0};  // of the socket

  net::loop loop_;

  // They belong to the loop's thread.
  client_session session_;
  std::optional<client_link> link_;
  net::outgoing socket_;
  net::alarm alarm_;
  std::uint64_t attempts_ = 0;
  bool started_ = false;
  bool orphaned_ = false;  // nobody owns it any more
  bool broken_ = false;    // something was thrown, and the connection is to be given up
  bool finished_ = false;  // the session and its last connection are over
  std::optional<time_point> leave_by_;  // the session is over, and the server's close awaited

  // What is posted under it while it is not closing is carried out.
  mutable mutex closing_mutex_;
  bool closing_ BROADCAST_HUB_GUARDED_BY(closing_mutex_) = false;

  mutex join_mutex_;
  std::thread thread_ BROADCAST_HUB_GUARDED_BY(join_mutex_);
};

}  // namespace broadcast_hub
