#pragma once

#include "fan_out_client.hpp"
#include "fan_out_reference.hpp"
#include "support/topic_shard.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <set>

namespace broadcast_hub::session::test {

/// What happened in all worlds together.
struct happenings {
  std::uint64_t dropped_oldest = 0;
  std::uint64_t dropped_superseded = 0;
  std::uint64_t dropped_at_end = 0;
  std::uint64_t disconnected = 0;
};

/// Some clients of one shard under random load, beside a reference that says at each step what
/// they should receive.
class world {
 public:
  explicit world(unsigned seed);
  void run(int steps);

  void add_to(happenings& all) const {
    const topic::tally& count = shard_.reader.count();
    all.dropped_oldest += count.dropped_oldest.value();
    all.dropped_superseded += count.dropped_superseded.value();
    all.dropped_at_end += count.dropped_at_end.value();
    all.disconnected += disconnected_;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  client& any() { return *clients_[below(clients_.size())]; }

  void open(std::uint32_t slot);
  void act();
  void publish(std::size_t topic);
  void subscribe(client& who);
  void unsubscribe(client& who);

  /// Something ends: of each topic only the first ones are left, as many as `kept(topic)`.
  template <typename Act, typename Kept>
  void lose(client& who, Act act, Kept kept);
  std::uint64_t offered_to(const client& who, std::size_t topic) const;
  void walk(std::size_t slice);
  void learn_topics();
  void visit(client& who, const topic::reader::visit& next);
  void become_writable(client& who);
  void patrol();
  void enforce(client& who, bool on_patrol = false);
  void disconnect(client& who);
  void flush(client& who);
  void direct(client& who);
  void leave();

  /// The client reads everything and leaves: nothing is missing but what policies have dropped.
  void end(client& who);

  /// Whatever was published is somewhere.
  void check_accounts();
  std::uint64_t accounted() const;
  void check_end();

  std::mt19937 random_;
  const std::size_t patience_;  // of a hundred chances to write, so many come
  broadcast_hub::test::topic_shard shard_;
  reference_topics reference_;
  std::array<std::unique_ptr<client>, 6> clients_;
  std::set<std::size_t> known_;
  std::uint64_t walks_ = 0;
  std::uint64_t pairs_ = 0;     // of a publication and a subscriber
  std::uint64_t reported_ = 0;  // the same as publishers were told: some more, where topics are new
  std::uint64_t lost_ = 0;      // of `pairs_`, because somebody left
  std::uint64_t delivered_ = 0;
  std::uint64_t disconnected_ = 0;
};

}  // namespace broadcast_hub::session::test
