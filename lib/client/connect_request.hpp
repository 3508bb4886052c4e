#pragma once

#include "wire/websocket_url.hpp"

#include <broadcast_hub/client_options.hpp>

namespace broadcast_hub {

/// What one attempt to connect asks for.
struct connect_request {
  wire::websocket_url url;
  client_headers headers;
};

/// Asks the application's functions for what they are to say.
///
/// Errors: throws what they throw; `std::invalid_argument` when what they say is no address, or no
/// header that may be sent.
connect_request make_connect_request(const client_options& options);

/// Errors: throws `std::invalid_argument` that names the option, its value and what is wrong.
/// @{
wire::websocket_url require_url(const char* option, const std::string& url);
void require_headers(const char* option, const client_headers& headers);
/// @}

}  // namespace broadcast_hub
