#include "protocol/content.hpp"

#include "base/base64.hpp"
#include "protocol/json.hpp"

namespace broadcast_hub::protocol {

content_text write_content(message_kind kind, std::string_view payload, std::string& held) {
  if (kind == message_kind::text && is_json(payload))
    return {json_member, payload, "}"};
  held.clear();
  if (kind == message_kind::text) {
    held.reserve(payload.size() + 2);
    append_json_string(held, payload);
    return {text_member, held, "}"};
  }
  held = encode_base64(payload);
  return {binary_member, held, R"("})"};
}

}  // namespace broadcast_hub::protocol
