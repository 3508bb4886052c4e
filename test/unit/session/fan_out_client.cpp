#include "fan_out_client.hpp"

#include "fan_out_publication.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace broadcast_hub::session::test {

std::string text_of(std::span<const iovec> pieces) {
  std::string text;
  for (const iovec& piece : pieces)
    text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  return text;
}

bool client::wants(std::size_t topic) const {
  return std::any_of(subscriptions.begin(), subscriptions.end(),
                     [&](const std::string& each) { return topic::matches(each, topics[topic]); });
}

void client::move_all() {
  for (std::size_t topic = 0; topic < topic_count; ++topic) {
    expected[topic].overtake(reference[topic].newest());
    expected[topic].move_all();
  }
}

std::size_t client::waiting() const {
  std::size_t sum = 0;
  for (const expectation& each : expected)
    sum += each.size();
  return sum;
}

client::frame client::read(std::string_view bytes) const {
  const std::string_view text = text_in(bytes);
  const auto first = static_cast<unsigned char>(bytes[0]);
  frame found;
  if (first == (0x80U | static_cast<unsigned>(wire::opcode::close)))
    return found;
  const std::string_view from = text.substr(0, text.find(':'));
  found.direct = from == "direct";
  found.number = std::strtoull(text.data() + from.size() + 1, nullptr, 10);
  if (!found.direct) {
    const auto topic = std::find(topics.begin(), topics.end(), from);
    EXPECT_NE(topic, topics.end()) << text;
    found.topic = static_cast<std::size_t>(topic - topics.begin());
    EXPECT_EQ(first, first_byte(lane));
  } else {
    EXPECT_EQ(first, first_byte(topic::lane_kind::raw));
  }
  return found;
}

std::uint64_t client::receive(std::string_view bytes, std::size_t sent) {
  if (sent == 0 && tail.empty())
    return 0;
  std::uint64_t publications = 0;
  const std::size_t arrived = tail.size() + sent;
  const std::string all = tail.append(bytes);
  partial.reset();
  std::size_t at = 0;
  while (at < arrived) {
    const std::size_t size = wire::frame_size(all.data() + at);
    const frame one = read(std::string_view(all).substr(at, size));
    if (at + size > arrived) {
      if (one.topic < topic_count)
        partial = one.topic;
      break;
    }
    if (one.direct) {
      EXPECT_EQ(one.number, ++directs_received);
    }
    if (one.topic < topic_count) {
      EXPECT_TRUE(expected[one.topic].take(one.number)) << unexpected(one);
      ++publications;
    }
    at += size;
  }
  tail.assign(all, at, arrived - at);
  return publications;
}

std::string client::unexpected(const frame& one) const {
  const auto& waiting = expected[one.topic].waiting();
  return std::string(topics[one.topic]) + " " + std::to_string(one.number) + " instead of " +
         (waiting.empty() ? "nothing" : std::to_string(waiting.front()));
}

std::uint64_t client::learn_dropped(std::size_t topic, std::uint64_t offered, time_point now) {
  const reference_topic& of = reference[topic];
  expectation& one = expected[topic];
  const std::size_t first = untouchable(topic);
  // Whoever is passed by has been offered what the walk under way has for all.
  const std::uint64_t most = std::max(offered, of.walking);
  const auto nothing = [&](std::uint64_t last) {
    return one.judge(of, lane, first, one.offered(last), now).most == first;
  };
  if (nothing(offered) && (most == offered || nothing(most)))
    return 0;  // if something is gone all the same, what arrives next will not be what it should
  const std::vector<std::uint64_t> left = outstanding(topic);
  const auto in_front = one.waiting().begin() + static_cast<std::ptrdiff_t>(first);
  EXPECT_TRUE(left.size() >= first && std::equal(one.waiting().begin(), in_front, left.begin()));
  const std::uint64_t end = left.size() > first ? left.back() : offered;
  const std::size_t end_place = one.offered(end);
  EXPECT_TRUE(end_place == one.offered(offered) || end_place == one.offered(most)) << topics[topic];
  const std::size_t kept = end_place - (left.size() - first);
  EXPECT_TRUE(std::equal(left.begin() + static_cast<std::ptrdiff_t>(first), left.end(),
                         one.waiting().begin() + static_cast<std::ptrdiff_t>(kept)));
  const expectation::verdict verdict = one.judge(of, lane, first, end_place, now);
  EXPECT_GE(kept, verdict.least) << topics[topic];
  EXPECT_LE(kept, verdict.most) << topics[topic];
  one.drop(first, kept);
  return kept - first;
}

bool client::is_too_slow(std::size_t topic, std::uint64_t offered, time_point now) const {
  const expectation& one = expected[topic];
  const std::size_t first = untouchable(topic);
  const std::size_t end = one.offered(offered);
  return end > first &&
         (one.bytes(reference[topic], lane, first, end) > reference[topic].options.max_lag_bytes ||
          reference[topic].is_too_old(one.waiting()[first], now));
}

bool client::may_be_too_slow(std::size_t topic, time_point now) const {
  const reference_topic& of = reference[topic];
  const expectation& one = expected[topic];
  return !of.loses() && one.size() > 0 &&
         (one.bytes(of, lane, 0, one.size()) > of.options.max_lag_bytes ||
          of.seems_too_old(one.waiting().front(), now));
}

void client::check_complete() const {
  for (std::size_t topic = 0; topic < topic_count; ++topic)
    EXPECT_TRUE(expected[topic].waiting().empty()) << topics[topic];
  EXPECT_TRUE(tail.empty());
  if (!ended) {
    EXPECT_EQ(directs_received, directs);
  }
}

std::vector<std::uint64_t> client::outstanding(std::size_t topic) const {
  std::array<iovec, 256> pieces;
  const std::string bytes = tail + text_of({pieces.data(), out.gather(pieces)});
  std::vector<std::uint64_t> numbers;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = wire::frame_size(bytes.data() + at);
    const frame one = read(std::string_view(bytes).substr(at, size));
    if (one.topic == topic)
      numbers.push_back(one.number);
    at += size;
  }
  return numbers;
}

}  // namespace broadcast_hub::session::test
