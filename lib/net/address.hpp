#pragma once

#include "net/asio.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::net {

/// The addresses that `listen_options::address` stands for: two for "localhost", else one.
///
/// Errors: throws `std::invalid_argument` that names the value.
std::vector<asio::ip::address> listen_addresses(const std::string& address);

/// "example.com:8081", "127.0.0.1:8081" or "[::1]:8081".
std::string host_and_port(std::string_view host, std::uint16_t port);

/// The same of an endpoint. An IPv4 peer of a dual-stack socket is shown as IPv4.
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace broadcast_hub::net
