// Boost.Beast, asynchronous, as its example of a chat server shows it: each session has a queue of
// shared messages and one write under way at most.

#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"
#include "support/port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

namespace {

using namespace broadcast_hub::benchmark;
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct message {
  std::string payload;
  bool text;
};

using shared_message = std::shared_ptr<const message>;

class session;

class room {
 public:
  void join(session& joined) { sessions_.insert(&joined); }
  void leave(session& left) { sessions_.erase(&left); }
  void broadcast(const shared_message& sent);

 private:
  std::unordered_set<session*> sessions_;
};

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, room& everybody) : stream_(std::move(socket)), room_(everybody) {}
  ~session() { room_.leave(*this); }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void start(bool deflate);
  void send(const shared_message& sent);

 private:
  void read();
  void received();
  void write();
  void written(beast::error_code error);

  beast::websocket::stream<beast::tcp_stream> stream_;
  room& room_;
  beast::flat_buffer buffer_;
  std::deque<shared_message> queue_;
};

void room::broadcast(const shared_message& sent) {
  for (session* receiver : sessions_) {
    receiver->send(sent);
  }
}

void session::start(bool deflate) {
  stream_.set_option(beast::websocket::stream_base::timeout::suggested(beast::role_type::server));
  // Left on, it cuts messages into pieces of 4 KiB, with a system call for each.
  stream_.auto_fragment(false);
  if (deflate) {
    beast::websocket::permessage_deflate extension;
    extension.server_enable = true;
    stream_.set_option(extension);
  }
  stream_.async_accept([self = shared_from_this()](beast::error_code error) {
    if (!error) {
      self->room_.join(*self);
      self->read();
    }
  });
}

void session::read() {
  stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
    if (!error) {
      self->received();
    }
  });
}

void session::received() {
  room_.broadcast(std::make_shared<const message>(
      message{beast::buffers_to_string(buffer_.data()), stream_.got_text()}));
  buffer_.consume(buffer_.size());
  read();
}

void session::send(const shared_message& sent) {
  queue_.push_back(sent);
  if (queue_.size() == 1) {
    write();
  }
}

void session::write() {
  stream_.text(queue_.front()->text);
  stream_.async_write(
      asio::buffer(queue_.front()->payload),
      [self = shared_from_this()](beast::error_code error, std::size_t) { self->written(error); });
}

void session::written(beast::error_code error) {
  if (error) {
    room_.leave(*this);
    return;
  }
  queue_.pop_front();
  if (!queue_.empty()) {
    write();
  }
}

class server {
 public:
  explicit server(bool deflate)
      : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        deflate_(deflate) {}

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void run() {
    accept();
    context_.run();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay(true));
        std::make_shared<session>(std::move(socket), room_)->start(deflate_);
      }
      accept();
    });
  }

  room room_;  // outlives the sessions, which the context's handlers own
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  bool deflate_;
};

void serve(const arguments& given) {
  raise_descriptor_limit();
  server made(given.is_on("deflate"));
  print_port(made.port());
  made.run();
}

}  // namespace

int main(int count, char** values) {
  try {
    serve(arguments(count, values, {"deflate"}));
  } catch (const std::exception& failure) {
    std::cerr << "bench_beast: " << failure.what() << '\n';
    return 1;
  }
}
