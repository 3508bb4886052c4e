#include "topic/registry.hpp"

#include "topic/name.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace broadcast_hub::topic {

registry::registry(const topics_options& options, std::size_t readers,
                   std::size_t max_backlog_bytes, unit_size measure)
    : options_(options),
      budget_(options.max_log_bytes),
      inboxes_(readers),
      environment_{readers, max_backlog_bytes, measure, budget_, inboxes_} {
  std::random_device seed;
  epochs_.seed((std::uint64_t{seed()} << 32) | seed());
}

registry::pinned registry::pin(std::string_view name) const {
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

registry::opened registry::open(std::string_view name) {
  if (std::shared_ptr<topic> found = find(name))
    return {{}, std::move(found)};
  if (!is_valid_name(name))
    return {errc::invalid_topic, nullptr};
  const std::unique_lock lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end())
    return {{}, found->second};
  if (topics_.size() >= options_.max_topics && name != default_topic)
    return {errc::too_many_topics, nullptr};
  return {{}, make(name)};
}

std::shared_ptr<topic> registry::make(std::string_view name) {
  memory past{epochs_(), 0, {}};
  const auto known = remembered_.find(std::string(name));
  if (known != remembered_.end())
    past = known->second;
  auto fresh = std::make_shared<topic>(std::string(name), options_for(name), past.epoch,
                                       past.offset, environment_);
  patterns_.for_each_match(name, [&](const interest& who) {
    fresh->attach(who.lane, who.reader);
    fresh->presume(who.lane, who.reader, *who.subscribers);
    inboxes_[who.reader].put_quietly({fresh, who.lane});
  });
  topics_.emplace(fresh->name(), fresh);
  return fresh;
}

const topic_options& registry::options_for(std::string_view name) const {
  const auto rule =
      std::find_if(options_.rules.begin(), options_.rules.end(),
                   [&](const topic_rule& each) { return matches(each.pattern, name); });
  return rule == options_.rules.end() ? options_.defaults : rule->options;
}

std::vector<std::shared_ptr<topic>> registry::matching(std::string_view pattern) const {
  std::vector<std::shared_ptr<topic>> found;
  for (const auto& [name, each] : topics_) {
    if (matches(pattern, name))
      found.push_back(each);
  }
  return found;
}

std::vector<std::shared_ptr<topic>> registry::add_pattern(std::string_view pattern,
                                                          const interest& who) {
  const std::unique_lock lock(mutex_);
  patterns_.insert(pattern, who);
  std::vector<std::shared_ptr<topic>> found = matching(pattern);
  for (const std::shared_ptr<topic>& each : found)
    each->attach(who.lane, who.reader);
  return found;
}

std::vector<std::shared_ptr<topic>> registry::remove_pattern(std::string_view pattern,
                                                             const interest& who) {
  const std::unique_lock lock(mutex_);
  patterns_.erase(pattern, who);
  return matching(pattern);
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

std::vector<std::string> registry::sweep(time_point now) {
  std::vector<std::shared_ptr<topic>> all;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [name, each] : topics_)
      all.push_back(each);
  }
  // One by one, so that publishers never wait for all of them.
  std::vector<std::string> drained;
  for (const std::shared_ptr<topic>& each : all) {
    const topic::fate fate = each->sweep(now, options_.linger);
    if (fate == topic::fate::stays_drained)
      drained.push_back(each->name());
    if (fate == topic::fate::retired) {
      const std::unique_lock lock(mutex_);
      remember(*each, now);
      topics_.erase(each->name());
    }
  }
  const std::unique_lock lock(mutex_);
  forget(now);
  return drained;
}

void registry::remember(const topic& gone, time_point now) {
  published_before_ += gone.published();
  if (gone.offset() == 0)
    return;
  const bool is_new =
      remembered_.insert_or_assign(gone.name(), memory{gone.epoch(), gone.offset(), now}).second;
  if (is_new)
    remembered_order_.push_back(gone.name());
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
