#include "protocol/json_scanner.hpp"

#include "protocol/json_string.hpp"

namespace broadcast_hub::protocol {
namespace {

constexpr std::size_t digits_of_escape = 4;

}  // namespace

json_scanner::token json_scanner::next() {
  skip_blanks();
  if (expected_ == expected::colon) {
    if (!skip(':'))
      return fail("a colon must stand here");
    skip_blanks();
    expected_ = expected::value;
  }
  if (expected_ == expected::comma) {
    begin_ = place_;
    if (open_.depth() == 0)
      return place_ == text_.size() ? token::end : fail("something follows the value");
    const bool object = open_.innermost_is_object();
    if (at(object ? '}' : ']'))
      return close();
    if (!skip(','))
      return fail(object ? "a comma or } must stand here" : "a comma or ] must stand here");
    skip_blanks();
    expected_ = object ? expected::key : expected::value;
  }
  begin_ = place_;
  if ((expected_ == expected::first_member && at('}')) ||
      (expected_ == expected::first_element && at(']')))
    return close();
  return expected_ == expected::key || expected_ == expected::first_member ? read_key()
                                                                           : read_value();
}

json_scanner::token json_scanner::read_value() {
  if (place_ == text_.size())
    return fail(open_.depth() == 0 ? "there is no value" : "this is no value");
  switch (text_[place_]) {
    case '{':
      return open(token::open_object);
    case '[':
      return open(token::open_array);
    case '"':
      return read_string(token::string);
    case 't':
      return read_word("true", token::boolean);
    case 'f':
      return read_word("false", token::boolean);
    case 'n':
      return read_word("null", token::null);
    default:
      return read_number();
  }
}

json_scanner::token json_scanner::read_key() {
  return at('"') ? read_string(token::key) : fail("the name of a member must stand here");
}

json_scanner::token json_scanner::read_string(token what) {
  ++place_;
  while (true) {
    place_ += plain_size(text_.substr(place_));
    if (place_ == text_.size())
      return fail("a string that does not end");
    if (skip('"'))
      break;
    if (!at('\\'))
      return fail("a control character in a string");
    if (!skip_escape())
      return token::fault;
  }
  expected_ = what == token::key ? expected::colon : expected::comma;
  return what;
}

bool json_scanner::skip_escape() noexcept {
  const std::string_view rest = text_.substr(place_ + 1);
  if (rest.empty()) {
    fail("a string that does not end");
  } else if (rest.front() == 'u') {
    if (rest.substr(1, digits_of_escape).find_first_not_of("0123456789abcdefABCDEF") ==
            std::string_view::npos &&
        rest.size() > digits_of_escape)
      place_ += 2 + digits_of_escape;
    else
      fail("\\u without four hexadecimal digits");
  } else if (std::string_view("\"\\/bfnrt").find(rest.front()) != std::string_view::npos) {
    place_ += 2;
  } else {
    fail("an escape that there is not");
  }
  return complaint_.empty();
}

json_scanner::token json_scanner::read_word(std::string_view word, token what) {
  for (const char c : word) {
    if (!skip(c))
      return fail("this is no value");
  }
  expected_ = expected::comma;
  return what;
}

json_scanner::token json_scanner::read_number() {
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
  expected_ = expected::comma;
  return token::number;
}

json_scanner::token json_scanner::open(token what) {
  open_.push(what == token::open_object);
  ++place_;
  expected_ = what == token::open_object ? expected::first_member : expected::first_element;
  return what;
}

json_scanner::token json_scanner::close() {
  open_.pop();
  ++place_;
  expected_ = expected::comma;
  return token::close;
}

json_scanner::token json_scanner::fail(std::string_view complaint) noexcept {
  complaint_ = complaint;
  return token::fault;
}

bool json_scanner::skip(char c) noexcept {
  if (!at(c))
    return false;
  ++place_;
  return true;
}

void json_scanner::skip_digits() noexcept {
  while (at_digit())
    ++place_;
}

void json_scanner::skip_blanks() noexcept {
  while (at(' ') || at('\n') || at('\t') || at('\r'))
    ++place_;
}

}  // namespace broadcast_hub::protocol
