#include "protocol/json.hpp"

#include "base/text.hpp"
#include "protocol/json_scanner.hpp"
#include "protocol/json_string.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace broadcast_hub::protocol {
namespace {

using token = json_scanner::token;

/// What the places of our values can count.
constexpr std::size_t max_text = std::numeric_limits<std::uint32_t>::max();

/// What a number's exponent is; far beyond those of a `double` it does not matter how far.
std::int64_t exponent_in(std::string_view digits) noexcept {
  constexpr std::int64_t far = std::numeric_limits<std::int32_t>::max();
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+'))
    digits.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (read.ec != std::errc{} || exponent > far)
    exponent = far;
  return negative ? -exponent : exponent;
}

/// Whether a number, without regard to its sign, is 1.8e308 or more.
bool is_too_large(std::string_view number) noexcept {
  const std::size_t end = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, end);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos)
    return false;
  const std::size_t point = std::min(mantissa.find('.'), end);
  // The value is 0.ddd times ten to the power of this, where the first d is not zero.
  const auto written =
      static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + (first > point ? 1 : 0);
  const std::int64_t power =
      written + (end == number.size() ? 0 : exponent_in(number.substr(end + 1)));
  constexpr std::int64_t largest = 309;
  if (power != largest)
    return power > largest;
  const std::size_t second = first + (first + 1 == point ? 2 : 1);
  return mantissa[first] > '1' || (second < end && mantissa[second] >= '8');
}

}  // namespace

/// Takes the tokens of a text.
class json_document::builder {
 public:
  builder(json_document& to, const json_scanner& scanner) noexcept : to_(to), scanner_(scanner) {}

  /// Returns whether it wants more.
  bool take(token what) {
    if (in_payload_)
      return take_in_payload(what);
    switch (what) {
      case token::open_object:
        return open(kind::object);
      case token::open_array:
        return open(kind::array);
      case token::close:
        return close();
      case token::key:
        return add_key();
      case token::string:
        return add_string();
      case token::number:
        if (to_.kept_depth_ == 0 && !next_is_payload_ && is_too_large(scanner_.source()))
          return complain("a number that is too large");
        return add_value(kind::number);
      case token::boolean:
        return add_value(kind::boolean);
      case token::null:
        return add_value(kind::null);
      default:
        return false;
    }
  }

  /// Why it wants no more; empty when the text was at fault, or is read.
  const std::string& complaint() const noexcept { return complaint_; }

  /// Values that a fault left open end there.
  void close_all() noexcept {
    while (depth_ != 0)
      end_one();
  }

 private:
  bool complain(std::string what) {
    complaint_ = std::move(what);
    return false;
  }

  void add(kind what) {
    const auto next = static_cast<std::uint32_t>(to_.values_.size() + 1);
    to_.values_.push_back({what, next, static_cast<std::uint32_t>(scanner_.begin()),
                           static_cast<std::uint32_t>(scanner_.place()), 0, 0});
  }

  /// What is read now is too deep to be listed.
  bool hides() const noexcept { return to_.kept_depth_ != 0 && depth_ == to_.kept_depth_; }

  bool add_value(kind what) {
    next_is_payload_ = false;
    if (hides())
      return true;
    if (count_ == max_values && to_.kept_depth_ == 0)
      return complain(join("more than ", max_values, " values"));
    ++count_;
    add(what);
    return true;
  }

  bool add_string() {
    const bool payload = next_is_payload_;
    if (!add_value(kind::string))
      return false;
    if (!payload && !hides())
      add_text();
    return true;
  }

  bool add_key() {
    if (hides())
      return true;
    add(kind::key);
    add_text();
    if (depth_ == 1) {
      const std::string_view name = to_.text_of(to_.values_.back());
      next_is_payload_ =
          std::find(to_.payloads_.begin(), to_.payloads_.end(), name) != to_.payloads_.end();
    }
    return true;
  }

  void add_text() {
    const std::string_view quoted = scanner_.source();
    value& owner = to_.values_.back();
    owner.text = static_cast<std::uint32_t>(to_.characters_.size());
    owner.has_half = !append_characters(to_.characters_, quoted.substr(1, quoted.size() - 2));
    owner.size = static_cast<std::uint32_t>(to_.characters_.size()) - owner.text;
    if (owner.has_half)
      to_.first_half_ = std::min(to_.first_half_, to_.values_.size() - 1);
  }

  bool open(kind what) {
    if (hides()) {
      ++hidden_;
      return true;
    }
    if (depth_ == max_depth)
      return complain(join("more than ", max_depth, " values in one another"));
    in_payload_ = next_is_payload_;
    if (!add_value(what))
      return false;
    open_[depth_] = static_cast<std::uint32_t>(to_.values_.size() - 1);
    ++depth_;
    to_.values_.back().depth = in_payload_ ? 1 : 0;
    return true;
  }

  bool close() noexcept {
    if (hidden_ != 0)
      --hidden_;
    else
      end_one();
    return true;
  }

  bool take_in_payload(token what) noexcept {
    if (what == token::end || what == token::fault)
      return false;
    // The frame around it is open as well.
    const std::size_t depth = scanner_.depth() - 1;
    value& payload = to_.values_.back();
    payload.depth = std::max(payload.depth, static_cast<std::uint32_t>(depth));
    if (depth == 0) {
      in_payload_ = false;
      end_one();
    }
    return true;
  }

  void end_one() noexcept {
    --depth_;
    value& closed = to_.values_[open_[depth_]];
    closed.next = static_cast<std::uint32_t>(to_.values_.size());
    closed.end = static_cast<std::uint32_t>(scanner_.place());
  }

  json_document& to_;
  const json_scanner& scanner_;
  std::string complaint_;
  std::size_t count_ = 0;
  std::size_t depth_ = 0;
  std::size_t hidden_ = 0;  // open ones that are not listed
  bool next_is_payload_ = false;
  bool in_payload_ = false;
  std::array<std::uint32_t, max_depth> open_{};
};

std::string json_document::parse(std::string_view text) {
  source_ = text;
  values_.clear();
  characters_.clear();
  first_half_ = max_text;
  if (text.size() > max_text)
    return "more than 4 GiB";
  json_scanner scanner(text);
  builder values(*this, scanner);
  token read = scanner.next();
  while (values.take(read))
    read = scanner.next();
  values.close_all();
  if (read == token::end)
    return {};
  const bool fault = read == token::fault;
  return join(fault ? scanner.complaint() : std::string_view(values.complaint()), ", at byte ",
              fault ? scanner.place() : scanner.begin());
}

bool is_json(std::string_view text) {
  json_scanner scanner(text);
  token read = scanner.next();
  while (read != token::end && read != token::fault)
    read = scanner.next();
  return read == token::end;
}

}  // namespace broadcast_hub::protocol
