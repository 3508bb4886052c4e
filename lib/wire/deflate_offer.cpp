#include "wire/deflate_offer.hpp"

#include "base/text.hpp"
#include "wire/extensions.hpp"

#include <algorithm>
#include <vector>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr std::string_view server_window = "server_max_window_bits";
constexpr std::string_view client_window = "client_max_window_bits";
constexpr std::string_view widest = "15";

/// RFC 7692, section 7.1.2: 8 to 15, without leading zeros.
bool is_window(std::string_view value) noexcept {
  const bool one_digit = value == "8" || value == "9";
  const bool two_digits =
      value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5';
  return one_digit || two_digits;
}

bool can_keep(const extension::parameter& one) noexcept {
  if (one.name == "server_no_context_takeover" || one.name == "client_no_context_takeover")
    return !one.value;
  if (one.name == client_window)
    return !one.value || is_window(*one.value);
  // One encoding serves everybody, so nobody gets a smaller window than the others.
  return one.name == server_window && one.value == widest;
}

auto count(const extension& offer, std::string_view name) noexcept {
  return std::count_if(offer.parameters.begin(), offer.parameters.end(),
                       [name](const extension::parameter& each) { return each.name == name; });
}

bool can_keep(const extension& offer) noexcept {
  return std::all_of(offer.parameters.begin(), offer.parameters.end(),
                     [&](const extension::parameter& each) {
                       return can_keep(each) && count(offer, each.name) == 1;
                     });
}

}  // namespace

std::optional<std::string> accept_deflate(std::string_view offers) {
  const auto list = parse_extensions(offers);
  if (!list)
    return std::nullopt;
  for (const extension& offer : *list) {
    if (offer.name != extension_name || !can_keep(offer))
      continue;
    const bool asks_for_window = count(offer, server_window) == 1;
    return join(extension_name, "; server_no_context_takeover; client_no_context_takeover",
                asks_for_window ? join("; ", server_window, "=", widest) : std::string());
  }
  return std::nullopt;
}

}  // namespace broadcast_hub::wire
