#include "presence/attendance.hpp"

#include <utility>

namespace broadcast_hub::presence {

attendance::place attendance::join(const std::string& topic, const presence_options& options,
                                   const client& who, const shard_set& watchers) {
  const lock_guard lock(mutex_);
  const auto found = rooms_.try_emplace(topic, options).first;
  room& in = found->second;
  in.topic = &found->first;
  note_change(in);  // also when the next line throws: an empty room is let go of
  place made;
  made.in_ = &in;
  made.as_ = &in.set.join(who);
  in.watchers |= watchers;
  return made;
}

void attendance::leave(const place& ended, time_point now) noexcept {
  const lock_guard lock(mutex_);
  ended.in_->set.leave(*ended.as_, now);
  note_change(*ended.in_);
}

void attendance::watch(const place& where, std::size_t shard) noexcept {
  const lock_guard lock(mutex_);
  where.in_->watchers[shard] = true;
}

void attendance::unwatch(const place& where, std::size_t shard) noexcept {
  const lock_guard lock(mutex_);
  where.in_->watchers[shard] = false;
}

attendance::snapshot attendance::look(const std::string& topic) {
  const lock_guard lock(mutex_);
  const auto found = rooms_.find(topic);
  if (found == rooms_.end())
    return {};
  presence_set& set = found->second.set;
  return {set.list(), set.count()};
}

void attendance::collect(time_point now, std::vector<news>& to) {
  const lock_guard lock(mutex_);
  if (now - collected_at_ < least_apart)
    return;
  collected_at_ = now;
  for (room** link = &first_changed_; *link != nullptr;) {
    room& each = **link;
    if (each.watchers.any()) {
      news fresh{*each.topic, each.set.to_tell(now), each.watchers};
      if (fresh.what.any)
        to.push_back(std::move(fresh));
    }
    each.set.settle(now);  // from here on nothing throws
    if (each.set.unsettled()) {
      link = &each.next_changed;
      continue;
    }
    *link = each.next_changed;
    each.changed = false;
    if (each.set.empty())
      rooms_.erase(rooms_.find(*each.topic));
  }
}

void attendance::note_change(room& in) noexcept {
  if (!std::exchange(in.changed, true))
    in.next_changed = std::exchange(first_changed_, &in);
}

}  // namespace broadcast_hub::presence
