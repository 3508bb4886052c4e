// What a client makes of frames that a server might send, right ones and wrong ones.

#include "load_generator/client.hpp"

#include "load_generator/server_fault.hpp"
#include "support/system_call.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {
namespace {

constexpr std::size_t payload_bytes = 64;

// A block that DEFLATE only stores (RFC 1951, section 3.2.4), and the first byte of the empty block
// behind it, of which the rest is not sent (RFC 7692, section 7.2.1).
std::string stored_block(std::string_view text) {
  const char size = static_cast<char>(text.size());
  const char inverted = static_cast<char>(~text.size());
  return std::string{'\0', size, '\0', inverted, '\xff'}.append(text);
}

std::string stored(std::string_view text) {
  return stored_block(text) + '\0';
}

std::string stored_in_halves(std::string_view text) {
  const std::size_t half = text.size() / 2;
  return stored_block(text.substr(0, half)) + stored(text.substr(half));
}

std::string plain_frame(std::string_view payload) {
  std::string frame;
  append_frame(frame, opcode::text, payload);
  return frame;
}

std::string compressed_frame(std::string_view payload) {
  std::string frame = plain_frame(payload);
  frame[0] = static_cast<char>(frame[0] | 0x40);
  return frame;
}

class listener {
 public:
  listener() : socket_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const address = reinterpret_cast<sockaddr*>(&address_);
    socklen_t size = sizeof address_;
    checked(::bind(socket_.get(), address, size), "bind");
    checked(::listen(socket_.get(), 4), "listen");
    checked(::getsockname(socket_.get(), address, &size), "getsockname");
  }

  std::uint16_t port() const { return ntohs(address_.sin_port); }

  descriptor accept() const {
    return descriptor(checked(::accept(socket_.get(), nullptr, nullptr), "accept"));
  }

 private:
  descriptor socket_;
  sockaddr_in address_{};
};

constexpr std::string_view deflate_answer =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"
    "\r\n";
constexpr std::string_view envelope_answer =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: bhub.v1\r\n"
    "\r\n";

// A client, and the server's end of its connection, on which `answer` has been sent.
class connected_client {
 public:
  connected_client(const listener& door, broadcast_window& window, client_kind kind,
                   std::string_view answer)
      : window_(window), client_(7, door.port(), kind), server_end_(door.accept()) {
    send(answer);
    while (!client_.open()) {
      read();
    }
  }

  // Throws when the client finds something wrong before it has all broadcasts up to this number.
  void take(std::string_view frames, std::uint64_t next) {
    send(frames);
    while (client_.next() < next) {
      read();
    }
  }

  // What the client says about frames of which one is wrong.
  std::string fault_of(std::string_view frames) {
    try {
      take(frames, client_.next() + 100);
    } catch (const server_fault& fault) {
      return fault.what();
    }
    return {};
  }

  // Whether any of its frames had to be inflated.
  bool has_inflated() const { return !tools_.text.empty(); }

 private:
  void send(std::string_view bytes) {
    checked(static_cast<int>(::send(server_end_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL)),
            "send");
  }

  void read() {
    constexpr int patience_ms = 10'000;
    pollfd waiting{client_.socket(), POLLIN, 0};
    if (checked(::poll(&waiting, 1, patience_ms), "poll") == 0) {
      throw std::runtime_error("the client waits for more");
    }
    client_.read(tools_, window_);
  }

  broadcast_window& window_;
  reading_tools tools_;
  client client_;
  descriptor server_end_;
};

class ClientTest : public ::testing::Test {
 protected:
  static constexpr std::size_t clients = 2;

  ClientTest() : window_(clients, payload_kind::letters, payload_bytes) {
    window_.add();
    window_.add();
  }

  std::string payload(std::uint64_t sequence) { return std::string(window_.payload(sequence)); }

  listener door_;
  broadcast_window window_;
  connected_client first_{door_, window_, client_kind::deflating, deflate_answer};
  connected_client second_{door_, window_, client_kind::deflating, deflate_answer};
};

TEST_F(ClientTest, TakesPlainAndCompressedBroadcasts) {
  for (connected_client* const each : {&first_, &second_}) {
    each->take(plain_frame(payload(0)) + compressed_frame(stored(payload(1))), 2);
  }
  EXPECT_EQ(window_.in_flight(), 0U);
}

TEST_F(ClientTest, DoesNotInflateWhatAnotherHasInflated) {
  const std::string frame = compressed_frame(stored(payload(0)));
  first_.take(frame, 1);
  second_.take(frame, 1);
  EXPECT_TRUE(first_.has_inflated());
  EXPECT_FALSE(second_.has_inflated());
}

TEST_F(ClientTest, InflatesOtherBytesThatSayTheSame) {
  first_.take(compressed_frame(stored(payload(0))), 1);
  second_.take(compressed_frame(stored_in_halves(payload(0))), 1);
  EXPECT_TRUE(second_.has_inflated());
}

TEST_F(ClientTest, FindsOneWrongByteInAKnownBroadcast) {
  const std::string right = compressed_frame(stored(payload(0)));
  std::string wrong = right;
  wrong[40] = '!';
  first_.take(right, 1);
  EXPECT_EQ(second_.fault_of(wrong).find("client 7 expected broadcast 0 but got"), 0U);
}

