// A chat: a room is a topic that has a history and knows who is there. The page is in web/; all
// that passes between it and this program is the protocol bhub.v1.
//
// chat [PORT]: 8080 unless told otherwise; 0 picks a free one.

#include "whole_number.hpp"

#include <broadcast_hub/hub.hpp>
#include <rapidjson/document.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using broadcast_hub::command_reply;
using broadcast_hub::connection;
using broadcast_hub::upgrade_reply;

namespace {

constexpr const char* rooms = R"({"rooms":["general","music","random"]})";

broadcast_hub::hub_options make_options() {
  broadcast_hub::topic_options room;
  room.history.max_publications = 200;
  room.presence.enabled = true;
  room.presence.grace = 3s;  // who loads the page anew has not left
  room.allow_client_publish = true;

  broadcast_hub::hub_options options;
  options.topics.rules = {{"chat.general", room}, {"chat.music", room}, {"chat.random", room}};
  options.protocol.retry_max = 5s;  // a few people; thousands should come back more slowly
  options.protocol.comeback_within = 2s;
  return options;
}

// Whoever comes says who they are, and is believed: ws://.../?Ann. A real application authenticates
// here, for example by a cookie or a token. The name stays as it is in the address, with %20 for a
// blank, so it has no character that could do harm; the page shows it in letters.
upgrade_reply let_in(const broadcast_hub::upgrade_request& request) {
  if (request.query.empty() || request.query.size() > 120) {
    return upgrade_reply::refuse(400, "Who are you? Put a name behind the question mark.");
  }
  return upgrade_reply::accept(request.query);
}

bool is_room(const std::string& topic) {
  return topic == "chat.general" || topic == "chat.music" || topic == "chat.random";
}

// {"from":"Ann","text":"Hello","at":1700000000000}, and nobody speaks for others.
command_reply may_publish(const connection& client, const broadcast_hub::publish_event& event) {
  rapidjson::Document said;
  said.Parse(event.payload.data(), event.payload.size());
  if (!said.IsObject() || !said.HasMember("from") || !said.HasMember("text") ||
      !said.HasMember("at") || !said["text"].IsString() || !said["at"].IsNumber()) {
    return command_reply::deny("a message has from, text and at");
  }
  if (!said["from"].IsString() || said["from"].GetString() != client.user()) {
    return command_reply::deny("you can only speak for yourself");
  }
  const auto length = said["text"].GetStringLength();
  return length >= 1 && length <= 2000 ? command_reply::allow()
                                       : command_reply::deny("a text has 1 to 2000 bytes");
}

void serve(std::uint16_t port) {
  broadcast_hub::hub hub(make_options());
  hub.on_upgrade(let_in);
  hub.on_open([](const connection& client) { client.send(rooms); });
  hub.on_subscribe([](const connection&, const broadcast_hub::subscribe_event& event) {
    return is_room(event.topic) ? command_reply::allow() : command_reply::deny("no such room");
  });
  hub.on_publish(may_publish);

  broadcast_hub::listen_options door;
  door.port = port;
  door.web_root = PAGE_FOLDER;
  const std::string url = "http://localhost:" + std::to_string(hub.listen(door)) + "/";
  hub.after(0ms,
            [url] { std::cout << "Open " + url + " in a browser. Ctrl+C stops." << std::endl; });
  hub.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const unsigned long port = argc > 1 ? number_argument("PORT", argv[1], 0, 65535) : 8080;
    serve(static_cast<std::uint16_t>(port));
    return 0;
  } catch (const std::invalid_argument& error) {
    std::cerr << "chat: " << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "chat: " << error.what() << std::endl;
    return 1;
  }
}
