#include "base/base64.hpp"
#include "protocol/json.hpp"
#include "protocol/server_frame.hpp"

#include <algorithm>
#include <charconv>

namespace broadcast_hub::protocol {
namespace {

std::string_view without_front(std::string_view text, std::size_t count) noexcept {
  return text.substr(std::min(count, text.size()));
}

/// The string that begins the text, quotation marks included, as it stands there.
std::string_view leading_string(std::string_view text) noexcept {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"')
    at += text[at] == '\\' ? 2 : 1;
  return text.substr(0, at + 1);
}

/// `text` is what `write_content` wrote.
content read_content(std::string_view text) {
  constexpr std::size_t brace = 1;
  const auto between = [text](std::string_view before, std::size_t after) {
    const std::string_view value = without_front(text, before.size());
    return value.substr(0, value.size() - std::min(after, value.size()));
  };
  if (text.starts_with(json_member))
    return {message_kind::text, std::string(between(json_member, brace))};
  if (text.starts_with(text_member)) {
    std::string held;
    return {message_kind::text,
            std::string(unquote(between(text_member, brace), held).value_or(std::string_view()))};
  }
  const std::string_view base64 = between(binary_member, brace + 1);
  return {message_kind::binary, decode_base64(base64).value_or(std::string())};
}

}  // namespace

std::string write_publication_start(std::string_view topic) {
  std::string out = R"({"t":)";
  append_json_string(out, topic);
  return out + R"(,"o":)";
}

publication read_publication(std::string_view text) {
  publication read;
  text = without_front(text, std::string_view(R"({"t":)").size());
  text = without_front(text, leading_string(text).size());
  text = without_front(text, std::string_view(R"(,"o":)").size());
  const char* const end = text.data() + text.size();
  const char* const behind_offset = std::from_chars(text.data(), end, read.offset).ptr;
  text = without_front(text, static_cast<std::size_t>(behind_offset - text.data()));
  read.data = read_content(text);
  return read;
}

}  // namespace broadcast_hub::protocol
