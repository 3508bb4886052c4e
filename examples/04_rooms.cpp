// Rooms: a room is a topic, and whoever is in it is subscribed to that topic.
//
// Try it with several clients: connect to ws://localhost:8081/kitchen and
// ws://localhost:8081/garden. The path is the room; "/join garden" changes it.

#include <broadcast_hub/hub.hpp>

#include <any>
#include <string>
#include <string_view>
#include <system_error>

using broadcast_hub::connection;

namespace {

// [region user_data]
// User data belongs to the connection's shard, so this is for handlers.
std::string room_of(const connection& c) {
  const auto* room = std::any_cast<std::string>(c.user_data());
  return room == nullptr ? std::string() : *room;
}

void note_room(const connection& c, const std::string& room) {
  if (std::any* place = c.user_data()) {
    *place = room;
  }
}
// [endregion user_data]

// [region enter]
std::error_code enter(broadcast_hub::hub& hub, const connection& c, const std::string& room) {
  if (room == room_of(c)) {
    return {};
  }
  // Told to those who are in the room already. Names only can be published on: whoever asks for the
  // room "*" is refused here, and does not hear every room.
  if (const auto told = hub.publish("room." + room, "Somebody comes in."); told.error) {
    return told.error;
  }
  if (const auto error = c.subscribe("room." + room)) {
    return error;
  }
  c.unsubscribe("room." + room_of(c));
  note_room(c, room);
  return {};
}
// [endregion enter]

void greet(const connection& c, std::error_code error) {
  c.send(error ? "No: " + error.message() + "." : "You are in the " + room_of(c) + ".");
}

void handle(broadcast_hub::hub& hub, const connection& c, std::string_view text) {
  constexpr std::string_view join = "/join ";
  if (text.substr(0, join.size()) == join) {
    return greet(c, enter(hub, c, std::string(text.substr(join.size()))));
  }
  // [region say]
  hub.publish("room." + room_of(c), text);
  // [endregion say]
}

}  // namespace

int main() {
  broadcast_hub::hub hub;
  hub.on_open([&hub](const connection& c) {
    const std::string path = c.path();
    greet(c, enter(hub, c, path == "/" ? "hall" : path.substr(1)));
  });
  hub.on_message([&hub](const connection& c, std::string_view text) { handle(hub, c, text); });
  hub.listen(8081);
  hub.run();
}
