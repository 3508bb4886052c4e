#pragma once

#include "session/session.hpp"
#include "wire/request_parser.hpp"

#include <cstddef>
#include <string>

namespace broadcast_hub::session {

/// What only a connection that is not open yet needs.
struct session::handshake_state {
  explicit handshake_state(std::size_t max_header_bytes) : parser(max_header_bytes) {}

  wire::request_parser parser;
  std::string early_bytes;
  bool first_request = true;
};

}  // namespace broadcast_hub::session
