#include <broadcast_hub/events.hpp>
#include <gtest/gtest.h>

namespace broadcast_hub {
namespace {

TEST(EventsTest, AHeaderIsFoundWithoutRegardToCase) {
  upgrade_request request;
  request.headers = {{"Host", "example"}, {"X-Token", "secret"}};
  EXPECT_EQ(request.header("x-tOKEN"), "secret");
  EXPECT_EQ(request.header("Host"), "example");
  EXPECT_EQ(request.header("Hos"), "");
  EXPECT_EQ(request.header(""), "");
}

TEST(EventsTest, AcceptingIsStatus101) {
  const upgrade_reply reply = upgrade_reply::accept("alice", "admin");
  EXPECT_EQ(reply.status, 101);
  EXPECT_EQ(reply.user, "alice");
  EXPECT_EQ(reply.info, "admin");
  EXPECT_EQ(reply.subprotocol, "");
  EXPECT_EQ(upgrade_reply::accept().user, "");
}

TEST(EventsTest, RefusingHasAStatusAndWords) {
  const upgrade_reply reply = upgrade_reply::refuse(401, "Who are you?");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.body, "Who are you?");
}

TEST(EventsTest, AConnectionThatJustEndsIs1006AndNotClean) {
  const close_event event;
  EXPECT_EQ(event.code, close_code::abnormal);
  EXPECT_EQ(event.reason, "");
  EXPECT_FALSE(event.clean);
}

}  // namespace
}  // namespace broadcast_hub
