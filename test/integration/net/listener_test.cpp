#include "net/listener.hpp"

#include "net/address.hpp"
#include "net/shard.hpp"
#include "support/deaf_events.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/error.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <system_error>
#include <vector>

namespace broadcast_hub::net {
namespace {

class ListenerTest : public testing::Test {
 protected:
  static log_options into(std::vector<std::string>& lines) {
    log_options options;
    options.sink = [&lines](const log_record& line) {
      lines.push_back(std::string(to_string(line.level)) + " " + std::string(line.text));
    };
    return options;
  }

  listener listen_on(const std::vector<std::string>& addresses) {
    std::vector<asio::ip::address> parsed;
    for (const std::string& each : addresses)
      parsed.push_back(asio::ip::make_address(each));
    return {{&shard_}, 0, parsed, 0, [] { return true; }, sockets_, log_};
  }

  hub_options options_;
  socket_options sockets_;
  std::vector<std::string> lines_;
  logger log_{into(lines_)};
  deaf_events events_;
  topic::registry topics_{options_.topics, 4, 1'000'000, &wire::frame_size};
  std::atomic<std::uint32_t> serials_{0};
  shard shard_{0, {options_, log_, events_, topics_, serials_}};
};

// 192.0.2.0/24 is for documentation (RFC 5737): no machine has these addresses.
TEST_F(ListenerTest, WarnsWhenTheMachineLacksTheSecondAddressAndServesTheFirst) {
  const listener doors = listen_on({"127.0.0.1", "192.0.2.1"});
  EXPECT_NE(doors.port(), 0);
  EXPECT_EQ(doors.name(), "127.0.0.1:" + std::to_string(doors.port()));
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(lines_.front(), "warn not listening on 192.0.2.1:" + std::to_string(doors.port()) +
                                ": no interface of this machine has that address");
}

TEST_F(ListenerTest, HasBothAddressesUnderOnePort) {
  const listener doors = listen_on({"127.0.0.1", "127.0.0.2"});
  const std::string port = std::to_string(doors.port());
  EXPECT_EQ(doors.name(), "127.0.0.1:" + port + " and 127.0.0.2:" + port);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(ListenerTest, FailsWhenTheMachineLacksTheFirst) {
  try {
    listen_on({"192.0.2.1"});
    FAIL();
  } catch (const std::system_error& failure) {
    EXPECT_EQ(failure.code(), errc::address_not_available);
  }
}

}  // namespace
}  // namespace broadcast_hub::net
