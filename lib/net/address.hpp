#pragma once

#include "net/asio.hpp"

#include <string>
#include <vector>

namespace broadcast_hub::net {

/// The addresses that `listen_options::address` stands for: two for "localhost", else one.
///
/// Errors: throws `std::invalid_argument` that names the value.
std::vector<asio::ip::address> listen_addresses(const std::string& address);

/// "127.0.0.1:8081" or "[::1]:8081". An IPv4 peer of a dual-stack socket is shown as IPv4.
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace broadcast_hub::net
