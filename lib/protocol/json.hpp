#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::protocol {

/// One JSON text as a list of its values in the order of the text. It builds no tree: a value with
/// others inside says where they end, so that it is passed by in one step.
///
/// Thread safety: none; it keeps its memory for the next text.
class json_document {
 public:
  static constexpr std::size_t max_depth = 32;
  static constexpr std::size_t max_values = 10'000;  ///< names of members do not count

  /// A member whose value is a payload: JSON that is passed on as it is. It is listed as one value,
  /// and inside it no limit holds.
  struct payload_member {
    std::string_view name;
    std::size_t depth;  ///< so many objects and arrays are around it, the outermost one included

    // NOLINTNEXTLINE(google-explicit-constructor): most are a name only
    constexpr payload_member(const char* of_name, std::size_t of_depth = 1) noexcept
        : name(of_name), depth(of_depth) {}
  };

  json_document() = default;
  explicit json_document(std::initializer_list<payload_member> payloads,
                         std::size_t most_values = max_values)
      : payloads_(payloads), most_values_(most_values) {}

  /// Of numbers with a sign, a fraction or an exponent, and of those of 2^64 or more.
  static constexpr std::uint64_t no_integer = std::numeric_limits<std::uint64_t>::max();

  enum class kind : std::uint8_t { object, array, key, string, number, boolean, null };

  struct value {
    kind what;
    std::uint32_t next;                  ///< index of what follows it and all inside it
    std::uint32_t begin, end;            ///< its place in the text
    std::uint32_t text, size;            ///< of a string or key: its characters, in `text_of`
    std::uint64_t integer = no_integer;  ///< of a number
    bool has_half = false;    ///< of a string or key: an escaped half of a surrogate pair
    std::uint32_t depth = 0;  ///< of a payload: so many objects and arrays are in one another
  };

  /// A number that no `double` is large enough for is a fault.
  ///
  /// Errors: returns what is wrong, and where, in words; empty when the text is read. `values` then
  /// are those in front of the fault. `text` must live as long as the answers are used.
  /// Requires: `text` is UTF-8.
  std::string parse(std::string_view text);

  const std::vector<value>& values() const noexcept { return values_; }

  /// The first string or key that has half of a surrogate pair; null when none has.
  const value* first_half() const noexcept {
    return first_half_ < values_.size() ? &values_[first_half_] : nullptr;
  }

  /// The value as it stands in the text.
  std::string_view source(const value& of) const noexcept {
    return source_.substr(of.begin, of.end - of.begin);
  }

  /// The characters of a string or key, escapes resolved; U+FFFD for half of a surrogate pair.
  /// Those of a payload are not told.
  std::string_view text_of(const value& of) const noexcept {
    return std::string_view(characters_).substr(of.text, of.size);
  }

  /// Calls `take(key, value)` for each member, or `take(value)` for each element, until one call
  /// returns false; returns whether none did.
  ///
  /// Requires: the object or array is one of `values`.
  /// @{
  template <typename Take>
  bool each_member(const value& object, Take take) const;
  template <typename Take>
  bool each_element(const value& array, Take take) const;
  /// @}

 private:
  class builder;

  std::size_t first_inside(const value& of) const noexcept {
    return static_cast<std::size_t>(&of - values_.data()) + 1;
  }

  std::vector<payload_member> payloads_;
  std::size_t most_values_ = max_values;
  std::string_view source_;
  std::vector<value> values_;
  std::string characters_;
  std::size_t first_half_ = 0;
  std::vector<char> scratch_;  // RapidJSON's
};

template <typename Take>
bool json_document::each_member(const value& object, Take take) const {
  // In front of a fault the last key may have no value.
  for (std::size_t at = first_inside(object); at + 1 < object.next; at = values_[at + 1].next) {
    if (!take(values_[at], values_[at + 1]))
      return false;
  }
  return true;
}

template <typename Take>
bool json_document::each_element(const value& array, Take take) const {
  for (std::size_t at = first_inside(array); at < array.next; at = values_[at].next) {
    if (!take(values_[at]))
      return false;
  }
  return true;
}

/// Whether a text is one JSON value (RFC 8259), of any depth and size, whatever its numbers and
/// escapes stand for.
///
/// Requires: `text` is UTF-8.
bool is_json(std::string_view text);

/// The characters of a JSON string, escapes resolved; nothing when the text is no such string, or
/// one with half of a surrogate pair. `held` keeps them when there were escapes.
///
/// Requires: `text` is JSON.
std::optional<std::string_view> unquote(std::string_view text, std::string& held);

/// Appends a string in quotation marks, escaped where it must be.
void append_json_string(std::string& out, std::string_view text);

}  // namespace broadcast_hub::protocol
