#include "base/option_range.hpp"
#include "client/connect_request.hpp"

#include <broadcast_hub/client_options.hpp>

#include <cstddef>

namespace broadcast_hub {
namespace {

constexpr std::size_t least_bytes = 1024;
constexpr std::size_t most_bytes = std::size_t{1} << 30U;
constexpr std::chrono::milliseconds least_time{1};
constexpr std::chrono::hours most_time{24};

}  // namespace

void validate(const client_options& options) {
  if (!options.make_url)
    require_url("client_options.url", options.url);
  require_headers("client_options.headers", options.headers);
  require_range("client_options.retry_max", options.retry_max, least_time, most_time);
  require_range("client_options.retry_min", options.retry_min, least_time, options.retry_max);
  require_range("client_options.connect_timeout", options.connect_timeout, least_time, most_time);
  require_range("client_options.close_timeout", options.close_timeout, std::chrono::milliseconds(0),
                most_time);
  require_range("client_options.max_message_bytes", options.max_message_bytes, least_bytes,
                most_bytes);
  require_range("client_options.max_waiting_commands", options.max_waiting_commands, 1, 1'000'000);
  require_range("client_options.max_queued_bytes", options.max_queued_bytes, least_bytes,
                most_bytes);
}

}  // namespace broadcast_hub
