#pragma once

#include "base/clock.hpp"
#include "topic/fan_out_table.hpp"
#include "topic/inbox.hpp"
#include "topic/registry.hpp"
#include "topic/tally.hpp"
#include "topic/trail_pool.hpp"
#include "topic/walk_state.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace broadcast_hub::topic {

/// One shard's side of all topics: who is subscribed to what, and what each of them is offered.
///
/// Publications are offered by walks over the subscribers of all topics that have something new.
/// Between two slices of a walk subscribers may come and go; none is visited twice or left out.
/// Thread safety: none; it belongs to its shard.
class reader {
 public:
  reader(registry& topics, std::size_t index);
  ~reader();
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  /// @name Subscriptions
  /// A subscriber must have left before it goes.
  /// @{

  /// To a name or a pattern, from now on.
  ///
  /// Errors: `invalid_topic`, `too_many_topics`, `too_many_subscriptions`, `already_subscribed`.
  std::error_code subscribe(subscriber& who, std::string_view name);

  /// What is pending only for this subscription is dropped. Requires that no unit is partly sent.
  ///
  /// Errors: `not_subscribed`.
  std::error_code unsubscribe(subscriber& who, std::string_view name);

  /// Of somebody who is subscribed to the name. What was being sent again there is given up.
  /// Requires that no unit is partly sent.
  standing place_of(subscriber& who, std::string_view name);

  /// Sends what ends at his place, ahead of all that is behind. Next after `place_of`.
  void send_again(subscriber& who, std::string_view name, const topic::stored& past);

  /// The newest publications of topics that a pattern matches.
  struct newest_ones {
    struct one {
      fan_out* in;
      topic::stored past;
    };
    std::vector<one> found;
    bool more = false;  ///< than there may be
  };
  struct newest_limits {
    std::size_t topics;
    std::uint64_t bytes;  ///< together
  };

  /// Of the topics that keep them, for somebody who is subscribed to the pattern. Left out: those
  /// whose newest is on its way to him as a live one, or for a pattern. Requires that no unit is
  /// partly sent.
  newest_ones newest_of(subscriber& who, std::string_view pattern, newest_limits most,
                        time_point now);

  /// Sends them ahead of what is live, and behind what is sent again for names. Next after
  /// `newest_of`.
  void send_again(subscriber& who, const newest_ones& them);

  /// Ends all subscriptions in the same way.
  void leave(subscriber& who) noexcept;
  /// @}

  /// @name Offers
  /// @{

  /// Everything that has been published so far, ahead of the walk.
  void offer_all(subscriber& who);

  /// What the walk under way has for somebody that it visits. Returns on how many topics.
  std::size_t offer_walk(subscriber& who);

  /// Lets go of cursors that stand where everybody stands.
  void settle(subscriber& who);
  /// @}

  /// @name Slow consumers
  /// @{
  enum class verdict : std::uint8_t { fine, skip, disconnect };

  /// What its topics' policies say about somebody who is behind. Reports it, once.
  verdict judge(subscriber& who, time_point now);

  /// Drops what a verdict of `skip` was about. Requires that no unit is partly sent.
  void skip(subscriber& who, time_point now);

  /// It takes nothing for now: where it has a cursor, walks count what they have for it and pass it
  /// by. Whatever looks at its cursors later unparks it first.
  void park(subscriber& who) noexcept;
  void unpark(subscriber& who) noexcept;

  /// Nobody could be sent anything between these moments: what was offered before gets no older by
  /// it.
  void excuse_pause(time_point began, time_point over) noexcept;

  /// Calls `look(slot)` for everybody without a handle, then tells the topics what that leaves
  /// them behind: so publishers hear of who caught up or was skipped on a quiet topic.
  void patrol(const std::function<void(std::uint32_t slot)>& look);

  /// Both are for the application, when a turn is over.
  std::vector<slow_report> take_slow_reports() { return std::exchange(slow_, {}); }
  std::vector<std::shared_ptr<topic>> take_drained_topics() { return std::exchange(drained_, {}); }
  /// @}

  /// @name A walk over all subscribers of all topics with something new, in slices
  /// @{

  /// Begins a walk if there is something new. Returns whether one is under way now.
  bool begin_walk();
  using visit = walk_visit;
  visit next();

  /// After `next` said that it is over. True: somebody parked is further behind than it may be, so
  /// a patrol must come at once; publishers see no progress before.
  bool end_walk(time_point now) noexcept;

  bool walking() const noexcept { return !walk_.fan_outs.empty(); }
  std::span<const iovec> common_bytes() const noexcept { return walk_.common(); }
  std::size_t common_size() const noexcept { return walk_.common_bytes; }

