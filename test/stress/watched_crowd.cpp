#include "watched_crowd.hpp"

#include "protocol/position.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

constexpr std::size_t one_publishes_of = 3;
constexpr std::size_t most_unanswered = 8;
constexpr std::size_t one_is_on_short_topic_of = 5;  // at least

}  // namespace

watched_crowd::watched_crowd(restartable_server& server, const watched_crowd_options& options)
    : server_(server),
      topics_(options.topics),
      random_(options.seed),
      book_(first_client),
      relay_(server.port(), options.seed + 1) {
  for (std::size_t i = 0; i < options.clients; ++i) {
    clients_.push_back(std::make_unique<watched_client>(
        i, relay_.port(), some_topics(options.topics_each, i % one_is_on_short_topic_of == 0),
        book_, counts_));
  }
}

std::vector<std::uint64_t> watched_crowd::some_topics(std::size_t count, bool with_short) {
  std::vector<std::uint64_t> topics(topics_);
  std::iota(topics.begin(), topics.end(), std::uint64_t{0});
  static_assert(short_topic == 0);
  std::shuffle(topics.begin() + (with_short ? 1 : 0), topics.end(), random_);
  topics.resize(count);
  return topics;
}

void watched_crowd::turn() {
  constexpr std::chrono::milliseconds while_clients_wait{1};
  std::size_t done = 0;
  for (const auto& each : clients_)
    done += each->poll();
  relay_.turn(done == 0 ? while_clients_wait : std::chrono::milliseconds(0));
  if (counts_.faults.empty())
    return;
  std::string text;
  for (const std::string& each : counts_.faults)
    text += each + "\n";
  throw std::runtime_error(text);
}

std::uint64_t watched_crowd::progress() const noexcept {
  return counts_.views.delivered + counts_.sessions + counts_.answered + relay_.counts().cuts;
}

void watched_crowd::publish() {
  const std::size_t publishers = (clients_.size() + one_publishes_of - 1) / one_publishes_of;
  watched_client& one = *clients_[random_() % publishers * one_publishes_of];
  if (one.unanswered() < most_unanswered)
    publish_by(one);
}

void watched_crowd::publish_each() {
  for (std::size_t i = 0; i < clients_.size(); i += one_publishes_of)
    publish_by(*clients_[i]);
}

void watched_crowd::publish_by(watched_client& one) {
  static_assert(short_topic == 0);
  one.publish(1 + random_() % (topics_ - 1));
}

std::vector<watched_crowd::newest> watched_crowd::newest_of_all() {
  return server_.use([&](const hub& hub, std::uint64_t) {
    std::vector<newest> all;
    for (std::uint64_t topic = 0; topic < topics_; ++topic) {
      const history_result now = hub.history(topic_name(topic), 0, 0);
      all.push_back({protocol::to_text(now.epoch), now.newest_offset});
    }
    return all;
  });
}

std::uint64_t watched_crowd::behind(const watched_client& one, const std::vector<newest>& all) {
  std::uint64_t sum = 0;
  for (const topic_watch& each : one.topics()) {
    const newest& now = all[each.topic()];
    sum += now.offset - (now.epoch == each.epoch() ? std::min(now.offset, each.offset()) : 0);
  }
  return sum;
}

std::uint64_t watched_crowd::behind() {
  const std::vector<newest> all = newest_of_all();
  std::uint64_t sum = 0;
  for (const auto& each : clients_)
    sum += behind(*each, all);
  return sum;
}

std::size_t watched_crowd::unanswered() const {
  std::size_t sum = 0;
  for (const auto& each : clients_)
    sum += each->unanswered();
  return sum;
}

bool watched_crowd::is_caught_up() {
  return unanswered() == 0 && behind() == 0 &&
         std::all_of(clients_.begin(), clients_.end(),
                     [](const auto& each) { return each->is_live(); });
}

std::string watched_crowd::described() {
  const std::vector<newest> all = newest_of_all();
  std::string text;
  for (const auto& each : clients_) {
    const std::uint64_t missed = behind(*each, all);
    if (missed > 0 || each->unanswered() > 0 || !each->is_live())
      text += "\n" + each->described() + ", " + std::to_string(missed) + " behind";
  }
  return text;
}

void watched_crowd::seal_log() {
  server_.use([&](const hub& hub, std::uint64_t) {
    for (std::uint64_t topic = 0; topic < topics_; ++topic)
      book_.seal(hub, topic);
  });
}

std::uint64_t watched_crowd::on_short_topic() const {
  std::uint64_t count = 0;
  for (const auto& client : clients_) {
    for (const topic_watch& each : client->topics())
      count += each.topic() == short_topic ? 1 : 0;
  }
  return count;
}

}  // namespace broadcast_hub::stress
