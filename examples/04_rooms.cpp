// Rooms, made of a connection's user data and of broadcasts to some of all connections.
//
// Try it with several clients: connect to ws://localhost:8081/kitchen and
// ws://localhost:8081/garden. The path is the room; "/join /garden" and "/leave" change it.

#include <broadcast_hub/hub.hpp>

#include <any>
#include <string>
#include <string_view>

using broadcast_hub::connection;

namespace {

// [region user_data]
// User data belongs to the connection's shard, so this is for handlers and predicates.
std::string room_of(const connection& c) {
  const auto* room = std::any_cast<std::string>(c.user_data());
  return room == nullptr ? std::string() : *room;
}

void enter(const connection& c, std::string_view room) {
  if (std::any* place = c.user_data()) {
    *place = std::string(room);
  }
}
// [endregion user_data]

// [region some]
void tell_room(broadcast_hub::hub& hub, const std::string& room, const std::string& text) {
  hub.broadcast_if([room](const connection& c) { return room_of(c) == room; }, text);
}
// [endregion some]

// [region all_but_one]
void announce(broadcast_hub::hub& hub, const connection& newcomer) {
  newcomer.send("You are in " + room_of(newcomer) + ".");
  hub.broadcast_except(newcomer, "Somebody came into " + room_of(newcomer) + ".");
}
// [endregion all_but_one]

void handle(broadcast_hub::hub& hub, const connection& c, std::string_view text) {
  constexpr std::string_view join = "/join ";
  if (text.substr(0, join.size()) == join) {
    enter(c, text.substr(join.size()));
    announce(hub, c);
  } else if (text == "/leave") {
    enter(c, "/");
    announce(hub, c);
  } else {
    tell_room(hub, room_of(c), room_of(c) + ": " + std::string(text));
  }
}

}  // namespace

int main() {
  broadcast_hub::hub hub;
  hub.on_open([&hub](const connection& c) {
    enter(c, c.path());
    announce(hub, c);
  });
  hub.on_message([&hub](const connection& c, std::string_view text) { handle(hub, c, text); });
  hub.listen(8081);
  hub.run();
}
