#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/random.hpp"
#include "client/retry_plan.hpp"
#include "client/topic_state.hpp"
#include "protocol/server_frame_reader.hpp"

#include <broadcast_hub/client_events.hpp>

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
#include <vector>

namespace broadcast_hub {

/// What a session has done by others: a connection, and calls of the application's functions. None
/// of them may call the session.
class session_output {
 public:
  /// Makes a connection; `on_connected` or `on_lost` follows.
  virtual void connect() = 0;

  /// Leaves the connection, or the attempt; nothing is told of it any more.
  virtual void disconnect(close_code code, std::string_view reason) = 0;

  virtual void send(std::string_view frame) = 0;

  virtual void on_state(const client_state_event& event) = 0;

  /// `own`: the subscription's function; null: the one for all.
  virtual void on_publication(const client_publication& what,
                              const client_publication_handler* own) = 0;
  virtual void on_subscribed(const client_subscribed_event& event) = 0;
  virtual void on_unsubscribed(const client_unsubscribed_event& event) = 0;
  virtual void on_message(const message& what) = 0;
  virtual void on_published(const client_publish_handler& handler,
                            const client_publish_result& result) = 0;

 protected:
  ~session_output() = default;
};

struct session_options {
  std::chrono::milliseconds retry_min{500};
  std::chrono::milliseconds retry_max{20'000};
  std::chrono::milliseconds connect_timeout{10'000};  ///< until the server has said hello
};

/// The life of a client over all its connections, by the rules of docs/reference/protocol.md:
/// frames and moments come in, frames and events go out. It does no input or output and looks at no
/// clock.
///
/// Thread safety: none.
class client_session {
 public:
  client_session(const session_options& options, random_source random, const logger& log,
                 session_output& output);

  void start(time_point now);

  /// Ends it for good.
  void stop();

  /// @name Of the connection that `connect` asked for
  /// @{
  void on_text(std::string_view frame, time_point now);
  void on_lost(close_code code, std::string_view reason, time_point now);
  /// @}

  /// Nothing: nothing is due unless something comes.
  std::optional<time_point> next_due() const;
  void on_time(time_point now);

  /// @name What the application asks for
  /// Requires: names are checked, text is UTF-8.
  /// @{

  /// A second call for the same name replaces the function.
  void subscribe(const std::string& topic, const std::optional<topic_position>& since,
                 std::size_t last, client_publication_handler own);
  void unsubscribe(const std::string& topic);
  void publish(std::string_view topic, message_kind kind, std::string_view payload,
               client_publish_handler handler);

  /// Nothing is sent without a connection.
  void send(message_kind kind, std::string_view payload);
  /// @}

 private:
  struct subscription {
    subscription(std::string_view name, std::optional<topic_position> since, std::size_t last,
                 client_publication_handler handler)
        : topic(name, std::move(since), last), own(std::move(handler)) {}
    topic_state topic;
    client_publication_handler own;
  };
  struct pending_publication {
    std::string frame;  // with its id and its key, so that it may be sent again
    client_publish_handler handler;
  };
  using subscription_map = std::map<std::string, subscription, std::less<>>;

  void connect(time_point now);
  void lose(close_code code, std::string_view reason, time_point now);
  void end(close_code code, std::string_view reason);
  void leave_connection();
  void hear(time_point now);
  void resume();
  static bool passes(std::uint64_t code) noexcept;
  void ask(const std::vector<subscription_map::value_type*>& those);
  void ask_one(subscription_map::value_type& one) { ask({&one}); }
  void ask_later(subscription_map::value_type& one, std::chrono::milliseconds after,
                 time_point now);
  void ask_again(time_point now);
  bool forget(const std::string& topic);

  void handle(const protocol::unknown_said&, time_point) {}
  void handle(const protocol::ping_said& said, time_point now);
  void handle(const protocol::hello_said& said, time_point now);
  void handle(const protocol::bye_said& said, time_point now);
  void handle(const protocol::subscribed_said& said, time_point now);
  void handle(const protocol::failure_said& said, time_point now);
  void handle(const protocol::ok_said& said, time_point now);
  void handle(const protocol::publication_said& said, time_point now);
  void handle(const protocol::unsubscribed_said& said, time_point now);
  void handle(const protocol::message_said& said, time_point now);
  void refuse(subscription_map::value_type& one, const protocol::failure_said& said,
              time_point now);

  session_options options_;
  random_source random_;
  const logger& log_;
  session_output& output_;
  protocol::server_frame_reader reader_;
  retry_plan retries_;
  std::string key_start_;

  client_state state_ = client_state::waiting;
  std::chrono::milliseconds ping_{0};
  std::optional<time_point> due_;  // the next attempt, or the end of patience with the server
  std::uint64_t last_id_ = 0;
  subscription_map subscriptions_;
  std::vector<std::string> patterns_;  // those of `subscriptions_`
  std::multimap<time_point, std::string> asked_later_;
  std::map<std::uint64_t, pending_publication> publications_;  // in the order of the calls
};

}  // namespace broadcast_hub
