#pragma once

#include "support/client_frame.hpp"
#include "support/raw_client.hpp"
#include "support/running_hub.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace broadcast_hub::test {

/// Every test of the hub runs with one shard and with four.
class hub_fixture : public testing::TestWithParam<unsigned> {
 protected:
  hub_options options() const {
    hub_options chosen;
    chosen.shards = GetParam();
    return chosen;
  }
};

inline std::string shard_count_name(const testing::TestParamInfo<unsigned>& info) {
  return std::to_string(info.param) + (info.param == 1 ? "Shard" : "Shards");
}

#define BROADCAST_HUB_ONE_AND_FOUR_SHARDS(suite) \
  INSTANTIATE_TEST_SUITE_P(Hub, suite, testing::Values(1U, 4U), shard_count_name)

}  // namespace broadcast_hub::test
