#include "load_generator/handshake.hpp"

#include <algorithm>

namespace broadcast_hub::benchmark {
namespace {

// The key and the answer of RFC 6455, section 1.3: one key for all saves hashing here, and the
// server has to hash all the same.
constexpr std::string_view request_start =
    "GET / HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";
constexpr std::string_view deflate_offer =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
constexpr std::string_view envelope_offer = "Sec-WebSocket-Protocol: bhub.v1\r\n";
constexpr std::string_view accept_value = ": s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Cuts off and returns what stands before the first semicolon.
std::string_view take_part(std::string_view& list) {
  const std::size_t end = std::min(list.find(';'), list.size());
  const std::string_view part = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return part;
}

// The value of a field such as "\r\nsec-websocket-extensions:"; `head` is in lower case.
std::string_view find_field(std::string_view head, std::string_view name) {
  const std::size_t found = head.find(name);
  if (found == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = head.substr(found + name.size());
  return trimmed(rest.substr(0, rest.find('\r')));
}

// RFC 7692, section 7.1.
void read_extensions(std::string_view value, handshake_answer& answer) {
  if (take_part(value) != "permessage-deflate") {
    answer.fault = "got an extension that was not offered";
    return;
  }
  answer.deflate = true;
  while (!value.empty()) {
    const std::string_view parameter = take_part(value);
    const std::string_view name = trimmed(parameter.substr(0, parameter.find('=')));
    if (name == "server_no_context_takeover") {
      answer.server_context_takeover = false;
    } else if (name != "client_no_context_takeover" && name != "client_max_window_bits" &&
               name != "server_max_window_bits") {
      answer.fault = "got a parameter that permessage-deflate does not have";
    }
  }
}

void read_agreement(const std::string& head, client_kind kind, handshake_answer& answer) {
  const auto extensions = find_field(head, "\r\nsec-websocket-extensions:");
  const auto subprotocol = find_field(head, "\r\nsec-websocket-protocol:");
  const bool deflate_offered = kind == client_kind::deflating;
  if (!extensions.empty()) {
    read_extensions(extensions, answer);
  }
  if (answer.fault.empty() && answer.deflate != deflate_offered) {
    answer.fault = deflate_offered ? "was not granted permessage-deflate"
                                   : "was given permessage-deflate without asking";
  }
  if (answer.fault.empty() && subprotocol != (kind == client_kind::envelope ? "bhub.v1" : "")) {
    answer.fault = kind == client_kind::envelope ? "was not granted bhub.v1"
                                                 : "was given a subprotocol without asking";
  }
}

}  // namespace

std::string handshake_request(client_kind kind) {
  std::string request(request_start);
  if (kind == client_kind::deflating) {
    request += deflate_offer;
  } else if (kind == client_kind::envelope) {
    request += envelope_offer;
  }
  return request + "\r\n";
}

handshake_answer read_handshake(std::string_view bytes, client_kind kind) {
  constexpr std::string_view head_end = "\r\n\r\n";
  const std::size_t end = bytes.find(head_end);
  if (end == std::string_view::npos) {
    return {};
  }
  const std::string_view head = bytes.substr(0, end + head_end.size());
  handshake_answer answer;
  answer.size = head.size();
  if (!head.starts_with("HTTP/1.1 101 ")) {
    answer.fault =
        "was refused: " + std::string(head.substr(0, std::min<std::size_t>(head.find('\r'), 60)));
  } else if (head.find(accept_value) == std::string_view::npos) {
    answer.fault = "got a 101 without the right Sec-WebSocket-Accept";
  } else {
    read_agreement(lower_case(head), kind, answer);
  }
  return answer;
}

}  // namespace broadcast_hub::benchmark
