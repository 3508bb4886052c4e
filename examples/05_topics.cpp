// Topics: who hears what, by name and by pattern, and what was published before.
//
// Try it with two clients on ws://localhost:8081/. One says what it wants to hear:
//   +weather.oslo    this topic       +weather.*    all towns       -weather.*    not any more
// The other publishes, and asks for what was published before, by whomever:
//   weather.oslo rain                 ?weather.oslo

#include <broadcast_hub/hub.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using broadcast_hub::connection;

namespace {

// [region options]
broadcast_hub::hub_options with_history() {
  broadcast_hub::topic_options weather;
  weather.history.max_publications = 10;

  broadcast_hub::hub_options options;
  options.topics.rules = {{"weather.>", weather}};  // other topics keep no history
  return options;
}
// [endregion options]

// [region publish]
void publish(broadcast_hub::hub& hub, const connection& c, const std::string& topic,
             const std::string& text) {
  const auto result = hub.publish(topic, topic + ":" + text);
  c.send(result ? "number " + std::to_string(result.offset) + " on " + topic + ", to " +
                      std::to_string(result.subscribers)
                : "not published: " + result.error.message());
}
// [endregion publish]

// [region history]
void tell_history(broadcast_hub::hub& hub, const connection& c, std::string_view topic) {
  const auto past = hub.history(topic);
  if (past.newest_offset > 0 && !past.complete) {
    c.send("Older ones are gone.");
  }
  for (const auto& each : past.publications) {
    c.send(std::to_string(each.offset) + ". " + each.payload);
  }
}
// [endregion history]

void tell(const connection& c, std::error_code error) {
  c.send(error ? error.message() : "done");
}

void handle(broadcast_hub::hub& hub, const connection& c, std::string_view text) {
  const std::string_view rest = text.substr(text.empty() ? 0 : 1);
  switch (text.empty() ? ' ' : text.front()) {
    // [region subscribe]
    case '+':
      return tell(c, c.subscribe(rest));  // a name or a pattern
    case '-':
      return tell(c, c.unsubscribe(rest));
    // [endregion subscribe]
    case '?':
      return tell_history(hub, c, rest);
    default:
      break;
  }
  const std::size_t space = std::min(text.find(' '), text.size());
  publish(hub, c, std::string(text.substr(0, space)), std::string(text.substr(space)));
}

}  // namespace

int main() {
  broadcast_hub::hub hub(with_history());
  hub.on_message([&hub](const connection& c, std::string_view text) { handle(hub, c, text); });
  hub.listen(8081);
  hub.run();
}
