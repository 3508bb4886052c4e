#include "protocol/value_reader.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace broadcast_hub::protocol {
namespace {

/// How much of a peer's text a reason shows.
constexpr std::size_t max_shown = 40;

using kind = json_document::kind;

bool is(kind what, const known_member& member) noexcept {
  return member.given->what == what;
}

}  // namespace

std::optional<std::uint64_t> integer_in(const json_document::value& given,
                                        integer_range allowed) noexcept {
  if (given.integer < allowed.least || given.integer > allowed.most)
    return std::nullopt;
  return given.integer;
}

bool value_reader::find(const value& object, std::initializer_list<known_member*> wanted) {
  return document_.each_member(object, [&](const value& key, const value& given) {
    const std::string_view name = document_.text_of(key);
    const auto known = std::find_if(wanted.begin(), wanted.end(),
                                    [name](const known_member* one) { return one->name == name; });
    if (known == wanted.end())
      return true;
    if ((*known)->given != nullptr)
      return refuse(path_of(name) + " is there twice");
    (*known)->given = &given;
    return true;
  });
}

std::optional<std::uint64_t> value_reader::integer(const known_member& from,
                                                   integer_range allowed) {
  if (from.given == nullptr)
    return std::nullopt;
  const auto number = integer_in(*from.given, allowed);
  if (!number)
    refuse(from, join("an integer from ", allowed.least, " to ", allowed.most));
  return number;
}

bool value_reader::read_boolean(const known_member& from, bool& to) {
  if (from.given == nullptr)
    return true;
  if (!is(kind::boolean, from))
    return refuse(from, "true or false");
  to = document_.source(*from.given) == "true";
  return true;
}

bool value_reader::read_string(const known_member& from, std::string& to) {
  if (from.given == nullptr)
    return true;
  if (!is(kind::string, from))
    return refuse(from, "a string");
  const auto text = unquote(document_.source(*from.given), held_);
  if (!text)
    return refuse(from, "text without half of a surrogate pair");
  to = *text;
  return true;
}

bool value_reader::read_bytes(const known_member& from, std::string& to) {
  if (from.given == nullptr)
    return true;
  const auto text = unquote(document_.source(*from.given), held_);
  auto bytes = text ? decode_base64(*text) : std::nullopt;
  if (!bytes)
    return refuse(from, "a string in base64 with padding");
  to = std::move(*bytes);
  return true;
}

bool value_reader::read_topic(const known_member& from, std::string& to) {
  if (!is(kind::string, from) || from.given->has_half || document_.text_of(*from.given).empty())
    return refuse(from, "the name of a topic");
  to = document_.text_of(*from.given);
  return true;
}

bool value_reader::read_position(const known_member& epoch, const known_member& offset,
                                 std::optional<position>& to) {
  if (epoch.given == nullptr && offset.given == nullptr)
    return true;
  if (epoch.given == nullptr || offset.given == nullptr) {
    const auto& [there, missing] =
        epoch.given != nullptr ? std::pair(epoch, offset) : std::pair(offset, epoch);
    return refuse(
        join(path_of(there.name), " is there without ", missing.name, "; both or neither must be"));
  }
  const auto read_epoch =
      is(kind::string, epoch) ? parse_epoch(document_.text_of(*epoch.given)) : std::nullopt;
  if (!read_epoch)
    return refuse(epoch, "an epoch as the server sent it");
  position read{*read_epoch, 0};
  if (!read_integer(offset, {0, max_integer}, read.offset))
    return false;
  to = read;
  return true;
}

bool value_reader::refuse(const known_member& what, std::string_view must_be) {
  return refuse(join(path_of(what.name), " is ",
                     printable(document_.source(*what.given), max_shown), "; it must be ",
                     must_be));
}

bool value_reader::refuse(std::string reason, error_code code) {
  reason_ = std::move(reason);
  code_ = code;
  return false;
}

std::string value_reader::path_of(std::string_view name) const {
  std::string path;
  for (const std::string_view part : {outer_, inner_}) {
    if (!part.empty())
      path += printable(part, max_shown) + ".";
  }
  return path + printable(name, max_shown);
}

}  // namespace broadcast_hub::protocol
