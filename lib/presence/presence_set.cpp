#include "presence/presence_set.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::presence {
namespace {

/// Users and connections do not mix, whatever they are called.
std::string key_of(const client& who) {
  return who.user.empty() ? "c" + who.id : "u" + who.user;
}

}  // namespace

presence_set::member& presence_set::join(const client& who) {
  client copy = who;
  const auto [place, fresh] = members_.try_emplace(key_of(who));
  member& one = place->second;
  if (fresh) {
    one.key_ = &place->first;
    one.who_ = std::move(copy);
  } else {
    take_over(one, std::move(copy.info));
  }
  ++one.connections_;
  unsettle(one);
  return one;
}

/// What others see of it may be another thing, which is told like a join.
void presence_set::take_over(member& who, std::string info) noexcept {
  if (who.who_.info == info)
    return;
  who.who_.info = std::move(info);
  who.listed_ = who.listed_ || who.told_;
  who.told_ = false;
}

void presence_set::leave(member& who, time_point now) noexcept {
  if (--who.connections_ > 0)
    return;
  who.gone_at_ = who.who_.user.empty() ? now : now + options_.grace;
  unsettle(who);
}

void presence_set::unsettle(member& who) noexcept {
  if (!std::exchange(who.unsettled_, true))
    who.next_unsettled_ = std::exchange(first_unsettled_, &who);
}

presence_set::changes presence_set::to_tell(time_point now) const {
  changes found;
  found.count = members_.size();
  std::size_t news = 0;
  for (const member* each = first_unsettled_; each != nullptr; each = each->next_unsettled_) {
    found.count -= is_gone(*each, now) ? 1 : 0;
    news += is_news(*each, now) ? 1 : 0;
  }
  found.any = news > 0;
  if (std::max(found.count, news) > options_.max_named)
    return found;
  for (const member* each = first_unsettled_; each != nullptr; each = each->next_unsettled_) {
    if (is_news(*each, now))
      (is_gone(*each, now) ? found.left : found.joined).push_back(each->who_);
  }
  return found;
}

void presence_set::settle(time_point now) noexcept {
  member* each = std::exchange(first_unsettled_, nullptr);
  while (each != nullptr) {
    member& one = *std::exchange(each, each->next_unsettled_);
    one.unsettled_ = false;
    if (is_gone(one, now)) {
      members_.erase(members_.find(*one.key_));
      continue;
    }
    one.told_ = true;
    if (one.connections_ == 0)
      unsettle(one);  // its grace time has not passed
  }
}

std::vector<client> presence_set::list() {
  std::vector<client> found;
  if (count() > options_.max_named)
    return found;
  found.reserve(count());
  for (auto& [key, each] : members_) {
    found.push_back(each.who_);
    each.listed_ = true;
  }
  return found;
}

}  // namespace broadcast_hub::presence