TEST_F(ClientTest, FindsAKnownBroadcastThatIsCutShort) {
  first_.take(compressed_frame(stored(payload(0))), 1);
  const std::string half = payload(0).substr(0, payload_bytes / 2);
  EXPECT_EQ(second_.fault_of(compressed_frame(stored(half))).find("client 7 expected broadcast 0"),
            0U);
}

TEST_F(ClientTest, FindsAnEmptyCompressedFrame) {
  EXPECT_EQ(first_.fault_of(compressed_frame("")), "client 7 expected broadcast 0 but got ''");
}

TEST_F(ClientTest, FindsDamage) {
  EXPECT_EQ(first_.fault_of(compressed_frame(std::string(20, '\xff'))),
            "client 7 cannot inflate broadcast 0");
}

TEST_F(ClientTest, FindsKnownBroadcastsOutOfOrder) {
  const std::string zero = compressed_frame(stored(payload(0)));
  const std::string one = compressed_frame(stored(payload(1)));
  first_.take(zero + one, 2);
  EXPECT_EQ(second_.fault_of(one + zero).find("client 7 expected broadcast 0 but got"), 0U);
}

TEST_F(ClientTest, FindsAKnownBroadcastThatComesTwice) {
  const std::string zero = compressed_frame(stored(payload(0)));
  first_.take(zero, 1);
  EXPECT_EQ(second_.fault_of(zero + zero).find("client 7 expected broadcast 1 but got"), 0U);
}

TEST_F(ClientTest, FindsOneTooMany) {
  const std::string zero = compressed_frame(stored(payload(0)));
  const std::string one = compressed_frame(stored(payload(1)));
  EXPECT_EQ(
      first_.fault_of(zero + one + one).find("client 7 got a broadcast that nobody asked for"), 0U);
}

std::string envelope(std::size_t offset, std::string_view payload,
                     std::string_view topic = "default") {
  return plain_frame(R"({"t":")" + std::string(topic) + R"(","o":)" + std::to_string(offset) +
                     R"(,"s":")" + std::string(payload) + R"("})");
}

std::string welcome_with(std::string_view answer_to_sub) {
  return std::string(envelope_answer) +
         plain_frame(R"({"hello":{"cid":"c1","ping":25000,"retry":[500,20000],"v":"1"}})") +
         plain_frame(answer_to_sub);
}

class EnvelopeClientTest : public ClientTest {
 protected:
  const std::string welcome_ = welcome_with(R"({"id":1,"sub":"default","e":"k9","o":0,"n":0})");
  connected_client third_{door_, window_, client_kind::envelope, welcome_};
  connected_client fourth_{door_, window_, client_kind::envelope, welcome_};
};

TEST_F(EnvelopeClientTest, TakesPublicationsAndPings) {
  const std::string frames = envelope(1, payload(0)) + plain_frame("{}") + envelope(2, payload(1));
  third_.take(frames, 2);
  fourth_.take(frames, 2);
  EXPECT_EQ(window_.in_flight(), 0U);
}

TEST_F(EnvelopeClientTest, ComparesWithWhatAnotherHasRead) {
  third_.take(envelope(1, payload(0)), 1);
  EXPECT_TRUE(window_.is_known_encoding(0, std::string_view(envelope(1, payload(0))).substr(2)));
  std::string wrong = envelope(1, payload(0));
  wrong[60] = '!';
  EXPECT_EQ(fourth_.fault_of(wrong).find("client 7 expected broadcast 0 but got"), 0U);
}

TEST_F(EnvelopeClientTest, FindsWrongPublications) {
  const struct {
    std::string frame;
    std::string fault;
  } cases[] = {
      {envelope(1, payload(1)), "client 7 expected broadcast 0 but got"},
      {envelope(2, payload(0)), "client 7 expected offset 1 but got"},
      {envelope(2, payload(1)), "client 7 expected offset 1 but got"},
      {envelope(1, payload(0), "other"),
       "client 7 got a publication that it has not subscribed to"},
      {plain_frame(payload(0)), "client 7 got what is no frame of bhub.v1"},
      {plain_frame(R"({"msg":1})"), "client 7 got a frame that it has no use for"},
  };
  for (const auto& each : cases) {
    connected_client fresh(door_, window_, client_kind::envelope, welcome_);
    EXPECT_EQ(fresh.fault_of(each.frame).find(each.fault), 0U) << fresh.fault_of(each.frame);
  }
}

TEST_F(EnvelopeClientTest, FindsOneThatComesTwiceOrOneTooMany) {
  const std::string zero = envelope(1, payload(0));
  const std::string one = envelope(2, payload(1));
  EXPECT_EQ(third_.fault_of(zero + zero).find("client 7 expected offset 2 but got"), 0U);
  EXPECT_EQ(fourth_.fault_of(zero + one + one).find("client 7 got a broadcast that nobody asked"),
            0U);
}

TEST_F(EnvelopeClientTest, FindsAWrongAnswerToItsCommand) {
  for (const char* const wrong : {R"({"id":2,"sub":"default","e":"k9","o":0,"n":0})",
                                  R"({"id":1,"sub":"other","e":"k9","o":0,"n":0})",
                                  R"({"id":1,"sub":"default","e":"k9","o":7,"n":0})"}) {
    EXPECT_THROW(connected_client(door_, window_, client_kind::envelope, welcome_with(wrong)),
                 server_fault)
        << wrong;
  }
}

}  // namespace
}  // namespace broadcast_hub::benchmark
