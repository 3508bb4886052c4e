#include "presence/presence_set.hpp"

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
  }
  ++one.connections_;
  unsettle(one);
  return one;
}

void presence_set::leave(member& who, time_point now) noexcept {
  if (--who.connections_ > 0)
    return;
  who.gone_at_ = who.who_.user.empty() ? now : now + grace_;
  unsettle(who);
}

void presence_set::unsettle(member& who) noexcept {
  if (!std::exchange(who.unsettled_, true))
    who.next_unsettled_ = std::exchange(first_unsettled_, &who);
}

presence_set::changes presence_set::to_tell(time_point now) const {
  changes found;
  found.count = members_.size();
  for (const member* each = first_unsettled_; each != nullptr; each = each->next_unsettled_) {
    if (each->connections_ > 0 && !each->told_)
      found.joined.push_back(each->who_);
    if (!is_gone(*each, now))
      continue;
    --found.count;
    if (each->told_)
      found.left.push_back(each->who_);
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
    } else if (one.connections_ > 0) {
      one.told_ = true;
    } else {
      unsettle(one);  // its grace time has not passed
    }
  }
}

std::vector<client> presence_set::list(std::size_t most) const {
  std::vector<client> found;
  for (const auto& [key, each] : members_) {
    if (found.size() == most)
      break;
    found.push_back(each.who_);
  }
  return found;
}

}  // namespace broadcast_hub::presence
