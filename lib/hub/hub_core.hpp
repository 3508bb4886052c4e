#pragma once

#include "base/logger.hpp"
#include "base/mutex.hpp"
#include "hub/client_commands.hpp"
#include "hub/deflater_pool.hpp"
#include "hub/encodings.hpp"
#include "hub/handlers.hpp"
#include "hub/lifecycle.hpp"
#include "hub/peer_log.hpp"
#include "hub/presence_board.hpp"
#include "hub/router.hpp"
#include "net/listener.hpp"
#include "net/shard.hpp"
#include "net/shard_events.hpp"
#include "topic/registry.hpp"

#include <broadcast_hub/hub.hpp>

#include <any>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub {

/// Behind `hub`: brings the rooms together. Handles hold weak pointers to it.
class hub_core final : public net::shard_events, public std::enable_shared_from_this<hub_core> {
 public:
  explicit hub_core(hub_options options);
  ~hub_core();
  hub_core(const hub_core&) = delete;
  hub_core& operator=(const hub_core&) = delete;

  /// @name What `hub` has under the same names
  /// @{
  hub_handlers& handlers_before_start(const char* setter);
  std::uint16_t listen(const listen_options& options);
  void run();
  void start();
  std::size_t poll();
  void stop(std::chrono::milliseconds deadline);
  publish_result publish(std::string_view topic, std::string_view payload, message_kind kind,
                         std::string_view key = {});
  std::size_t subscriber_count(std::string_view topic) const;
  history_result history(std::string_view topic, std::uint64_t since, std::size_t limit) const;
  std::error_code broadcast_if(const connection_predicate& wanted, std::string_view payload,
                               message_kind kind);
  std::error_code for_each_connection(const std::function<void(broadcast_hub::connection)>& visit);
  std::size_t connection_count() const noexcept;
  void add_timer(std::shared_ptr<timer::state> handle, duration delay, duration period,
                 std::function<void()> work);
  hub_stats stats() const;
  /// @}

  /// @name What `connection` has under the same names
  /// @{
  std::error_code send(connection_id id, std::string_view payload, message_kind kind);
  std::error_code close(connection_id id, close_code code, std::string_view reason);
  std::error_code subscribe(connection_id id, std::string_view topic);
  std::error_code unsubscribe(connection_id id, std::string_view topic);
  std::vector<std::string> subscriptions(connection_id id) const;
  std::any* user_data(connection_id id) const;
  const net::connection_table* table_of(connection_id id) const noexcept;
  /// @}

  /// @name For `client_commands`
  /// @{
  const hub_options& options() const noexcept { return options_; }
  const hub_handlers& handlers() const noexcept { return handlers_; }
  const logger& log() const noexcept { return log_; }
  const topic::registry& topics() const noexcept { return topics_; }
  net::counters& count_of(const net::connection& peer) noexcept {
    return shards_[peer.id().shard]->count();
  }
  broadcast_hub::connection handle(const net::connection& peer) {
    return {weak_from_this(), peer.id()};
  }
  presence_board& presence() noexcept { return presence_; }
  using optional_key = std::optional<topic::publication_key>;
  publish_result publish_as(const optional_key& key, std::string_view topic,
                            std::string_view payload, message_kind kind);

  /// What became of the publication with that key: a duplicate, `key_conflict`, or nothing so far.
  publish_result find_published(const topic::publication_key& key, std::string_view topic) const;
  struct history_query {
    std::uint64_t since = 0;             ///< counts only within the epoch, if there is one
    std::optional<std::uint64_t> epoch;  ///< else from the oldest that is kept
    std::size_t limit = 0;
    bool newest = false;           ///< the newest ones, wherever `since` is
    std::uint64_t most_bytes = 0;  ///< as frames
  };
  struct history_page {
    history_result result;
    bool cut_off = false;  ///< within the limit there were more, for which there was no room
  };
  history_page history(std::string_view topic, const history_query& asked) const;
  std::error_code subscribe(net::connection& peer, const std::string& topic);
  std::error_code unsubscribe(net::connection& peer, const std::string& topic);
  void hand_over(net::connection& peer, const message& received);

  /// Calls a function of the application. If it throws, that is logged and counted, and the result
  /// is false.
  template <typename Handler>
  bool tried(const net::connection& peer, const char* name, Handler handler);

