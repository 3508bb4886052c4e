#pragma once

#include "support/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// A connection to 127.0.0.1, without delay, that ends with a reset.
///
/// Errors: throws `std::system_error`.
descriptor connect_to(std::uint16_t port);

/// Errors: throws `server_fault` that begins with the client's number.
[[noreturn]] void blame_server(std::size_t client, const std::string& what);

/// Reads once, without waiting. Returns the number of bytes; 0: there is nothing yet.
///
/// Errors: as `blame_server`, also when the connection has ended.
std::size_t receive(int socket, std::span<char> room, std::size_t client);

/// Sends as much as the system takes and removes it from `unsent`; false when some is left.
///
/// Errors: as `blame_server`.
bool send_queued(int socket, std::string& unsent, std::size_t client);

/// For a client that has sent something since it connected, and will only read from now on.
///
/// The kernel delays the acknowledgements of such a one, so that they may go with what it sends. On
/// one machine it then makes every second one within the server's send, and charges the server.
///
/// Errors: throws `std::system_error`.
void acknowledge_at_once(int socket);

/// The beginning of a text, for messages.
std::string quoted(std::string_view text);

}  // namespace broadcast_hub::benchmark
