// The WebSocket demo: a page, a greeting for every client, a hello to all now and then, and a word
// to all whenever a message arrives. Try it with several browsers; the log tells what happens.

#include "command_line.hpp"
#include "descriptors.hpp"
#include "logging.hpp"
#include "page_url.hpp"

#include <broadcast_hub/hub.hpp>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

// {"message":"<text>"}
std::string make_message(std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("message");
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

void set_handlers(broadcast_hub::hub& hub, std::chrono::milliseconds interval) {
  hub.on_open([](const broadcast_hub::connection& client) { client.send(make_message("Gotcha")); });
  hub.on_message([&hub](const broadcast_hub::connection&, const broadcast_hub::message&) {
    hub.broadcast(make_message("Something changed"));
  });
  hub.every(interval, [&hub] { hub.broadcast(make_message("Hello hello!")); });
}

std::string listen(broadcast_hub::hub& hub, const demo::settings& settings) {
  broadcast_hub::listen_options page;
  page.address = settings.bind;
  page.port = settings.http_port;
  page.websockets = false;
  page.web_root = settings.web;

  broadcast_hub::listen_options websockets;
  websockets.address = settings.bind;
  websockets.port = settings.ws_port;
  // A page that was opened as 127.0.0.1 may connect to localhost.
  websockets.loopback_is_one_host = !settings.strict_origin;

  const std::uint16_t http_port = hub.listen(page);
  const std::uint16_t ws_port = hub.listen(websockets);
  return demo::page_url(settings.bind, http_port, ws_port);
}

void serve(const demo::settings& settings) {
  const auto logger = demo::make_logger(settings.level);
  logger->info(demo::raise_descriptor_limit());

  broadcast_hub::hub_options options;
  options.shards = settings.threads;
  options.log.level = settings.level;
  options.log.sink = demo::make_sink(logger);
  broadcast_hub::hub hub(options);

  set_handlers(hub, settings.interval);
  const std::string url = listen(hub, settings);
  // From the running hub, so that whoever reads the line may already send a signal.
  hub.after(std::chrono::milliseconds(0), [url] {
    std::cout << "Open " + url + " in a browser. Ctrl+C stops.\n" << std::flush;
  });
  hub.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const demo::command_line line = demo::read_command_line(argc, argv);
    if (!line.serve) {
      return line.exit_status;
    }
    serve(line.values);
    return 0;
  } catch (const std::invalid_argument& error) {
    demo::complain(error.what());
    return demo::bad_use;
  } catch (const std::exception& error) {
    demo::complain(error.what());
    return demo::cannot_start;
  }
}
