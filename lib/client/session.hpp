#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/random.hpp"
#include "client/pattern_reach.hpp"
#include "client/retry_plan.hpp"
#include "client/topic_state.hpp"
#include "protocol/server_frame_reader.hpp"

#include <broadcast_hub/client_events.hpp>
#include <broadcast_hub/client_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace broadcast_hub {

/// What a session has done by others: a connection, and calls of the application's functions. None
/// of them may call the session. Those that tell something do not throw.
class session_output {
 public:
  /// Makes a connection; `on_connected` or `on_lost` follows.
  virtual void connect() = 0;

  /// Leaves the connection, or the attempt; nothing is told of it any more.
  virtual void disconnect(close_code code, std::string_view reason) = 0;

  /// The same for good, so that there is time to wait for the server's close frame.
  virtual void close(close_code code) = 0;

  virtual void send(std::string_view frame) = 0;

  /// Host and port of the connection, or the attempt; for reasons.
  virtual std::string server() const = 0;

  virtual void on_state(const client_state_event& event) = 0;

  /// `own`: the subscription's function; null: the one for all.
  virtual void on_publication(const client_publication& what,
                              const client_publication_handler* own) = 0;
  virtual void on_subscribed(const client_subscribed_event& event) = 0;
  virtual void on_unsubscribed(const client_unsubscribed_event& event) = 0;
  virtual void on_presence(const client_presence_event& event) = 0;
  virtual void on_message(const message& what) = 0;
  virtual void on_error(const client_error_event& event) = 0;

  /// A command is over.
  /// @{
  virtual void on_answered(const client_publish_handler& handler,
                           const client_publish_result& result) = 0;
  virtual void on_answered(const client_presence_result_handler& handler,
                           const client_presence_result& result) = 0;
  virtual void on_answered(const client_history_handler& handler,
                           const client_history_result& result) = 0;
  /// @}

 protected:
  ~session_output() = default;
};

