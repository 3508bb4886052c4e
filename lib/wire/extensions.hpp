#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::wire {

/// One extension that a client offers.
struct extension {
  struct parameter {
    std::string_view name;
    std::optional<std::string> value;  ///< without the quotes, if it had some
  };

  std::string_view name;
  std::vector<parameter> parameters;
};

/// The elements of a `Sec-WebSocket-Extensions` header in their order, pointing into it (RFC 6455,
/// section 9.1). Nothing when it is malformed; an absent header is an empty list.
std::optional<std::vector<extension>> parse_extensions(std::string_view header);

}  // namespace broadcast_hub::wire
