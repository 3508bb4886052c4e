#pragma once

#include "support/topic_shard.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic::test {

/// Some subscribers of one shard, whose sockets take as much as they are told to.
class reader_fixture : public testing::Test {
 protected:
  using verdict = reader::verdict;
  using visit = reader::visit;

  reader_fixture() {
    for (std::uint32_t slot = 0; slot < people_.size(); ++slot)
      people_[slot].slot = slot;
  }
  ~reader_fixture() override {
    for (subscriber& each : people_)
      topics().leave(each);
  }

  /// Made at the first use, so that a test may change its options before.
  broadcast_hub::test::topic_shard& shard() {
    if (!shard_)
      shard_ = std::make_unique<broadcast_hub::test::topic_shard>(&unit_size_of, options_,
                                                                  max_backlog_bytes_);
    return *shard_;
  }
  reader& topics() { return shard().reader; }
  subscriber& person(std::size_t index) { return people_[index]; }

  void subscribe(std::size_t who, std::string_view name) {
    ASSERT_FALSE(topics().subscribe(person(who), name));
  }
  topic::append_result publish(std::string_view name, std::string_view text) {
    return shard().publish(name, unit_of(text));
  }
  std::size_t subscribers(std::string_view name) {
    return shard().registry.find(name)->subscribers();
  }

  /// A whole walk in which everybody takes up to `limit` bytes.
  void walk(std::size_t limit = static_cast<std::size_t>(-1)) {
    shard().walk([&](const visit& next) {
      visited_.push_back(next.slot);
      topics().offer_walk(person(next.slot));
      take(next.slot, limit);
    });
  }

  /// It takes up to `limit` bytes of what was offered.
  void take(std::size_t who, std::size_t limit = static_cast<std::size_t>(-1)) {
    subscriber& one = person(who);
    const std::string bytes = unsent(one).substr(0, limit);
    received_[who] += bytes;
    if (!bytes.empty())
      topics().count().delivered.add(one.advance(bytes.size()));
    if (unsent(one).empty()) {
      topics().settle(one);
    } else {
      one.note_lag();
    }
  }

  /// What it has got, text by text; forgets it.
  std::vector<std::string> received(std::size_t who) {
    return texts_of(std::exchange(received_[who], {}));
  }

  topics_options options_;
  std::size_t max_backlog_bytes_ = broadcast_hub::test::topic_shard::ample;
  std::unique_ptr<broadcast_hub::test::topic_shard> shard_;
  std::array<subscriber, 8> people_;
  std::array<std::string, 8> received_;
  std::vector<std::uint32_t> visited_;
};

}  // namespace broadcast_hub::topic::test
