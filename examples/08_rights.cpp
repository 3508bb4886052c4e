// Who may do what: topics for all, topics for some, and topics that only the application hands out.
//
// Try it with a client that speaks bhub.v1, for example in a browser's console, on any page that is
// not of another host:
//   s = new WebSocket("ws://localhost:8081/", "bhub.v1"); s.onmessage = (e) => console.log(e.data)
//   s.send('{"id":1,"sub":{"news":{},"staff.pay":{},">":{}}}')    the first one is granted
//   s.send('{"id":2,"pub":"rooms.1","s":"hello"}')                refused: nobody knows who you are

#include <broadcast_hub/hub.hpp>

#include <iostream>
#include <string>

using broadcast_hub::command_reply;
using broadcast_hub::connection;
using broadcast_hub::topic_rule;

namespace {

broadcast_hub::hub_options with_rules() {
  // [region rules]
  topic_rule rooms{"rooms.>", {}};
  rooms.options.allow_client_publish = true;  // as far as on_publish lets them

  topic_rule staff{"staff.>", {}};
  staff.options.allow_client_subscribe = false;  // nor by a pattern that matches one of them

  broadcast_hub::hub_options options;
  options.topics.rules = {rooms, staff};
  // [endregion rules]
  return options;
}

void decide(broadcast_hub::hub& hub) {
  // [region handlers]
  hub.on_subscribe([](const connection& peer, const broadcast_hub::subscribe_event& event) {
    const bool own = event.topic == "users." + peer.user();
    // The topic may be a pattern: "users.*", "*.alice" and ">" match those of others, too.
    const bool personal =
        event.topic.rfind("users.", 0) == 0 || event.topic.front() == '*' || event.topic == ">";
    return own || !personal ? command_reply::allow() : command_reply::deny("this is not yours");
  });
  hub.on_publish([](const connection& peer, const broadcast_hub::publish_event&) {
    return peer.user().empty() ? command_reply::deny("say who you are first")
                               : command_reply::allow();
  });
  // [endregion handlers]
  // [region published]
  hub.on_published([](const connection&, const broadcast_hub::published_event& event) {
    std::cout << event.user << " published " << event.topic << " " << event.place.offset << "\n";
  });
  // [endregion published]
}

void let_in(broadcast_hub::hub& hub) {
  // [region hand_out]
  hub.on_upgrade([](const broadcast_hub::upgrade_request& request) {
    const bool known = request.header("Authorization") == "Bearer alice-token";
    auto answer = broadcast_hub::upgrade_reply::accept(known ? "alice" : "");
    if (known)
      answer.subscriptions = {"staff.pay"};
    return answer;
  });
  // [endregion hand_out]
}

}  // namespace

int main() {
  broadcast_hub::hub hub(with_rules());
  decide(hub);
  let_in(hub);
  hub.listen(8081);
  hub.run();
}
