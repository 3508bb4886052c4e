#pragma once

// Only sources of this room may include this file: nothing of websocketpp shows outside of it.

#include "base/random.hpp"
#include "wire/websocketpp_config.hpp"

#include <cstdint>
#include <memory>

namespace broadcast_hub::wire {

/// Where `hybi13` gets masks and keys from.
class websocketpp_random {
 public:
  explicit websocketpp_random(const random_source& source) noexcept : source_(source) {}
  std::uint32_t operator()() const { return source_(); }

 private:
  const random_source& source_;
};

struct websocketpp_client_config : websocketpp_config {
  using rng_type = websocketpp_random;
};

/// A processor in the role of a client, for handshakes and for what is sent; those keep no state in
/// it.
///
/// Lifetime: `source` outlives it.
class websocketpp_client_processor {
 public:
  explicit websocketpp_client_processor(const random_source& source) : random_(source) {}
  websocketpp::processor::hybi13<websocketpp_client_config>* operator->() noexcept {
    return &processor_;
  }

 private:
  websocketpp_random random_;
  websocketpp::processor::hybi13<websocketpp_client_config> processor_{false, false, nullptr,
                                                                       random_};
};

}  // namespace broadcast_hub::wire