struct session_options {
  std::chrono::milliseconds retry_min{500};
  std::chrono::milliseconds retry_max{20'000};
  std::chrono::milliseconds connect_timeout{10'000};  ///< until the server has said hello
  bool request_may_change = false;                    ///< from one attempt to the next
};

/// The server let nobody in, and said so in HTTP.
struct http_refusal {
  int status = 0;
  std::chrono::milliseconds retry_after{0};  ///< as it asked
};

/// The life of a client over all its connections, by the rules of docs/reference/protocol.md:
/// frames and moments come in, frames and events go out. It does no input or output, and looks at
/// no clock but the one that it is given.
///
/// Thread safety: none.
class client_session {
 public:
  /// `beyond_suspends`: a clock for the ages of publications. The hub's goes on while this machine
  /// is suspended.
  client_session(const session_options& options, random_source random, const logger& log,
                 session_output& output, clock_source beyond_suspends = now_beyond_suspends);

  void start(time_point now);

  /// Ends it for good.
  void stop();

  /// @name Of the connection that `connect` asked for
  /// @{
  void on_text(std::string_view frame, time_point now);
  void on_lost(close_code code, std::string_view reason, time_point now);
  void on_refused(const http_refusal& refusal, std::string_view reason, time_point now);
  /// @}

  /// Nothing: nothing is due unless something comes.
  std::optional<time_point> next_due() const;
  void on_time(time_point now);

  /// @name What the application asks for
  /// Requires: names are checked, text is UTF-8.
  /// @{

  /// A second call for the same name replaces the function.
  void subscribe(const std::string& topic, const subscribe_options& from,
                 client_publication_handler own);
  void unsubscribe(const std::string& topic);

  /// Of these the handler is called exactly once. `key`: empty: one that nobody else has.
  void publish(std::string_view topic, message_kind kind, std::string_view payload,
               std::string_view key, client_publish_handler handler);
  void presence(std::string_view topic, client_presence_result_handler handler);
  void history(std::string_view topic, const client_history_query& wanted,
               client_history_handler handler);

  /// One whole frame, not larger than the server takes. Nothing is sent without a connection.
  void send(std::string_view frame);
  /// @}

 private:
  struct subscription {
    subscription(std::string_view name, const subscribe_options& from)
        : topic(name, from.since, from.last, from.presence) {}
    topic_state topic;
    client_publication_handler own;
    pattern_reach heard;  // by `own`, when this is a pattern
  };
  struct pending_command {
    std::string topic;
    std::string frame;  // with its id, and a key, so that it may be sent again
    std::variant<client_publish_handler, client_presence_result_handler, client_history_handler>
        handler;
    bool sent = false;                          // over this connection
    std::optional<time_point> first_sent = {};  // by `beyond_suspends_`
    unsigned ended_sessions = 0;  // while it was the only publication without an answer

    bool is_publication() const noexcept {
      return std::holds_alternative<client_publish_handler>(handler);
    }
  };
  using command_map = std::map<std::uint64_t, pending_command>;
  using subscription_map = std::map<std::string, subscription, std::less<>>;

  void connect(time_point now);
  void lose(client_state_event event, std::chrono::milliseconds least_wait, time_point now);
  void end(close_code code, std::string_view reason, int http_status = 0);
  bool is_final(int http_status) noexcept;
  void leave_connection();
  void hear(time_point now);
  void resume();
  static bool passes(std::uint64_t code) noexcept;
  void ask(const std::vector<subscription_map::value_type*>& those);
  void ask_one(subscription_map::value_type& one) { ask({&one}); }
  void ask_later(subscription_map::value_type& one, std::chrono::milliseconds after,
                 time_point now);
  void ask_again(time_point now);
  bool forget(const std::string& topic) noexcept;
  void forget_what_only(std::string_view gone) noexcept;
  bool is_for_all(std::string_view topic) const noexcept;
  subscription_map::value_type& add(const std::string& topic, const subscribe_options& from);
  void tell_unsubscribed(const std::string& topic);
  bool is_leaving(std::string_view topic) const noexcept;
  void on_made_by_hub(const protocol::subscribed_said& said);
  template <typename Handler, typename Write>
  void command(std::string_view topic, Handler handler, Write write);
  void end_command(const pending_command& one, client_reply why);
  void end_commands();
  void end_fatal_publications();
  void note_unanswered(close_code code);
  bool send_or_end(pending_command& one);
  bool is_too_late(const pending_command& one);
  void send_commands();
  bool suspects_publications() const noexcept;
  void forget_command(command_map::iterator one);
  void keep_window(const std::string& topic, std::chrono::milliseconds window);
  std::optional<std::chrono::milliseconds> window_of(const std::string& topic) const;
  bool fits(std::string_view frame) const noexcept;

  void handle(const protocol::unknown_said&, time_point) {}
  void handle(const protocol::ping_said& said, time_point now);
  void handle(const protocol::hello_said& said, time_point now);
  void handle(const protocol::bye_said& said, time_point now);
  void handle(const protocol::subscribed_said& said, time_point now);
  void handle(const protocol::failure_said& said, time_point now);
  void handle(protocol::ok_said& said, time_point now);
  void handle(const protocol::publication_said& said, time_point now);
  bool deliver_to_name(subscription_map::value_type& one, client_publication what);
  void handle(const protocol::presence_said& said, time_point now);
  void handle(const protocol::unsubscribed_said& said, time_point now);
  void handle(const protocol::message_said& said, time_point now);
  void refuse(subscription_map::value_type& one, const protocol::failure_said& said,
              time_point now);

  session_options options_;
  random_source random_;
  clock_source beyond_suspends_;
  const logger& log_;
  session_output& output_;
  protocol::server_frame_reader reader_;
  retry_plan retries_;
  std::string key_start_;

  client_state state_ = client_state::waiting;
  std::chrono::milliseconds ping_{0};
  std::uint64_t max_message_bytes_ = 0;  // that the server takes; 0: it has not said
  std::optional<time_point> due_;        // the next attempt, or the end of patience with the server
  std::uint64_t last_id_ = 0;
  subscription_map subscriptions_;
  std::vector<std::string> patterns_;  // those of `subscriptions_`
  pattern_reach heard_by_all_;         // through patterns, by the function for all
  std::multimap<time_point, std::string> asked_later_;
  command_map commands_;                                 // in the order of the calls
  std::map<std::uint64_t, std::string> leaving_topics_;  // `unsub`s without an answer
  unsigned denials_ = 0;                                 // 401 and 403 in a row

  // Publications up to this id go one at a time: one of them may have ended a session. 0: none.
  std::uint64_t suspected_up_to_ = 0;

  // So long the server knows keys: by its last answer for the topic, and by its hello.
  struct told_window {
    std::chrono::milliseconds time;
    bool here;  // over this connection
  };
  std::map<std::string, told_window> windows_;
  std::optional<std::chrono::milliseconds> hello_window_;
};

}  // namespace broadcast_hub
