#include "net/address.hpp"

#include "base/text.hpp"

#include <stdexcept>

namespace broadcast_hub::net {

std::vector<asio::ip::address> listen_addresses(const std::string& address) {
  if (address == "localhost") {
    return {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
  }
  std::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (error) {
    throw std::invalid_argument(
        join("listen_options.address is \"", printable(address),
             "\"; it must be \"localhost\" or a numeric IPv4 or IPv6 address"));
  }
  return {parsed};
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  return is_v6 ? join("[", host, "]:", port) : join(host, ":", port);
}

std::string to_string(const asio::ip::tcp::endpoint& endpoint) {
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return host_and_port(address.to_string(), endpoint.port());
}

}  // namespace broadcast_hub::net