  /// As above, and the peer is closed with 1011.
  template <typename Handler>
  void guarded(net::connection& peer, const char* name, Handler handler);
  /// @}

  /// From any thread.
  void answer_upgrade(connection_id id, wire::request request, upgrade_reply answer);

  /// Lets go of the application's functions: they may refer to things that do not outlive the hub.
  void forget_handlers() { handlers_ = {}; }

 private:
  struct endpoint {
    std::unique_ptr<router> rules;
    std::unique_ptr<net::listener> doors;
  };

  // net::shard_events
  void on_accept(net::connection& peer) override;
  void on_request(net::connection& peer, wire::request request) override;
  void on_open(net::connection& peer, const std::vector<std::string>& subscriptions) override;
  void on_message(net::connection& peer, const message& received) override;
  void on_farewell(net::connection& peer) override;
  void on_close(net::connection& peer, const close_event& event) override;
  void on_unopened_end(net::connection& peer) override;
  void on_slow(net::connection& peer, const std::string& topic, std::uint64_t lag_bytes) override;
  void on_drain(net::shard& on, const std::string& topic) override;
  void on_timer_failure() override;
  void on_stopping(net::shard& stopping) noexcept override;
  void on_stopped(net::shard& stopped) override;

  void begin();
  void begin_session(net::connection& peer, const std::vector<std::string>& subscriptions);
  void look_after();
  void tell_presence();
  void sweep_topics();
  topic::topic::append_result append(std::string_view name, const topic::encoded& publication,
                                     publish_result& result);
  topic::topic::append_result append_to(topic::topic& to, const topic::encoded& publication,
                                        publish_result& result);
  void log_publication(std::string_view name, std::string_view payload, message_kind kind,
                       std::size_t subscribers) const noexcept;
  void wake(const topic::reader_set& shards) noexcept;
  using subscription_change = std::error_code (hub_core::*)(net::connection&, const std::string&);
  std::error_code change_subscription(connection_id id, const std::string& topic,
                                      subscription_change change);
  net::connection* own_connection(connection_id id) const;
  void close_listeners() noexcept;
  const router& rules_of(const net::connection& peer);
  std::size_t sockets_open() const noexcept;
  void ask_application(net::connection& peer, wire::request request);
  void apply_upgrade(net::connection& peer, const wire::request& request, upgrade_reply answer);
  void refuse_upgrade(net::connection& peer, const wire::request& request,
                      const wire::response& refusal, std::string_view remedy = {});
  void send_to_matching(net::shard& shard, const connection_predicate& wanted,
                        const session::shared_bytes& frame, message_kind kind);
  struct backlog_return {
    std::size_t bytes;
    void operator()(std::atomic<std::size_t>* backlog) const noexcept { *backlog -= bytes; }
  };
  /// A part of the backlog, given back when it is destroyed; null when there is no room for it.
  using backlog_share = std::unique_ptr<std::atomic<std::size_t>, backlog_return>;
  backlog_share reserve_backlog(std::size_t bytes) noexcept;
  net::shard* shard_of(connection_id id) const noexcept;

  // Constant after construction.
  const hub_options options_;
  logger log_;

  hub_handlers handlers_;  // constant after start
  topic::registry topics_;
  deflater_pool deflaters_;
  encodings_made made_;
  std::atomic<std::uint32_t> serials_{0};
  std::atomic<std::size_t> backlog_bytes_{0};  // sent from other threads, not yet with a shard
  lifecycle::shard_list shards_;
  lifecycle life_;
  presence_board presence_;
  client_commands commands_;

  mutable mutex endpoints_mutex_;
  std::deque<endpoint> endpoints_ BROADCAST_HUB_GUARDED_BY(endpoints_mutex_);  // grows only
  bool listening_ BROADCAST_HUB_GUARDED_BY(endpoints_mutex_) = false;
};

template <typename Handler>
bool hub_core::tried(const net::connection& peer, const char* name, Handler handler) {
  try {
    handler();
    return true;
  } catch (...) {
    shards_[peer.id().shard]->count().handler_failures.add();
    log_peer(log_, log_level::error, peer, name, " threw: ", current_exception_text());
    return false;
  }
}

template <typename Handler>
void hub_core::guarded(net::connection& peer, const char* name, Handler handler) {
  if (!tried(peer, name, handler))
    peer.fail(close_code::internal_error, {});
}

}  // namespace broadcast_hub
