#include "net/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace broadcast_hub::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> addresses_of(const std::string& text) {
  std::vector<std::string> found;
  for (const asio::ip::address& each : listen_addresses(text)) {
    found.push_back(each.to_string());
  }
  return found;
}

std::string shown(const char* address, std::uint16_t port) {
  return to_string(asio::ip::tcp::endpoint(asio::ip::make_address(address), port));
}

TEST(AddressTest, LocalhostIsBothLoopbackAddresses) {
  EXPECT_THAT(addresses_of("localhost"), ElementsAre("127.0.0.1", "::1"));
}

TEST(AddressTest, ANumericAddressIsItself) {
  for (const char* address : {"127.0.0.1", "0.0.0.0", "192.0.2.7", "::", "::1", "2001:db8::7"}) {
    EXPECT_THAT(addresses_of(address), ElementsAre(address));
  }
}

TEST(AddressTest, AnythingElseIsRefusedByName) {
  for (const char* address : {"", "example.com", "127.0.0.1:80", "[::1]", "1.2.3", "256.1.1.1",
                              "Localhost", " 127.0.0.1", "::1 "}) {
    try {
      listen_addresses(address);
      ADD_FAILURE() << address;
    } catch (const std::invalid_argument& fault) {
      EXPECT_THAT(fault.what(), HasSubstr("listen_options.address is \"" + std::string(address)));
      EXPECT_THAT(fault.what(), HasSubstr("it must be"));
    }
  }
}

TEST(AddressTest, EndpointsAreShownAsUrlsShowThem) {
  EXPECT_EQ(shown("127.0.0.1", 8081), "127.0.0.1:8081");
  EXPECT_EQ(shown("::1", 8081), "[::1]:8081");
  EXPECT_EQ(shown("2001:db8::7", 0), "[2001:db8::7]:0");
}

TEST(AddressTest, HostsAreShownAsUrlsShowThem) {
  EXPECT_EQ(host_and_port("example.com", 80), "example.com:80");
  EXPECT_EQ(host_and_port("127.0.0.1", 8081), "127.0.0.1:8081");
  EXPECT_EQ(host_and_port("::1", 8081), "[::1]:8081");
}

TEST(AddressTest, AnIpv4PeerOfADualStackSocketIsShownAsIpv4) {
  EXPECT_EQ(shown("::ffff:192.0.2.7", 50312), "192.0.2.7:50312");
}

}  // namespace
}  // namespace broadcast_hub::net
