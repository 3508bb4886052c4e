#pragma once

#include "base/logger.hpp"
#include "base/timer_queue.hpp"
#include "base/timer_wheel.hpp"
#include "net/connection.hpp"
#include "net/connection_table.hpp"
#include "net/counters.hpp"
#include "net/loop.hpp"
#include "net/shard_events.hpp"
#include "net/spare_memory.hpp"
#include "session/session.hpp"
#include "topic/reader.hpp"

#include <broadcast_hub/options.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace broadcast_hub::net {

/// What all shards of a hub share.
struct shard_environment {
  const hub_options& options;
  const logger& log;
  shard_events& events;
  topic::registry& topics;
  std::atomic<std::uint32_t>& serials;
  std::string (*http_date)() = nullptr;
};

/// One thread's share of a hub: a loop, connections, their deadlines, and their part of the
/// fan-out. Nothing of it is locked, because nobody else touches it.
///
/// Everything that a turn of the loop queued or published leaves at the end of that turn.
/// Thread safety: `post`, `wake`, `request_stop`, `index`, `count`, `events_loop` and what
/// `connection_table` says may be called from any thread, all else on the shard's thread.
class shard {
 public:
  shard(std::uint16_t index, const shard_environment& environment);
  ~shard();
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  std::uint16_t index() const noexcept { return index_; }
  loop& events_loop() noexcept { return loop_; }

  template <typename Work>
  void post(Work work) {
    loop_.post(std::move(work));
  }

  /// A topic has something new: a turn ends soon. From any thread.
  void wake() noexcept;

  /// Takes over an accepted socket.
  void adopt(tcp_socket socket, const asio::ip::tcp::endpoint& remote, std::uint16_t listener);

  /// Calls `work` at `due` and then, unless `period` is zero, every `period`.
  void add_timer(std::shared_ptr<timer::state> handle, time_point due, duration period,
                 std::function<void()> work);

  /// From any thread: behind what was posted, all connections are closed; what is left at
  /// `deadline` is ended. Then `shard_events::on_stopped`. Asked again, the earliest deadline
  /// counts.
  void request_stop(time_point deadline) noexcept;

  /// Does something for a connection unless it is gone. What throws there, for want of memory, ends
  /// only this connection.
  template <typename Work>
  void with(connection_id id, const Work& work) noexcept {
    if (connection* const peer = table_.find(id))
      contained(*peer, [&] { work(*peer); });
  }

  /// Visits every established connection that is not closing; `visit` may send and close.
  template <typename Visit>
  void for_each_open(Visit visit);

  /// @name For connections
  /// @{
  session::shard_context& context() noexcept { return context_; }
  connection_table& table() noexcept { return table_; }
  const connection_table& table() const noexcept { return table_; }
  counters& count() noexcept { return counters_; }
  const counters& count() const noexcept { return counters_; }
  shard_events& events() noexcept { return environment_.events; }
  topic::reader& topics() noexcept { return topics_; }
  const topic::reader& topics() const noexcept { return topics_; }
  timer_wheel& wheel() noexcept { return wheel_; }
  std::span<char> scratch() noexcept { return {scratch_.get(), scratch_bytes}; }

  /// After anything that may have moved its deadline.
  void reschedule(connection& peer) noexcept;

  /// It has something to send, or may have nothing left to send.
  void flush_later(connection& peer) noexcept;

  /// Its socket is full: from now on the policies of its topics look at it now and then.
  void watch_blocked() noexcept;

  /// Before the age of what a peer has not taken is judged: what this thread was held up for does
  /// not count.
  void look_for_pause(time_point now) noexcept;

  /// Its socket is closed.
  void retire(connection& peer) noexcept;

  /// Its socket is ready: calls `event`, as `with` does.
  void dispatch(std::uint32_t slot, std::uint32_t serial, void (connection::*event)()) noexcept;
  /// @}

 private:
  static constexpr std::size_t scratch_bytes = std::size_t{256} * 1024;
  static constexpr std::chrono::milliseconds patrol_period{250};
  static constexpr std::size_t slice = 512;  // connections served before other work gets its turn

  /// What is posted again and again, one at a time: it has memory of its own, so it cannot fail.
  template <void (shard::*Method)(), spare_memory shard::*Memory>
  struct call {
    using allocator_type = spare_allocator<void>;
    allocator_type get_allocator() const noexcept { return allocator_type(on.*Memory); }
    void operator()() const { (on.*Method)(); }

    shard& on;
  };

  template <typename Work>
  void contained(connection& peer, const Work& work) noexcept {
    try {
      work();
    } catch (const std::exception& failure) {
      environment_.log.log(log_level::error, "connection ", peer.id().serial,
                           " is ended: ", failure.what());
      peer.end();
    }
  }

  void expect_connection();
  void on_wake();
  void request_turn_end() noexcept;
  void end_turn();
  void look_for_stop() noexcept;
  void stop(time_point deadline) noexcept;
  void flush_waiting() noexcept;
  void walk();
  std::size_t visit(const topic::reader::visit& next, time_point now) noexcept;
  void report() noexcept;
  void patrol(time_point now) noexcept;
  void reap() noexcept;
  void bury(connection_id id) noexcept;
  void finish_stop() noexcept;
  void arm_timer() noexcept;
  void on_timer();

  spare_memory wake_memory_;  // before the loop, which may hold it to the end
  spare_memory turn_end_memory_;
  std::uint16_t index_;
  shard_environment environment_;
  loop loop_;
  counters counters_;
  session::shard_context context_;
  timer_wheel wheel_;
  timer_queue timers_;
  topic::reader topics_;
  connection_table table_;  // behind what its connections refer to, so it goes first
  std::unique_ptr<char[]> scratch_;
  steady_timer alarm_;
  time_point alarm_at_ = time_point::max();
  bool alarm_failed_ = false;
  // There is always room for all connections in these.
  std::vector<connection_id> waiting_;
  std::vector<connection_id> flushing_;
  std::size_t flushed_ = 0;  // of these
  std::vector<connection_id> retired_;
  std::vector<connection_id> buried_;
  std::atomic<bool> wake_posted_{false};
  std::atomic<time_point::rep> stop_requested_{time_point::max().time_since_epoch().count()};
  bool stop_seen_ = false;
  bool turn_end_requested_ = false;
  time_point patrol_at_ = time_point::max();  // only while somebody is blocked
  time_point excused_to_ = time_point::min();
  std::optional<time_point> stopping_at_;
  bool stopped_ = false;
};

template <typename Visit>
void shard::for_each_open(Visit visit) {
  for (std::size_t i = 0; i < table_.slots(); ++i) {
    connection* const peer = table_.in_slot(i);
    if (peer != nullptr && peer->is_open())
      visit(*peer);
  }
}

}  // namespace broadcast_hub::net
