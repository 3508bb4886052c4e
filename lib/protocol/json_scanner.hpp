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

/// Goes through one JSON text (RFC 8259) from token to token. However deep its values are nested,
/// it does not recurse; how deep, how many and how large they may be is up to the caller.
///
/// Thread safety: none.
class json_scanner {
 public:
  enum class token : std::uint8_t {
    open_object,
    open_array,
    close,
    key,
    string,
    number,
    boolean,
    null,
    end,
    fault
  };

  /// Requires: `text` is UTF-8, and lives as long as this.
  explicit json_scanner(std::string_view text) noexcept : text_(text) {}

  /// The next token. There is nothing behind `end` and `fault`.
  token next();

  /// Where the token begins, and where the text goes on behind it; of a fault, where it is.
  /// @{
  std::size_t begin() const noexcept { return begin_; }
  std::size_t place() const noexcept { return place_; }
  /// @}

  /// The token as it stands in the text.
  std::string_view source() const noexcept { return text_.substr(begin_, place_ - begin_); }

  /// Objects and arrays that are open behind the token.
  std::size_t depth() const noexcept { return open_.depth(); }

  /// What is wrong, in words; empty without a fault.
  std::string_view complaint() const noexcept { return complaint_; }

 private:
  enum class expected : std::uint8_t { value, first_element, first_member, key, colon, comma };

  token read_value();
  token read_key();
  token read_string(token what);
  token read_word(std::string_view word, token what);
  token read_number();
  token open(token what);
  token close();
  token fail(std::string_view complaint) noexcept;

  bool at(char c) const noexcept { return place_ < text_.size() && text_[place_] == c; }
  bool at_digit() const noexcept {
    return place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9';
  }
  bool skip(char c) noexcept;
  void skip_digits() noexcept;
  void skip_blanks() noexcept;
  bool skip_escape() noexcept;

  std::string_view text_;
  std::string_view complaint_;
  std::size_t begin_ = 0;
  std::size_t place_ = 0;
  expected expected_ = expected::value;
  open_brackets open_;
};

}  // namespace broadcast_hub::protocol
