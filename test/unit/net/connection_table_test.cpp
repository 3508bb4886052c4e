#include "net/connection_table.hpp"

#include "net/connection.hpp"
#include "net/shard.hpp"
#include "support/deaf_events.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <memory>
#include <new>
#include <string>

namespace broadcast_hub::net {
namespace {

/// A table with connections whose sockets were never opened.
class ConnectionTableTest : public testing::Test {
 protected:
  connection_id add() {
    const auto make = [this](connection_id id) {
      return std::make_unique<connection>(shard_, tcp_socket(shard_.events_loop().context()),
                                          remote(), id, 0);
    };
    return table_.add(make).id();
  }

  static asio::ip::tcp::endpoint remote() { return {asio::ip::address_v4::loopback(), 50312}; }

  hub_options options_;
  logger log_{log_options{}};
  deaf_events events_;
  topic::registry topics_{options_.topics, 4, 1'000'000, &wire::frame_size};
  std::atomic<std::uint32_t> serials_{0};
  shard shard_{3, {options_, log_, events_, topics_, serials_}};
  connection_table table_{3, serials_};
};

TEST_F(ConnectionTableTest, IdsCountFromOneAndKnowTheirShard) {
  const connection_id first = add();
  const connection_id second = add();
  EXPECT_EQ(first.serial, 1U);
  EXPECT_EQ(second.serial, 2U);
  EXPECT_EQ(first.shard, 3U);
  EXPECT_NE(first.slot, second.slot);
  EXPECT_EQ(table_.size(), 2U);
  EXPECT_EQ(table_.find(first)->id(), first);
  EXPECT_EQ(&table_.at(second.slot), table_.find(second));
}

TEST_F(ConnectionTableTest, ASlotIsUsedAgainUnderAnotherId) {
  const connection_id first = add();
  table_.remove(first);
  EXPECT_EQ(table_.size(), 0U);
  EXPECT_EQ(table_.find(first), nullptr);
  EXPECT_EQ(table_.in_slot(first.slot), nullptr);
  const connection_id second = add();
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_EQ(table_.slots(), 1U);
  EXPECT_NE(second, first);
  EXPECT_EQ(table_.find(first), nullptr);
  EXPECT_NE(table_.find(second), nullptr);
}

TEST_F(ConnectionTableTest, AConnectionThatCannotBeMadeTakesNoSlot) {
  const auto fail = [](connection_id) -> std::unique_ptr<connection> { throw std::bad_alloc(); };
  EXPECT_THROW(table_.add(fail), std::bad_alloc);
  EXPECT_EQ(table_.size(), 0U);
  EXPECT_EQ(add().slot, 0U);
  EXPECT_EQ(table_.slots(), 1U);
}

TEST_F(ConnectionTableTest, AnUnknownSlotIsNobody) {
  connection_id id = add();
  id.slot = 99;
  EXPECT_EQ(table_.find(id), nullptr);
  EXPECT_EQ(table_.path(id), "");
  EXPECT_FALSE(table_.is_open(id));
}

TEST_F(ConnectionTableTest, ZeroNamesNobodyAlsoAfterFourBillion) {
  serials_ = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(add().serial, 1U);
  EXPECT_EQ(table_.find(connection_id{}), nullptr);
  EXPECT_FALSE(table_.is_open(connection_id{}));
}

TEST_F(ConnectionTableTest, NothingIsSaidAboutAConnectionBeforeItIsPublished) {
  const connection_id id = add();
  EXPECT_FALSE(table_.is_open(id));
  EXPECT_EQ(table_.remote_address(id), "");
  EXPECT_EQ(table_.path(id), "");
}

TEST_F(ConnectionTableTest, APublishedConnectionHasAddressPathAndName) {
  add();
  const connection_id id = add();
  table_.publish(id, remote(), "/live", {"alice", "admin"});
  EXPECT_TRUE(table_.is_open(id));
  EXPECT_EQ(table_.remote_address(id), "127.0.0.1:50312");
  EXPECT_EQ(table_.path(id), "/live");
  EXPECT_EQ(table_.who(id).user, "alice");
  EXPECT_EQ(table_.who(id).info, "admin");
}

TEST_F(ConnectionTableTest, AnAnonymousConnectionHasNoName) {
  const connection_id id = add();
  table_.publish(id, remote(), "/", {});
  EXPECT_TRUE(table_.is_open(id));
  EXPECT_EQ(table_.who(id).user, "");
}

TEST_F(ConnectionTableTest, WhatIsKnownGoesWithTheConnection) {
  const connection_id first = add();
  table_.publish(first, remote(), "/live", {"alice", ""});
  table_.remove(first);
  EXPECT_FALSE(table_.is_open(first));
  EXPECT_EQ(table_.remote_address(first), "");
  EXPECT_EQ(table_.who(first).user, "");
  const connection_id second = add();
  EXPECT_FALSE(table_.is_open(second));
  EXPECT_EQ(table_.path(second), "");
  table_.publish(second, remote(), "/news", {});
  EXPECT_FALSE(table_.is_open(first));
  EXPECT_EQ(table_.path(first), "");
  EXPECT_EQ(table_.who(second).user, "");
}

}  // namespace
}  // namespace broadcast_hub::net
