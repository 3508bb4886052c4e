#pragma once

#include "protocol/command.hpp"
#include "protocol/json.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace broadcast_hub::protocol {

/// A member that a command knows, and its value when an object has it.
struct known_member {
  std::string_view name;
  const json_document::value* given = nullptr;
};

struct integer_range {
  std::uint64_t least;
  std::uint64_t most;
};

/// The largest integer up to which a `double`, and so a browser, has them all.
inline constexpr std::uint64_t max_integer = std::uint64_t{1} << 53U;

/// Reads values as what they must be: writes to `to` and returns true, or returns false and keeps
/// the reason, which names the member, its value and what it must be. A member that is not there
/// leaves `to` as it is.
class value_reader {
 public:
  using value = json_document::value;

  explicit value_reader(const json_document& document) noexcept : document_(document) {}

  /// What members are in from now on, for reasons: `outer`, or `inner` in it. The texts must live
  /// as long as reasons are made.
  void set_path(std::string_view outer, std::string_view inner = {}) noexcept {
    outer_ = outer;
    inner_ = inner;
  }

  /// Finds `wanted` in an object, each at most once.
  bool find(const value& object, std::initializer_list<known_member*> wanted);

  template <std::unsigned_integral Number>
  bool read_integer(const known_member& from, integer_range allowed, Number& to) {
    const std::optional<std::uint64_t> number = integer(from, allowed);
    if (number)
      to = static_cast<Number>(*number);
    return number || from.given == nullptr;
  }

  bool read_boolean(const known_member& from, bool& to);
  bool read_string(const known_member& from, std::string& to);
  bool read_bytes(const known_member& from, std::string& to);

  /// A string with something in it.
  ///
  /// Requires: the member is there.
  bool read_topic(const known_member& from, std::string& to);

  /// Both or neither.
  bool read_position(const known_member& epoch, const known_member& offset,
                     std::optional<position>& to);

  /// Always false, so that readers end with it.
  bool refuse(const known_member& what, std::string_view must_be);
  bool refuse(std::string reason, error_code code = error_code::malformed);

  /// The name of a member with what it is in, for example `sub.news.o`.
  std::string path_of(std::string_view name) const;

  command_fault fault(std::uint64_t id) const { return {id, code_, reason_}; }

 private:
  std::optional<std::uint64_t> integer(const known_member& from, integer_range allowed);

  const json_document& document_;
  std::string_view outer_;
  std::string_view inner_;
  std::string held_;
  std::string reason_;
  error_code code_ = error_code::malformed;
};

/// The integer that a value is when it is one, written without fraction and exponent.
///
/// Requires: `allowed.most` is less than `json_document::no_integer`.
std::optional<std::uint64_t> integer_in(const json_document::value& given,
                                        integer_range allowed) noexcept;

}  // namespace broadcast_hub::protocol
