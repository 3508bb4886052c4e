#include "order_subscriber.hpp"

#include "order_payload.hpp"
#include "support/descriptor.hpp"
#include "support/frame_header.hpp"
#include "support/system_call.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

using benchmark::checked;

constexpr int patience_ms = 60'000;
constexpr std::size_t largest_read = std::size_t{256} * 1024;

/// Any two different orders of numbers have different results, but for one case in 2^64.
std::uint64_t hashed(std::uint64_t hash, publication_number number) noexcept {
  const std::uint64_t value = std::uint64_t{number.thread} << 32U | number.sequence;
  hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
  return hash ^ hash >> 29U;
}

}  // namespace

order_subscriber::order_subscriber(std::uint16_t port, std::size_t threads, int receive_buffer)
    : socket_(port, "/", {}, receive_buffer), next_(threads) {}

void order_subscriber::read(std::span<char> scratch) {
  const std::size_t kept = unread_.copy(scratch.data(), unread_.size());
  const std::size_t size = kept + socket_.socket().read_some(scratch.subspan(kept));
  std::string_view bytes(scratch.data(), size);
  for (auto header = benchmark::read_frame_header(bytes);
       header && bytes.size() - header->size >= header->payload_size;
       header = benchmark::read_frame_header(bytes)) {
    if (!header->fin || header->mask || header->code != benchmark::opcode::binary)
      throw std::runtime_error("a frame that is no publication, the end of a connection perhaps");
    take(bytes.substr(header->size, header->payload_size));
    bytes.remove_prefix(header->size + header->payload_size);
  }
  unread_ = bytes;
}

void order_subscriber::take(std::string_view payload) {
  const auto number = order_payload::read(payload);
  if (!number || number->thread >= next_.size())
    throw std::runtime_error("a payload that nobody published");
  std::uint32_t& next = next_[number->thread];
  if (number->sequence != next) {
    throw std::runtime_error("publication " + std::to_string(number->sequence) + " of thread " +
                             std::to_string(number->thread) + " where " + std::to_string(next) +
                             " was due");
  }
  ++next;
  ++count_;
  hash_ = hashed(hash_, *number);
}

void read_until_all_have(std::vector<order_subscriber>& subscribers, std::uint64_t publications) {
  const benchmark::descriptor poll(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
  for (order_subscriber& each : subscribers) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &each;
    checked(::epoll_ctl(poll.get(), EPOLL_CTL_ADD, each.descriptor(), &event), "epoll_ctl");
  }
  std::vector<char> scratch(largest_read);
  const auto is_done = [&](const order_subscriber& each) { return each.count() == publications; };
  std::array<epoll_event, 128> events;
  while (!std::all_of(subscribers.begin(), subscribers.end(), is_done)) {
    const int ready =
        checked(::epoll_wait(poll.get(), events.data(), events.size(), patience_ms), "epoll_wait");
    if (ready == 0)
      throw std::runtime_error("nothing has come for a minute, and not everybody has everything");
    for (int i = 0; i < ready; ++i)
      static_cast<order_subscriber*>(events[static_cast<std::size_t>(i)].data.ptr)->read(scratch);
  }
}

}  // namespace broadcast_hub::stress
