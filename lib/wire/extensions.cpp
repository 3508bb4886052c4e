#include "wire/extensions.hpp"

#include "wire/http_text.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::wire {
namespace {

/// Reads a header from left to right; blanks between its parts do not matter.
class header_reader {
 public:
  explicit header_reader(std::string_view text) : rest_(text) { skip_blanks(); }

  bool at_end() const noexcept { return rest_.empty(); }
  bool at(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }

  bool take(char c) noexcept {
    if (!at(c))
      return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  /// Nothing when no token stands here.
  std::optional<std::string_view> take_token() noexcept {
    const std::string_view token = rest_.substr(0, rest_.find_first_of(" \t,;=\""));
    if (!is_token(token))
      return std::nullopt;
    rest_.remove_prefix(token.size());
    skip_blanks();
    return token;
  }

  /// What stands in quotes must be a token once they are gone (RFC 6455, section 9.1).
  std::optional<std::string> take_quoted() {
    rest_.remove_prefix(1);
    std::string value;
    while (!rest_.empty() && !at('"')) {
      if (at('\\'))
        rest_.remove_prefix(1);
      if (rest_.empty())
        return std::nullopt;
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!take('"') || !is_token(value))
      return std::nullopt;
    return value;
  }

 private:
  void skip_blanks() noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }

  std::string_view rest_;
};

std::optional<std::string> read_value(header_reader& reader) {
  if (reader.at('"'))
    return reader.take_quoted();
  if (const auto token = reader.take_token())
    return std::string(*token);
  return std::nullopt;
}

std::optional<extension::parameter> read_parameter(header_reader& reader) {
  const auto name = reader.take_token();
  if (!name)
    return std::nullopt;
  extension::parameter read{*name, std::nullopt};
  if (!reader.take('='))
    return read;
  read.value = read_value(reader);
  return read.value ? std::optional(std::move(read)) : std::nullopt;
}

std::optional<extension> read_extension(header_reader& reader) {
  const auto name = reader.take_token();
  if (!name)
    return std::nullopt;
  extension read{*name, {}};
  while (reader.take(';')) {
    auto parameter = read_parameter(reader);
    if (!parameter)
      return std::nullopt;
    read.parameters.push_back(std::move(*parameter));
  }
  return read;
}

}  // namespace

std::optional<std::vector<extension>> parse_extensions(std::string_view header) {
  std::vector<extension> list;
  header_reader reader(header);
  while (!reader.at_end()) {
    if (reader.take(','))
      continue;  // empty elements are to be borne (RFC 9110, section 5.6.1)
    auto element = read_extension(reader);
    if (!element || !(reader.at_end() || reader.at(',')))
      return std::nullopt;
    list.push_back(std::move(*element));
  }
  return list;
}

}  // namespace broadcast_hub::wire
