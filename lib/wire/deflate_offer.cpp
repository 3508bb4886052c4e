#include "wire/deflate_offer.hpp"

#include "base/text.hpp"
#include "wire/extensions.hpp"

#include <algorithm>
#include <utility>
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
  return one.name == server_window && one.value && is_window(*one.value);
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

/// What the client lets us use, if it says.
std::string_view window_in(const extension& offer) noexcept {
  for (const extension::parameter& each : offer.parameters) {
    if (each.name == server_window)
      return *each.value;
  }
  return {};
}

}  // namespace

std::optional<deflate_agreement> accept_deflate(std::string_view offers) {
  const auto list = parse_extensions(offers);
  if (!list)
    return std::nullopt;
  std::optional<deflate_agreement> second_best;
  for (const extension& offer : *list) {
    if (offer.name != extension_name || !can_keep(offer))
      continue;
    const std::string_view window = window_in(offer);
    deflate_agreement agreed;
    agreed.answer = join(extension_name, "; server_no_context_takeover; client_no_context_takeover",
                         window.empty() ? "" : join("; ", server_window, "=", window));
    // One encoding serves everybody, so nobody gets a smaller window than the others.
    agreed.limited_window = !window.empty() && window != widest;
    if (!agreed.limited_window)
      return agreed;
    if (!second_best)
      second_best = std::move(agreed);
  }
  return second_best;
}

}  // namespace broadcast_hub::wire
