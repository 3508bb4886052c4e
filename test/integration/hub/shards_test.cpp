#include "fixture.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace broadcast_hub::test {
namespace {

using shard_and_thread = std::pair<std::uint16_t, std::thread::id>;

TEST(ShardsTest, ShareTheConnectionsAndRunOnThreadsOfTheirOwn) {
  hub_options four;
  four.shards = 4;
  shared_list<shard_and_thread> opened;
  shared_list<shard_and_thread> received;
  hub hub(four);
  hub.on_open([&](const connection& peer) {
    opened.add({peer.id().shard, std::this_thread::get_id()});
  });
  hub.on_message([&](const connection& peer, const message&) {
    received.add({peer.id().shard, std::this_thread::get_id()});
  });
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back(port);
  for (ws_client& client : clients)
    client.send_text("where am I?");
  ASSERT_TRUE(eventually([&] { return opened.size() == 8 && received.size() == 8; }));

  std::set<std::uint16_t> shards;
  std::set<std::thread::id> threads;
  std::set<shard_and_thread> pairs;
  for (const auto& list : {opened.all(), received.all()}) {
    for (const auto& [shard, thread] : list) {
      shards.insert(shard);
      threads.insert(thread);
      pairs.insert({shard, thread});
    }
  }
  EXPECT_EQ(shards, (std::set<std::uint16_t>{0, 1, 2, 3}));
  EXPECT_EQ(threads.size(), 4U);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
  EXPECT_EQ(pairs.size(), 4U);  // each shard has kept its thread
}

// While a handler of one shard is busy, the others serve their connections.
TEST(ShardsTest, DoNotWaitForEachOther) {
  hub_options two;
  two.shards = 2;
  shared_list<connection> peers;
  std::atomic<bool> busy{false};
  gate end;
  hub hub(two);
  hub.on_open([&](const connection& peer) { peers.add(peer); });
  hub.on_message([&](const connection& peer, const message& received) {
    if (received.payload == "be busy") {
      busy = true;
      end.wait();
    }
    peer.send("done");
  });
  listen_options one_door;
  one_door.address = "127.0.0.1";
  const auto port = hub.listen(one_door);
  const gate_opener in_any_case(end);
  hub.start();
  ws_client first(port);
  ASSERT_TRUE(eventually([&] { return peers.size() == 1; }));
  ws_client second(port);
  ASSERT_TRUE(eventually([&] { return peers.size() == 2; }));
  ASSERT_NE(peers.all()[0].id().shard, peers.all()[1].id().shard);
  first.send_text("be busy");
  ASSERT_TRUE(eventually([&] { return busy.load(); }));
  second.send_text("and you?");
  EXPECT_EQ(second.read_text(), "done");
  end.open();
  EXPECT_EQ(first.read_text(), "done");
}

}  // namespace
}  // namespace broadcast_hub::test
