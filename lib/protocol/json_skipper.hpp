#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace broadcast_hub::protocol {

/// Which of the brackets that are open are those of objects. It takes memory from the 65th on.
class open_brackets {
 public:
  std::size_t depth() const noexcept { return depth_; }
  bool innermost_is_object() const noexcept { return (innermost_ & 1U) != 0; }

  void push(bool object) {
    if (depth_ != 0 && depth_ % in_a_word == 0)
      outer_.push_back(innermost_);
    innermost_ = (innermost_ << 1U) | (object ? 1U : 0U);
    ++depth_;
  }

  /// Requires: there is one.
  void pop() noexcept {
    --depth_;
    innermost_ >>= 1U;
    if (depth_ != 0 && depth_ % in_a_word == 0) {
      innermost_ = outer_.back();
      outer_.pop_back();
    }
  }

 private:
  static constexpr std::size_t in_a_word = 64;

  std::size_t depth_ = 0;
  std::uint64_t innermost_ = 0;
  std::vector<std::uint64_t> outer_;
};

/// Finds where a JSON value ends (RFC 8259), whatever its numbers and escapes stand for. However
/// deep it is nested, this does not recurse.
///
/// Thread safety: none.
class json_skipper {
 public:
  /// Requires: `text` is UTF-8, and lives as long as this; `place` is in it.
  explicit json_skipper(std::string_view text, std::size_t place = 0) noexcept
      : text_(text), place_(place) {}

  void skip_blanks() noexcept;

  /// Whether `c` stands here, which is left behind then.
  bool skip(char c) noexcept;

  /// Whether a value stands here, which is left behind then; else what is wrong is here.
  ///
  /// Requires: it is called once.
  bool skip_value();

  std::size_t place() const noexcept { return place_; }

  /// So many objects and arrays are in one another in the value.
  std::size_t depth() const noexcept { return depth_; }

  /// What is wrong, in words; empty without a fault.
  std::string_view complaint() const noexcept { return complaint_; }

 private:
  /// Behind a value: leaves all brackets that close here behind, and what stands in front of the
  /// next value.
  bool skip_closing();
  bool skip_name();
  bool skip_one();
  bool skip_string();
  bool skip_escape() noexcept;
  bool skip_word(std::string_view word) noexcept;
  bool skip_number() noexcept;
  void skip_digits() noexcept;
  bool fail(std::string_view complaint) noexcept;

  bool at(char c) const noexcept { return place_ < text_.size() && text_[place_] == c; }
  bool at_digit() const noexcept {
    return place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9';
  }

  std::string_view text_;
  std::string_view complaint_;
  std::size_t place_;
  std::size_t depth_ = 0;
  open_brackets open_;
};

}  // namespace broadcast_hub::protocol
