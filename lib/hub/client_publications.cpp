#include "hub/client_publications.hpp"

#include "hub/hub_core.hpp"
#include "protocol/position.hpp"
#include "topic/limits.hpp"
#include "topic/name.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace broadcast_hub {
namespace {

using protocol::error_code;

/// Nothing: clients may publish nowhere.
std::optional<std::chrono::milliseconds> shortest_dedup_window(const topics_options& topics) {
  std::optional<std::chrono::milliseconds> shortest;
  topic::for_each_options(topics, [&](const topic_options& each) {
    if (each.allow_client_publish)
      shortest = std::min(shortest.value_or(each.dedup_window), each.dedup_window);
  });
  return shortest;
}

/// Whose the keys of a client are.
class publisher {
 public:
  publisher(hub_core& hub, const net::connection& peer) : user_(hub.handle(peer).user()) {
    if (user_.empty())
      connection_ = std::to_string(peer.id().serial);
  }

  topic::key_owner owner() const noexcept {
    using kind = topic::key_owner::kind;
    return user_.empty() ? topic::key_owner{kind::anonymous, connection_}
                         : topic::key_owner{kind::user, user_};
  }

 private:
  std::string user_;
  std::string connection_;
};

}  // namespace

client_publications::client_publications(hub_core& hub, const client_answers& answers,
                                         const client_rights& rights)
    : hub_(hub),
      answers_(answers),
      rights_(rights),
      shortest_dedup_window_(shortest_dedup_window(hub.options().topics)) {}

void client_publications::publish(net::connection& peer, command_id of,
                                  const protocol::publish_command& command) const {
  if (!topic::is_valid_name(command.topic))
    return answers_.refuse(peer, of, {}, errc::invalid_topic);
  if (!hub_.topics().options_for(command.topic).allow_client_publish)
    return answers_.refuse(
        peer, {of, {}, error_code::permission_denied, "clients may not publish on this topic"});
  const std::optional<topic::publication_key> key = key_of(peer, command);
  if (key) {
    // What it was allowed to publish is not asked about again: the answer was lost, no more.
    const publish_result before = hub_.find_published(*key, command.topic);
    if (before.error || before.duplicate)
      return tell_published(peer, of, command, before);
  }
  const publish_event event{command.topic, command.data.bytes, command.data.kind, command.key};
  if (!rights_.may_publish(peer, of, event))
    return;
  const publish_result result =
      hub_.publish_as(key, command.topic, command.data.bytes, command.data.kind);
  const published_handler& on_published = hub_.handlers().on_published;
  if (on_published && !result.error && !result.duplicate) {
    const connection who = hub_.handle(peer);
    const published_event done{
        command.topic, {protocol::to_text(result.epoch), result.offset}, command.key, who.user()};
    // It is published, whatever comes of this.
    hub_.tried(peer, "on_published", [&] { on_published(who, done); });
  }
  tell_published(peer, of, command, result);
}

void client_publications::tell_published(net::connection& peer, command_id of,
                                         const protocol::publish_command& command,
                                         const publish_result& result) const {
  // A close with 1012 comes, behind which the client sends it again. To refuse it would be wrong:
  // it may have been published before, and only the answer was lost.
  if (result.error == errc::hub_stopped)
    return;
  if (result.error)
    return answers_.refuse(peer, of, {}, result.error);
  if (of == 0)
    return;
  std::optional<std::chrono::milliseconds> window;
  if (!command.key.empty())
    window = result.window;
  client_answers::send(peer, protocol::write_published(of, {result.epoch, result.offset}, window));
}

std::optional<topic::publication_key> client_publications::key_of(
    const net::connection& peer, const protocol::publish_command& command) const {
  if (command.key.empty())
    return {};
  const publisher who(hub_, peer);
  return hub_.topics().keys().name(command.topic, who.owner(), command.key, command.data.kind,
                                   command.data.bytes);
}

std::optional<std::chrono::milliseconds> client_publications::shortest_window(
    const net::connection& peer) const {
  if (!shortest_dedup_window_)
    return {};
  const duration lasting =
      hub_.topics().keys().lasting(publisher(hub_, peer).owner(), clock::now());
  return std::min(*shortest_dedup_window_, std::chrono::floor<std::chrono::milliseconds>(lasting));
}

}  // namespace broadcast_hub
