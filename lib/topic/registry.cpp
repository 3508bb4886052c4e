#include "topic/registry.hpp"

#include "base/random.hpp"
#include "topic/name.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace broadcast_hub::topic {

registry::registry(const topics_options& options, std::size_t readers,
                   std::size_t max_backlog_bytes, const unit_format& format)
    : options_(options),
      budget_(options.max_log_bytes),
      keys_(options.max_key_bytes),
      inboxes_(readers),
      environment_{readers, max_backlog_bytes, format, budget_, keys_, inboxes_},
      epochs_(random_number(system_random())),
      default_(make(default_topic)) {}

registry::pinned registry::pin(std::string_view name) const {
  if (name == default_topic)
    return pinned(*default_);
  pinned result(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end())
    result.found_ = found->second.get();
  return result;
}

std::shared_ptr<topic> registry::find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

std::size_t registry::subscribers(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end())
    return found->second->subscribers();
  std::size_t count = 0;
  patterns_.for_each_match(name, [&](const interest& who) { count += *who.subscribers; });
  return count;
}

registry::looked_up registry::look_up(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  if (const auto found = topics_.find(name); found != topics_.end())
    return {found->second};
  const auto was = remembered_.find(name);
  if (was == remembered_.end())
    return {};
  return {nullptr, was->second.epoch, was->second.offset};
}

registry::opened registry::open(std::string_view name) {
  if (std::shared_ptr<topic> found = find(name))
    return {{}, std::move(found)};
  if (!is_valid_name(name))
    return {errc::invalid_topic, nullptr};
  const std::unique_lock lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end())
    return {{}, found->second};
  if (topics_.size() > options_.max_topics)  // beside the default topic
    return {errc::too_many_topics, nullptr};
  return {{}, make(name)};
}

std::shared_ptr<topic> registry::make(std::string_view name) {
  const auto known = remembered_.find(name);
  const bool was_here = known != remembered_.end();
  auto fresh = std::make_shared<topic>(std::string(name), options_for(name),
                                       was_here ? known->second.epoch : epochs_() | 1U,
                                       was_here ? known->second.offset : 0, environment_);
  patterns_.for_each_match(name, [&](const interest& who) { fresh->attach(who.lane, who.reader); });
  topics_.emplace(fresh->name(), fresh);
  // From here on nothing throws.
  patterns_.for_each_match(
      name, [&](const interest& who) { fresh->introduce(who.lane, who.reader, *who.subscribers); });
  if (was_here) {
    const auto place = known->second.place;
    remembered_.erase(known);
    remembered_order_.erase(place);
  }
  return fresh;
}

const topic_options& registry::options_for(std::string_view name) const {
  const auto rule =
      std::find_if(options_.rules.begin(), options_.rules.end(),
                   [&](const topic_rule& each) { return matches(each.pattern, name); });
  return rule == options_.rules.end() ? options_.defaults : rule->options;
}

std::vector<std::shared_ptr<topic>> registry::add_pattern(std::string_view pattern,
                                                          const interest& who) {
  const std::unique_lock lock(mutex_);
  patterns_.insert(pattern, who);
  std::vector<std::shared_ptr<topic>> found;
  for (const auto& [name, each] : topics_) {
    // One that is just being retired is made anew when somebody uses it.
    if (matches(pattern, name) && each->attach(who.lane, who.reader))
      found.push_back(each);
  }
  return found;
}

std::size_t registry::size() const {
  const std::shared_lock lock(mutex_);
  return topics_.size();
}

std::uint64_t registry::published() const {
  const std::shared_lock lock(mutex_);
  std::uint64_t sum = published_before_;
  for (const auto& [name, each] : topics_)
    sum += each->published();
  return sum;
}

registry::swept registry::sweep(time_point now) {
  std::vector<std::shared_ptr<topic>> all;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [name, each] : topics_)
      all.push_back(each);
  }
  // Topics that only linger must not keep others out: a client may make many in a second.
  const bool is_crowded = all.size() - 1 > options_.max_topics / 2;  // beside the default one
  const duration linger = is_crowded ? duration::zero() : options_.linger;
  // One by one, so that publishers never wait for all of them.
  swept result;
  for (const std::shared_ptr<topic>& each : all) {
    const topic::swept one = each->sweep(now, each == default_ ? duration::max() : linger);
    result.wake |= one.wake;
    if (one.retired)
      retire(*each, now);
    if (one.drained)
      result.drained.push_back(each);
  }
  // Half of each history was not enough.
  if (budget_.tight()) {
    for (const std::shared_ptr<topic>& each : all)
      result.wake |= each->forget_newest();
  }
  const std::unique_lock lock(mutex_);
  forget(now);
  return result;
}

void registry::retire(const topic& gone, time_point now) noexcept {
  const std::unique_lock lock(mutex_);
  published_before_ += gone.published();
  topics_.erase(gone.name());
  try {
    remember(gone, now);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it begins a new epoch then
  }
}

void registry::remember(const topic& gone, time_point now) {
  if (gone.offset() == 0)
    return;
  std::list<std::string> last{gone.name()};
  const auto place = last.begin();
  remembered_.emplace(*place, memory{gone.epoch(), gone.offset(), now, place});
  remembered_order_.splice(remembered_order_.end(), last);
}

void registry::forget(time_point now) {
  while (!remembered_order_.empty()) {
    const auto oldest = remembered_.find(remembered_order_.front());
    const bool is_too_much = remembered_order_.size() > options_.max_topics;
    if (!is_too_much && now - oldest->second.since < remembered_for)
      return;
    remembered_.erase(oldest);
    remembered_order_.pop_front();
  }
}

}  // namespace broadcast_hub::topic
