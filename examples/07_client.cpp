// A native client: it shows what is said on the topic "chat" and how many are there, says what you
// type, and survives whatever happens to its connection. "/who" and "/past" ask the hub.
//
// example_client [hub]: with "hub" it is the hub that the others connect to.
//
// Try it: run that once, and several times without an argument. End the hub and start it again
// while they run.

#include <broadcast_hub/client.hpp>
#include <broadcast_hub/hub.hpp>

#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

namespace {

void serve() {
  broadcast_hub::hub_options options;
  options.topics.defaults.history.max_publications = 100;
  options.topics.defaults.allow_client_publish = true;
  options.topics.defaults.presence.enabled = true;
  broadcast_hub::hub hub(options);
  hub.listen(8081);
  hub.run();
}

void say(std::string_view text) {
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
}

void show_state(const broadcast_hub::client_state_event& event) {
  using state = broadcast_hub::client_state;
  // [region state]
  if (event.state == state::waiting)
    say("No connection (" + event.reason + "); the next attempt is in " +
        std::to_string(event.retry_in.count()) + " ms.");
  if (event.state == state::closed)
    say("Closed: " + event.reason);
  // [endregion state]
}

void ask(broadcast_hub::client& client, std::string_view what) {
  if (what == "/who") {
    // [region presence]
    client.presence("chat", [](const broadcast_hub::client_presence_result& result) {
      for (const broadcast_hub::client_subscriber& each : result.clients)
        say("  " + (each.user.empty() ? "anonymous at " + each.id : each.user));
      say(result ? std::to_string(result.count) + " in all" : result.reason);
    });
    // [endregion presence]
  } else {
    // [region history]
    broadcast_hub::client_history_query wanted;
    wanted.limit = 50;  // the first fifty that are kept
    client.history("chat", wanted, [](const broadcast_hub::client_history_result& result) {
      for (const broadcast_hub::past_publication& each : result.publications)
        say(std::to_string(each.offset) + ": " + each.payload);
    });
    // [endregion history]
  }
}

void chat() {
  // [region connect]
  broadcast_hub::client_options options;
  options.url = "ws://localhost:8081/";
  broadcast_hub::client client(options);
  client.on_state(show_state);
  // [endregion connect]

  // [region subscribe]
  client.on_subscribed([](const broadcast_hub::client_subscribed_event& event) {
    if (!event.recovered)
      say("(new here, or something was missed)");
  });
  broadcast_hub::subscribe_options from;
  from.last = 10;        // begin with up to ten past publications
  from.presence = true;  // and say who comes and goes
  client.subscribe("chat", from,
                   [](const broadcast_hub::client_publication& what) { say(what.payload); });
  // [endregion subscribe]
  // [region comings]
  client.on_presence([](const broadcast_hub::client_presence_event& event) {
    say("(now " + std::to_string(event.count) + " are here)");
  });
  // [endregion comings]
  client.start();

  for (std::string line; std::getline(std::cin, line);) {
    if (line == "/who" || line == "/past") {
      ask(client, line);
      continue;
    }
    // [region publish]
    const auto done = [](const broadcast_hub::client_publish_result& result) {
      if (!result)
        say("Not published: " + result.reason);
    };
    const auto kind = broadcast_hub::message_kind::text;
    if (const auto error = client.publish("chat", line, kind, done))
      say("Not published: " + error.message());
    // [endregion publish]
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 1) {
    chat();
  } else if (std::string_view(arguments[1]) == "hub") {
    serve();
  } else {
    std::cerr << "example_client: '" << arguments[1] << "' is not understood; see --help\n";
    return 2;
  }
}
