// websocketpp's own server with its Asio transport, as its tutorial for broadcasts shows it: a set
// of handles and one `send` for each. With `--prepared on` the frame is made once for all.
//
// C++17: websocketpp 0.8.2 does not compile as C++20.

#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"
#include "support/port.hpp"

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

#include <exception>
#include <iostream>
#include <memory>
#include <set>

namespace {

using namespace broadcast_hub::benchmark;
namespace asio = websocketpp::lib::asio;
namespace frame = websocketpp::frame;

using endpoint = websocketpp::server<websocketpp::config::asio>;
using message = endpoint::message_ptr::element_type;
using handles = std::set<websocketpp::connection_hdl, std::owner_less<websocketpp::connection_hdl>>;

endpoint::message_ptr prepare(const message& received) {
  const std::size_t size = received.get_payload().size();
  auto prepared = std::make_shared<message>(nullptr, received.get_opcode(), 0);
  prepared->set_payload(received.get_payload());
  prepared->set_header(frame::prepare_header(
      frame::basic_header(received.get_opcode(), size, true, false), frame::extended_header(size)));
  prepared->set_prepared(true);
  return prepared;
}

class server {
 public:
  explicit server(bool prepared);

  std::uint16_t listen();
  void run() { endpoint_.run(); }

 private:
  void broadcast(const endpoint::message_ptr& received);

  endpoint endpoint_;
  handles open_;
  bool prepared_;
};

server::server(bool prepared) : prepared_(prepared) {
  endpoint_.clear_access_channels(websocketpp::log::alevel::all);
  endpoint_.clear_error_channels(websocketpp::log::elevel::all);
  endpoint_.init_asio();
  endpoint_.set_tcp_post_init_handler([this](const websocketpp::connection_hdl& peer) {
    endpoint_.get_con_from_hdl(peer)->get_raw_socket().set_option(asio::ip::tcp::no_delay(true));
  });
  endpoint_.set_open_handler(
      [this](const websocketpp::connection_hdl& peer) { open_.insert(peer); });
  endpoint_.set_close_handler(
      [this](const websocketpp::connection_hdl& peer) { open_.erase(peer); });
  endpoint_.set_message_handler(
      [this](const websocketpp::connection_hdl&, const endpoint::message_ptr& received) {
        broadcast(received);
      });
}

std::uint16_t server::listen() {
  endpoint_.listen(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  endpoint_.start_accept();
  websocketpp::lib::asio::error_code error;
  return endpoint_.get_local_endpoint(error).port();
}

void server::broadcast(const endpoint::message_ptr& received) {
  if (prepared_) {
    const auto prepared = prepare(*received);
    for (const auto& peer : open_) {
      endpoint_.send(peer, prepared);
    }
    return;
  }
  for (const auto& peer : open_) {
    endpoint_.send(peer, received->get_payload(), received->get_opcode());
  }
}

void serve(const arguments& given) {
  raise_descriptor_limit();
  server made(given.is_on("prepared"));
  print_port(made.listen());
  made.run();
}

}  // namespace

int main(int count, char** values) {
  try {
    serve(arguments(count, values, {"prepared"}));
  } catch (const std::exception& failure) {
    std::cerr << "bench_websocketpp: " << failure.what() << '\n';
    return 1;
  }
}
