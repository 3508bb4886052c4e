#include "wire/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace broadcast_hub::wire {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view weekday_of(sys_days day) {
  return weekdays[std::chrono::weekday(day).c_encoding()];
}

void append_number(std::string& out, int number, int digits) {
  const std::string text = std::to_string(number);
  const auto width = static_cast<std::size_t>(digits);
  out.append(width - std::min(width, text.size()), '0');
  out += text;
}

// The parts as they stand in the text, before anybody asks whether there is such a day.
struct date_parts {
  std::string_view weekday;
  int year = 0;
  unsigned month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Reads from left to right; after the first thing that does not fit, every step says false.
class date_reader {
 public:
  explicit date_reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool literal(std::string_view expected) {
    if (rest_.substr(0, expected.size()) != expected) {
      return false;
    }
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool number(std::size_t digits, int& out) {
    if (rest_.size() < digits) {
      return false;
    }
    out = 0;
    for (const char digit : rest_.substr(0, digits)) {
      if (digit < '0' || digit > '9') {
        return false;
      }
      out = out * 10 + (digit - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }

  bool month(unsigned& out) {
    const auto found = std::find(months.begin(), months.end(), rest_.substr(0, 3));
    out = static_cast<unsigned>(found - months.begin()) + 1;
    return found != months.end() && literal(*found);
  }

  bool clock(date_parts& out) {
    return number(2, out.hour) && literal(":") && number(2, out.minute) && literal(":") &&
           number(2, out.second);
  }

 private:
  std::string_view rest_;
};

bool read_fixdate(std::string_view text, date_parts& out) {
  date_reader reader(text);
  return reader.literal(", ") && reader.number(2, out.day) && reader.literal(" ") &&
         reader.month(out.month) && reader.literal(" ") && reader.number(4, out.year) &&
         reader.literal(" ") && reader.clock(out) && reader.literal(" GMT") && reader.at_end();
}

bool read_rfc850(std::string_view text, date_parts& out) {
  date_reader reader(text);
  return reader.literal(", ") && reader.number(2, out.day) && reader.literal("-") &&
         reader.month(out.month) && reader.literal("-") && reader.number(2, out.year) &&
         reader.literal(" ") && reader.clock(out) && reader.literal(" GMT") && reader.at_end();
}

bool read_asctime(std::string_view text, date_parts& out) {
  date_reader reader(text);
  return reader.literal(" ") && reader.month(out.month) && reader.literal(" ") &&
         (reader.literal(" ") ? reader.number(1, out.day) : reader.number(2, out.day)) &&
         reader.literal(" ") && reader.clock(out) && reader.literal(" ") &&
         reader.number(4, out.year) && reader.at_end();
}

std::optional<sys_seconds> time_of(const date_parts& parts) {
  const year_month_day date(std::chrono::year(parts.year), std::chrono::month(parts.month),
                            std::chrono::day(static_cast<unsigned>(parts.day)));
  // The grammar allows 60 seconds, for a leap second.
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) {
    return std::nullopt;
  }
  const sys_days day(date);
  if (parts.weekday.substr(0, 3) != weekday_of(day).substr(0, 3)) {
    return std::nullopt;
  }
  return day + std::chrono::hours(parts.hour) + std::chrono::minutes(parts.minute) +
         std::chrono::seconds(parts.second);
}

// RFC 9110, section 5.6.7: what seems to lie more than 50 years ahead is in the past.
std::optional<sys_seconds> time_with_century(date_parts parts, sys_seconds now) {
  const int this_year =
      static_cast<int>(year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  parts.year += this_year - this_year % 100 + 100;
  while (parts.year > this_year + 50) {
    parts.year -= 100;
  }
  return time_of(parts);
}

}  // namespace

std::string format_http_date(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text(weekday_of(day).substr(0, 3));
  text += ", ";
  append_number(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text += ' ';
  text += months[static_cast<unsigned>(date.month()) - 1];
  text += ' ';
  append_number(text, static_cast<int>(date.year()), 4);
  text += ' ';
  append_number(text, static_cast<int>(clock.hours().count()), 2);
  text += ':';
  append_number(text, static_cast<int>(clock.minutes().count()), 2);
  text += ':';
  append_number(text, static_cast<int>(clock.seconds().count()), 2);
  text += " GMT";
  return text;
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
  const std::size_t name_end = std::min(text.find_first_of(", "), text.size());
  date_parts parts;
  parts.weekday = text.substr(0, name_end);
  const std::string_view rest = text.substr(name_end);
  if (parts.weekday.size() == 3) {
    const bool read = read_fixdate(rest, parts) || read_asctime(rest, parts);
    return read ? time_of(parts) : std::nullopt;
  }
  const bool full_name =
      std::find(weekdays.begin(), weekdays.end(), parts.weekday) != weekdays.end();
  return full_name && read_rfc850(rest, parts) ? time_with_century(parts, now) : std::nullopt;
}

}  // namespace broadcast_hub::wire
