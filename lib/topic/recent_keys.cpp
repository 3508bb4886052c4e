#include "topic/recent_keys.hpp"

#include <algorithm>
#include <new>

namespace broadcast_hub::topic {
namespace {

/// Keys that have expired, of those that one that is added lets go of.
constexpr std::size_t at_once = 4;

/// When keys will be forgotten, or are, for want of memory: their age then, if as many come as
/// since the oldest came. It is told before it happens, since whoever is told late has been
/// promised too much; but up to `few` tell nothing about those to come.
duration age_at_the_end(std::size_t used, std::size_t few, std::size_t limit,
                        duration age_of_oldest) {
  if (used <= few)
    return duration::max();
  const double more = static_cast<double>(limit) / static_cast<double>(used);
  return std::chrono::duration_cast<duration>(std::max(age_of_oldest, duration::zero()) * more);
}

duration since(time_point then, time_point now) noexcept {
  return then == time_point::min() ? duration::max() : std::max(now - then, duration::zero());
}

std::string_view kind_text(key_owner::kind what) noexcept {
  switch (what) {
    case key_owner::kind::user:
      return "u";
    case key_owner::kind::anonymous:
      return "a";
    case key_owner::kind::application:
      break;
  }
  return {};
}

}  // namespace

template <recent_keys::order Which>
recent_keys::place& recent_keys::queue<Which>::of(entry& one) noexcept {
  return one.places[static_cast<std::size_t>(Which)];
}

template <recent_keys::order Which>
void recent_keys::queue<Which>::push(entry& one) noexcept {
  of(one).before = newest_;
  (newest_ == nullptr ? oldest_ : of(*newest_).behind) = &one;
  newest_ = &one;
}

template <recent_keys::order Which>
void recent_keys::queue<Which>::remove(entry& one) noexcept {
  const place& at = of(one);
  (at.before == nullptr ? oldest_ : of(*at.before).behind) = at.behind;
  (at.behind == nullptr ? newest_ : of(*at.behind).before) = at.before;
}

recent_keys::recent_keys(std::size_t limit, keyed_hash hash)
    : hash_(hash), limit_(limit), share_(limit / 4) {}

publication_key recent_keys::name(std::string_view topic, const key_owner& owner,
                                  std::string_view key, message_kind kind,
                                  std::string_view payload) const noexcept {
  const std::string_view what = kind_text(owner.what);
  const bool by_user = owner.what == key_owner::kind::user;
  publication_key made;
  made.id = hash_.of({topic, what, by_user ? owner.name : std::string_view(), key});
  made.content = hash_.of({kind == message_kind::text ? "t" : "b", payload}).low;
  made.holder = holder_of(owner);
  return made;
}

digest recent_keys::holder_of(const key_owner& owner) const noexcept {
  if (owner.what == key_owner::kind::application)
    return {};
  return hash_.of({kind_text(owner.what), owner.name});
}

duration recent_keys::lasting(const key_owner& owner, time_point now) const {
  const digest who = holder_of(owner);
  const lock_guard lock(mutex_);
  return lasting(who, now);
}

std::size_t recent_keys::used() const {
  const lock_guard lock(mutex_);
  return used_;
}

void recent_keys::forget(entry& one) noexcept {
  all_.remove(one);
  one.topic->entries_.remove(one);
  used_ -= entry_cost;
  if (one.owner != nullptr) {
    holder& by = one.owner->second;
    by.entries.remove(one);
    by.bytes -= entry_cost;
    if (by.entries.oldest() == nullptr) {
      used_ -= holder_cost;
      auto& among = holders_.of(one.owner->first);
      among.erase(among.find(one.owner->first));
    }
  }
  auto& among = entries_.of(one.id);
  among.erase(among.find(one.id));
}

duration recent_keys::lasting(const digest& who, time_point now) const {
  const entry* const oldest = all_.oldest();
  if (oldest == nullptr)
    return since(lost_, now);
  // One or two clients that have used up their shares say nothing about the others.
  const duration by_all =
      std::min(since(lost_, now), age_at_the_end(used_, limit_ / 8 * 5, limit_, now - oldest->at));
  const auto found = holders_.of(who).find(who);
  if (found == holders_.of(who).end())
    return by_all;
  const holder& by = found->second;
  return std::min({by_all, since(by.lost, now),
                   age_at_the_end(by.bytes, share_ / 8, share_, now - by.entries.oldest()->at)});
}

/// Never `newest`: of each limit it is a small part.
void recent_keys::make_room_for(const entry& newest, time_point now) noexcept {
  if (newest.owner != nullptr) {
    holder& by = newest.owner->second;
    while (by.bytes > share_)
      lose(*by.entries.oldest(), by.lost, now);
  }
  while (used_ > limit_)
    lose(*all_.oldest(), lost_, now);
}

void recent_keys::lose(entry& oldest, time_point& lost, time_point now) noexcept {
  if (!oldest.topic->is_over(oldest, now))
    lost = std::max(lost, oldest.at);
  forget(oldest);
}

recent_keys::shelf::~shelf() {
  const lock_guard lock(all_.mutex_);
  while (entry* const oldest = entries_.oldest())
    all_.forget(*oldest);
}

void recent_keys::shelf::forget_some(std::size_t most, time_point now) noexcept {
  for (; most > 0; --most) {
    entry* const oldest = entries_.oldest();
    if (oldest == nullptr || !is_over(*oldest, now))
      return;
    all_.forget(*oldest);
  }
}

recent_keys::shelf::known recent_keys::shelf::find(const publication_key& key,
                                                   time_point now) noexcept {
  const lock_guard lock(all_.mutex_);
  const auto found = all_.entries_.of(key.id).find(key.id);
  if (found == all_.entries_.of(key.id).end())
    return {};
  if (is_over(found->second, now)) {
    all_.forget(found->second);
    return {};
  }
  return {found->second.offset, found->second.content == key.content};
}

void recent_keys::shelf::add(const publication_key& key, std::uint64_t offset, time_point now) {
  const lock_guard lock(all_.mutex_);
  forget_some(at_once, now);  // as many come as go
  const auto added = all_.entries_.of(key.id).try_emplace(key.id).first;
  entry& one = added->second;
  one = {key.id, key.content, offset, now, this, nullptr, {}};
  if (!(key.holder == digest())) {
    try {
      const auto [by, fresh] = all_.holders_.of(key.holder).try_emplace(key.holder);
      one.owner = &*by;
      if (fresh)
        all_.used_ += holder_cost;
    } catch (const std::bad_alloc&) {
      all_.entries_.of(key.id).erase(added);
      throw;
    }
    one.owner->second.entries.push(one);
    one.owner->second.bytes += entry_cost;
  }
  all_.all_.push(one);
  entries_.push(one);
  all_.used_ += entry_cost;
  all_.make_room_for(one, now);
}

duration recent_keys::shelf::lasting(const publication_key& key, time_point now) const {
  const lock_guard lock(all_.mutex_);
  return std::min(window_, all_.lasting(key.holder, now));
}

// In parts: publishers on all topics wait for the lock.
bool recent_keys::shelf::sweep(time_point now) noexcept {
  for (int part = 0; part < 16; ++part) {
    const lock_guard lock(all_.mutex_);
    forget_some(256, now);
    const entry* const oldest = entries_.oldest();
    if (oldest == nullptr || !is_over(*oldest, now))
      return oldest != nullptr;
  }
  return true;
}

}  // namespace broadcast_hub::topic
