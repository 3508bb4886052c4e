// An application may start programs; what a client has open is none of their business.
#include "support/child_process.hpp"

#include "fixture.hpp"
#include "support/raw_client.hpp"
#include "support/running_hub.hpp"

#include <gmock/gmock.h>

#include <string>

namespace broadcast_hub::test {
namespace {

/// Beside a hub that lets everybody in but keeps those with the query "wait" waiting.
class ClientChildProcessTest : public client_fixture {
 protected:
  ClientChildProcessTest() {
    start_hub(quick_options(), [this] {
      hub_->on_upgrade([this](const upgrade_request& request, const upgrade_responder& responder) {
        if (request.query == "wait")
          waiting_.add(responder);
        else
          responder.reply(upgrade_reply::accept());
      });
    });
  }
  ~ClientChildProcessTest() override { stop_hub(); }

  shared_list<upgrade_responder> waiting_;
};

TEST_F(ClientChildProcessTest, GetsNoDescriptorOfAClient) {
  const descriptor_map before = open_descriptors();
  const auto connected = make_client();
  connected->start();
  states.wait_for("open");
  client_options later = options();
  later.url += "?wait";
  const auto connecting = make_client(later);
  connecting->start();
  ASSERT_TRUE(eventually([&] { return waiting_.size() == 1; }));

  // Both ends of two connections; what two loops wait with.
  expect_close_on_exec(added(open_descriptors(), before), {{"socket:", 4},
                                                           {"anon_inode:[eventpoll]", 2},
                                                           {"anon_inode:[eventfd]", 2},
                                                           {"anon_inode:[timerfd]", 2}});
  const child program;
  EXPECT_THAT(added(program.descriptors(), before), testing::IsEmpty());
  EXPECT_TRUE(program.lives());
  EXPECT_EQ(connected->state(), client_state::open);
}

}  // namespace
}  // namespace broadcast_hub::test
