#include "watched_client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

client_options options_for(std::uint16_t port, log_sink sink) {
  client_options chosen;
  chosen.url = "ws://127.0.0.1:" + std::to_string(port) + "/";
  chosen.retry_min = std::chrono::milliseconds(1);
  chosen.retry_max = std::chrono::milliseconds(20);
  chosen.close_timeout = std::chrono::milliseconds(0);  // what it goes through is polled beside it
  chosen.log = {std::move(sink), log_level::warn};
  return chosen;
}

std::string in_words(client_state state) {
  constexpr std::array<const char*, 4> names{"connects", "is open", "waits", "is closed"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace

watched_client::watched_client(std::uint64_t number, std::uint16_t port,
                               const std::vector<std::uint64_t>& topics, log_book& book,
                               watch_counts& counts)
    : number_(number),
      book_(book),
      counts_(counts),
      client_(options_for(port, [this](const log_record& line) {
        guard([&] { throw std::runtime_error("logged: " + std::string(line.text)); });
      })) {
  client_.on_state([this](const client_state_event& event) { guard([&] { on_state(event); }); });
  client_.on_subscribed([this](const client_subscribed_event& event) {
    guard([&] { watch_of(event.topic).on_subscribed(event); });
  });
  client_.on_unsubscribed([this](const client_unsubscribed_event& event) {
    guard([&] { throw std::runtime_error(event.topic + " was ended: " + event.reason); });
  });
  client_.on_publication(
      [this](const client_publication& what) { guard([&] { on_publication(what); }); });
  for (const std::uint64_t topic : topics) {
    topics_.emplace_back(topic, topic != short_topic, counts.views);
    client_.subscribe(topic_name(topic));
  }
}

/// What a handler throws a client only logs.
template <typename Work>
void watched_client::guard(Work work) {
  try {
    work();
  } catch (const std::exception& fault) {
    counts_.faults.push_back("client " + std::to_string(number_) + ": " + fault.what());
  }
}

topic_watch& watched_client::watch_of(std::string_view topic) {
  const auto found = std::find_if(topics_.begin(), topics_.end(), [&](const topic_watch& each) {
    return topic_name(each.topic()) == topic;
  });
  if (found == topics_.end())
    throw std::runtime_error("a topic that was not asked for: " + std::string(topic));
  return *found;
}

void watched_client::on_state(const client_state_event& event) {
  for (topic_watch& each : topics_)
    each.on_disconnect();
  if (event.state == client_state::open)
    on_session();
  else if (event.state == client_state::closed)
    throw std::runtime_error("closed for good: " + event.reason);
}

/// What has no answer is sent again now.
void watched_client::on_session() {
  ++counts_.sessions;
  for (auto& [number, each] : unanswered_) {
    counts_.retried += each.sent ? 1 : 0;
    each.sent = true;
    each.known_in = book_.epoch_of(each.mark);
  }
}

void watched_client::on_publication(const client_publication& what) {
  topic_watch& watch = watch_of(what.topic);
  watch.on_publication(what);
  const publication_mark mark = read_payload(what.payload);
  if (mark.topic != watch.topic())
    throw std::runtime_error("a publication of another topic: " + std::string(what.payload));
  book_.note(mark, watch.epoch(), what.offset);
}

void watched_client::publish(std::uint64_t topic) {
  const std::uint64_t number = ++last_number_;
  const publication_mark mark{0, topic, first_client + number_, number};
  const bool open = client_.state() == client_state::open;
  unanswered_.emplace(number, publication{mark, open});
  const std::error_code fault =
      client_.publish(topic_name(topic), write_payload(mark), message_kind::text,
                      [this, number](const client_publish_result& result) {
                        guard([&] { on_published(number, result); });
                      });
  if (fault)
    throw std::system_error(fault, "publish");
  ++counts_.published;
}

void watched_client::on_published(std::uint64_t number, const client_publish_result& result) {
  const auto found = unanswered_.find(number);
  if (found == unanswered_.end())
    throw std::runtime_error("a second answer for number " + std::to_string(number));
  const publication one = found->second;
  unanswered_.erase(found);
  if (!result)
    throw std::runtime_error("number " + std::to_string(number) + " was refused: " + result.reason);
  ++counts_.answered;
  counts_.known_by_key += one.known_in == result.position.epoch ? 1 : 0;
  book_.note_answer(one.mark, result.position);
}

bool watched_client::is_live() const {
  return client_.state() == client_state::open &&
         std::all_of(topics_.begin(), topics_.end(),
                     [](const topic_watch& each) { return each.is_live(); });
}

std::string watched_client::described() const {
  std::string text = "client " + std::to_string(number_) + " " + in_words(client_.state());
  for (const topic_watch& each : topics_) {
    text += ", " + topic_name(each.topic()) + (each.is_live() ? " is live at " : " waits at ") +
            std::to_string(each.offset());
  }
  for (const auto& [number, each] : unanswered_) {
    text +=
        ", no answer for number " + std::to_string(number) + " on " + topic_name(each.mark.topic);
  }
  return text;
}

}  // namespace broadcast_hub::stress
