#include "base/text.hpp"
#include "wire/websocket_url.hpp"

#include <broadcast_hub/client.hpp>

#include <stdexcept>

namespace broadcast_hub {
namespace {

constexpr std::size_t client_kib = 1024;
constexpr std::size_t client_gib = client_kib * client_kib * client_kib;

void check_client_range(std::string_view member, std::uint64_t value, std::uint64_t least,
                        std::uint64_t most) {
  if (value >= least && value <= most)
    return;
  throw std::invalid_argument(
      join("client_options.", member, " is ", value, "; it must be from ", least, " to ", most));
}

void check_client_time(std::string_view member, std::chrono::milliseconds value,
                       std::chrono::milliseconds most = std::chrono::hours(24)) {
  if (value.count() >= 1 && value <= most)
    return;
  throw std::invalid_argument(join("client_options.", member, " is ", value.count(),
                                   " ms; it must be from 1 ms to ", most.count(), " ms"));
}

}  // namespace

void validate(const client_options& options) {
  wire::websocket_url url;
  const std::string wrong = wire::read_websocket_url(options.url, url);
  if (!wrong.empty()) {
    throw std::invalid_argument(
        join("client_options.url is \"", printable(options.url), "\"; ", wrong));
  }
  check_client_time("retry_max", options.retry_max);
  check_client_time("retry_min", options.retry_min, options.retry_max);
  check_client_time("connect_timeout", options.connect_timeout);
  check_client_range("max_message_bytes", options.max_message_bytes, client_kib, client_gib);
  check_client_range("max_buffered_publishes", options.max_buffered_publishes, 1, 1'000'000);
  check_client_range("max_queued_bytes", options.max_queued_bytes, client_kib, client_gib);
}

}  // namespace broadcast_hub
