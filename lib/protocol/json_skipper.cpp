#include "protocol/json_skipper.hpp"

#include "protocol/json_string.hpp"

#include <algorithm>

namespace broadcast_hub::protocol {
namespace {

constexpr std::size_t digits_of_escape = 4;

}  // namespace

bool json_skipper::skip_value() {
  while (true) {
    const bool object = at('{');
    if (object || at('[')) {
      ++place_;
      open_.push(object);
      depth_ = std::max(depth_, open_.depth());
      skip_blanks();
      if (!at(object ? '}' : ']')) {
        if (object && !skip_name())
          return false;
        continue;
      }
    } else if (!skip_one()) {
      return false;
    }
    if (!skip_closing())
      return false;
    if (open_.depth() == 0)
      return true;
  }
}

bool json_skipper::skip_closing() {
  while (open_.depth() != 0) {
    const bool object = open_.innermost_is_object();
    skip_blanks();
    if (skip(object ? '}' : ']')) {
      open_.pop();
      continue;
    }
    if (!skip(','))
      return fail(object ? "a comma or } must stand here" : "a comma or ] must stand here");
    skip_blanks();
    return !object || skip_name();
  }
  return true;
}

bool json_skipper::skip_name() {
  if (!at('"'))
    return fail("the name of a member must stand here");
  if (!skip_string())
    return false;
  skip_blanks();
  if (!skip(':'))
    return fail("a colon must stand here");
  skip_blanks();
  return true;
}

bool json_skipper::skip_one() {
  if (at('"'))
    return skip_string();
  if (at('t'))
    return skip_word("true");
  if (at('f'))
    return skip_word("false");
  return at('n') ? skip_word("null") : skip_number();
}

bool json_skipper::skip_string() {
  ++place_;
  while (true) {
    place_ += plain_size(text_.substr(place_));
    if (place_ == text_.size())
      return fail("a string that does not end");
    if (skip('"'))
      return true;
    if (!at('\\'))
      return fail("a control character in a string");
    if (!skip_escape())
      return false;
  }
}

bool json_skipper::skip_escape() noexcept {
  const std::string_view rest = text_.substr(place_ + 1);
  if (rest.empty())
    return fail("a string that does not end");
  if (rest.front() != 'u') {
    if (std::string_view("\"\\/bfnrt").find(rest.front()) == std::string_view::npos)
      return fail("an escape that there is not");
    place_ += 2;
    return true;
  }
  const std::string_view digits = rest.substr(1, digits_of_escape);
  if (digits.size() < digits_of_escape ||
      digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
    return fail("\\u without four hexadecimal digits");
  place_ += 2 + digits_of_escape;
  return true;
}

bool json_skipper::skip_word(std::string_view word) noexcept {
  return std::all_of(word.begin(), word.end(), [this](char c) { return skip(c); }) ||
         fail("this is no value");
}

bool json_skipper::skip_number() noexcept {
  skip('-');
  if (!at_digit())
    return fail("this is no value");
  if (!skip('0'))
    skip_digits();
  if (skip('.')) {
    if (!at_digit())
      return fail("a decimal point without a digit behind it");
    skip_digits();
  }
  if (skip('e') || skip('E')) {
    if (!skip('+'))
      skip('-');
    if (!at_digit())
      return fail("an exponent without a digit");
    skip_digits();
  }
  return true;
}

bool json_skipper::fail(std::string_view complaint) noexcept {
  complaint_ = complaint;
  return false;
}

bool json_skipper::skip(char c) noexcept {
  if (!at(c))
    return false;
  ++place_;
  return true;
}

void json_skipper::skip_digits() noexcept {
  while (at_digit())
    ++place_;
}

void json_skipper::skip_blanks() noexcept {
  while (at(' ') || at('\n') || at('\t') || at('\r'))
    ++place_;
}

}  // namespace broadcast_hub::protocol