  /// Somebody took all of `common_bytes()`.
  void count_common_delivery() noexcept {
    tally_.offered.add(walk_.common_units);
    tally_.delivered.add(walk_.common_units);
  }
  /// @}

  /// A walk sends by its handle to whoever has one, and asks for the others.
  static constexpr int no_handle = seat::no_handle;
  void set_handle(const subscriber& who, int handle) noexcept;

  /// So many bytes somebody may be behind who may be `most` behind while memory is not short.
  std::uint64_t lag_allowed_of(std::uint64_t most) const noexcept;

  tally& count() noexcept { return tally_; }
  const tally& count() const noexcept { return tally_; }
  const topics_options& options() const noexcept { return topics_.options(); }
  std::size_t topics_held() const noexcept { return fan_outs_.size(); }

 private:
  pattern_lists& patterns(lane_kind lane) noexcept {
    return patterns_[static_cast<std::size_t>(lane)];
  }

  // Subscriptions
  std::error_code subscribe_name(subscriber& who, std::string_view name);
  void subscribe_pattern(subscriber& who, std::string_view pattern);
  member_list& list_of(std::string_view pattern, lane_kind lane);
  fan_out& local(const std::shared_ptr<topic>& from, lane_kind lane);
  static void link(fan_out& to, member_list& list);
  std::size_t count_subscribers(const fan_out& of) const noexcept;
  static bool takes_part(const subscriber& who, const fan_out& in) noexcept;
  void join(subscriber& who, fan_out& in);
  void part(subscriber& who, std::span<fan_out* const> from, bool visited) noexcept;
  void end_membership(subscriber& who, std::size_t membership) noexcept;
  void give_up(std::uint64_t units) noexcept;
  void enroll(subscriber& who, member_list& list);
  void enlist(subscriber& who, member_list& list) noexcept;
  void delist(subscriber& who, std::size_t membership) noexcept;
  void release(member_list& list) noexcept;
  std::vector<fan_out*> unlink_pattern(member_list& list) noexcept;
  void close_if_unused(fan_out& unused) noexcept;

  // Offers
  void learn();
  void take_up(const std::shared_ptr<topic>& news, lane_kind lane);
  static void deactivate(std::span<fan_out* const> those) noexcept;
  const cursor& common_place(const subscriber& who, const fan_out& in) const noexcept;
  void look_up_cursors(subscriber& who) noexcept;
  void look_up_memberships(const subscriber& who) noexcept;
  void offer(subscriber& who, fan_out& of, const cursor& from, const cursor& end);
  subscriber::own_cursor& add_cursor(subscriber& who, fan_out& in, const cursor& at);
  template <typename Unwanted>
  void drop_cursors(subscriber& who, Unwanted unwanted) noexcept;
  template <typename Add>
  void send_behind_names(subscriber& who, Add add);
  std::uint64_t offset_of(const subscriber& who, const fan_out& in) const noexcept;
  subscriber::own_cursor& add_again(subscriber& who, fan_out& in, const topic::stored& past);
  void stop_sending_again(subscriber& who, const fan_out& in) noexcept;
  void forget(const subscriber::own_cursor& gone) noexcept;

  // Slow consumers
  std::uint64_t allowed_lag(const fan_out& in) const noexcept;
  bool holds_too_much(const subscriber::own_cursor& one) const;
  void report_lag(fan_out& of) noexcept;
  verdict judge_again(const subscriber::own_cursor& one) const;
  verdict judge(const subscriber& who, subscriber::own_cursor& one, time_point now);
  void skip_oldest(subscriber::own_cursor& one, time_point now) const;

  // Walks
  void prepare_common(lane_kind lane);
  void begin(fan_out& next) noexcept;

  registry& topics_;
  const std::size_t index_;
  inbox& inbox_;
  tally tally_;
  std::vector<seat> seats_;  // by slot
  fan_out_table fan_outs_;
  std::array<pattern_lists, lane_count> patterns_;
  std::vector<fan_out*> dirty_;
  trail_pool trails_;
  std::uint64_t look_up_ = 0;  // what one subscriber has, found by its topics

  std::vector<fan_out*> lagging_;  // somebody is or was behind
  std::vector<slow_report> slow_;
  std::vector<std::shared_ptr<topic>> drained_;

  walk_state walk_;
};

template <typename Unwanted>
void reader::drop_cursors(subscriber& who, Unwanted unwanted) noexcept {
  if (!who.behind)
    return;
  who.line_up();
  std::erase_if(who.behind->cursors, [&](const subscriber::own_cursor& each) {
    if (!unwanted(each))
      return false;
    forget(each);
    return true;
  });
  if (who.behind->cursors.empty())
    trails_.put(std::move(who.behind));
}

}  // namespace broadcast_hub::topic
