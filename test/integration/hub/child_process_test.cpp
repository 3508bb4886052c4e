// An application may start programs; what a hub has open is none of their business.
#include "support/child_process.hpp"

#include "fixture.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

/// With all that has descriptors: signals, loops, two listeners, clients and files.
class ChildProcessTest : public hub_fixture {
 protected:
  ChildProcessTest() {
    folder_.write("page.html", "a page");
    listen_options files;
    files.web_root = folder_.path();
    hub_.emplace(options());
    port_ = hub_->listen(0);
    files_port_ = hub_->listen(files);
    hub_->on_message([](const connection& peer, const message&) { peer.close(); });
    runner_ = std::thread([this] { hub_->run(); });
  }
  ~ChildProcessTest() override { end_hub(); }

  void end_hub() {
    if (!hub_)
      return;
    hub_->stop();
    runner_.join();
    hub_.reset();
  }

  const descriptor_map before_ = open_descriptors();
  temporary_folder folder_;
  std::optional<hub> hub_;
  std::uint16_t port_ = 0;
  std::uint16_t files_port_ = 0;
  std::thread runner_;
};

TEST_P(ChildProcessTest, GetsNoDescriptorOfTheHub) {
  std::vector<ws_client> clients;
  for (int i = 0; i < 9; ++i)
    clients.emplace_back(i % 2 == 0 ? port_ : files_port_);
  raw_client page(files_port_);
  page.send("GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(page.read_until("a page").find("200"), std::string::npos);
  // Both ends of ten connections and four acceptors; what loops wait with.
  const int shards = static_cast<int>(GetParam());
  expect_close_on_exec(added(open_descriptors(), before_), {{"socket:", 24},
                                                            {"anon_inode:[eventpoll]", shards},
                                                            {"anon_inode:[eventfd]", shards},
                                                            {"anon_inode:[timerfd]", shards},
                                                            {"/dev/null", 1}});
  EXPECT_THAT(added(child().descriptors(), before_), testing::IsEmpty());
}

TEST_P(ChildProcessTest, KeepsNoConnectionOpenAndNoPortTaken) {
  ws_client client(port_);
  const child program;
  client.send_text("close");
  EXPECT_EQ(client.read_close(), 1000U);
  client.send_close(1000);
  client.socket().read_to_end();
  ws_client left_alone(port_);
  const child later;
  end_hub();
  hub next(options());
  EXPECT_EQ(next.listen(port_), port_);
  EXPECT_TRUE(program.lives() && later.lives());
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(ChildProcessTest);

}  // namespace
}  // namespace broadcast_hub::test
