#include "protocol/json.hpp"

#include "base/text.hpp"
#include "protocol/json_skipper.hpp"

// A program that links us may have another version of RapidJSON, or the same with other settings:
// under a name of its own, the linker cannot mix them up.
#define RAPIDJSON_NAMESPACE broadcast_hub_rapidjson
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#undef RAPIDJSON_NAMESPACE

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace broadcast_hub::protocol {
namespace {

namespace rapidjson = ::broadcast_hub_rapidjson;

/// What RapidJSON's `SizeType`, and the places of our values, can count.
constexpr std::size_t max_text = std::numeric_limits<std::uint32_t>::max();

/// Memory for RapidJSON's stack. Its own allocators answer with a null pointer when there is none,
/// which its stack then writes to; this one throws `std::bad_alloc`, and the stack is as it was.
class stack_memory {
 public:
  stack_memory() = default;  // RapidJSON would make one for itself if it got none
  explicit stack_memory(std::vector<char>& bytes) noexcept : bytes_(&bytes) {}

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  /// There is one block, so it need not ask which one.
  void* Realloc(void* /*block*/, std::size_t /*old_size*/, std::size_t size) {
    if (size > bytes_->size())
      bytes_->resize(size);
    return bytes_->data();
  }

  static void Free(void* /*block*/) noexcept {}
  // NOLINTEND(readability-identifier-naming)

 private:
  std::vector<char>* bytes_ = nullptr;
};

using json_reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, stack_memory>;

constexpr std::size_t first_stack = 256;

/// Which half of a surrogate pair an escape is, of which this is what stands behind the backslash.
enum class half : std::uint8_t { none, high, low };

half half_in(std::string_view escape) noexcept {
  constexpr std::size_t size = 5;
  constexpr int sixteen = 16;
  if (escape.size() < size || escape.front() != 'u')
    return half::none;
  unsigned unit = 0;
  const auto read = std::from_chars(escape.data() + 1, escape.data() + size, unit, sixteen);
  if (read.ptr != escape.data() + size || unit < 0xd800 || unit > 0xdfff)
    return half::none;
  return unit < 0xdc00 ? half::high : half::low;
}

}  // namespace

/// A text as RapidJSON sees it: something else stands where payloads are, which are not for it, and
/// for escapes that are half of a surrogate pair, which it does not take.
class json_input : public rapidjson::MemoryStream {
 public:
  explicit json_input(std::string_view text) noexcept
      : MemoryStream(text.data(), text.size()), text_(text) {}

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  char Take() noexcept {
    if (src_ == end_)
      return '\0';
    const char taken = *src_++;
    if (taken == '\\')
      look_at_escape();
    else if (src_ == end_)
      go_on();
    return taken;
  }

  std::size_t Tell() const noexcept { return behind_ != 0 ? behind_ : MemoryStream::Tell(); }
  // NOLINTEND(readability-identifier-naming)

  /// From here to `behind` this is to be seen.
  void show(std::string_view instead, std::size_t behind) noexcept {
    behind_ = behind;
    src_ = instead.data();
    end_ = src_ + instead.size();
  }

  /// Whether there was half of a surrogate pair since the last call.
  bool take_half() noexcept { return std::exchange(has_half_, false); }

 private:
  /// Behind what was shown instead comes the text.
  void go_on() noexcept {
    if (behind_ != 0)
      src_ = begin_ + std::exchange(behind_, 0);
    end_ = begin_ + text_.size();
  }

  /// Behind a backslash.
  void look_at_escape() noexcept {
    constexpr std::size_t size = 5;  // without the backslash
    const std::size_t place = Tell();
    if (place == known_end_)
      return;  // the second of two, or that of a low half behind a high one
    known_end_ = place + 1;
    const half first = half_in(text_.substr(place));
    if (first == half::none)
      return;
    const std::string_view rest = text_.substr(place + size);
    if (first == half::high && rest.starts_with('\\') && half_in(rest.substr(1)) == half::low) {
      known_end_ = place + size + 1;
      return;
    }
    has_half_ = true;
    show("ufffd", place + size);
  }

  std::string_view text_;
  std::size_t behind_ = 0;     // where the text goes on; 0: it is shown itself
  std::size_t known_end_ = 0;  // a backslash that ends here begins no escape to look at
  bool has_half_ = false;
};

namespace {

/// `source`: the text from the fault on.
std::string_view words_for(rapidjson::ParseErrorCode code, std::string_view source) noexcept {
  constexpr std::string_view no_end = "a string that does not end";
  constexpr std::string_view control = "a control character in a string";
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "there is no value";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "something follows the value";
    case rapidjson::kParseErrorValueInvalid:
      return "this is no value";
    case rapidjson::kParseErrorObjectMissName:
      return "the name of a member must stand here";
    case rapidjson::kParseErrorObjectMissColon:
      return "a colon must stand here";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "a comma or } must stand here";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "a comma or ] must stand here";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "\\u without four hexadecimal digits";
    case rapidjson::kParseErrorStringEscapeInvalid:
      if (!source.starts_with('\\'))
        return control;
      return source.size() == 1 ? no_end : "an escape that there is not";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return source.empty() ? no_end : control;  // a NUL is both for it
    case rapidjson::kParseErrorNumberTooBig:
      return "a number that is too large";
    case rapidjson::kParseErrorNumberMissFraction:
      return "a decimal point without a digit behind it";
    case rapidjson::kParseErrorNumberMissExponent:
      return "an exponent without a digit";
    default:
      return "a fault";
  }
}

}  // namespace

/// Takes RapidJSON's events. Each of them comes when its token has just been read, but a bracket is
/// read behind its event. A token began behind the one before, after blanks, commas and colons.
class json_document::builder {
 public:
  builder(json_document& to, json_input& input) noexcept : to_(to), input_(input) {}

  /// Why it ended the parsing, and where; empty when it did not.
  const std::string& complaint() const noexcept { return complaint_; }

  /// Values that a fault left open end there.
  void close_all(std::size_t fault) noexcept {
    while (depth_ != 0)
      end_one(static_cast<std::uint32_t>(fault));
  }

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  bool Null() { return add_value(kind::null, place()); }
  bool Bool(bool /*value*/) { return add_value(kind::boolean, place()); }
  bool Int(int /*value*/) { return add_value(kind::number, place()); }
  bool Int64(std::int64_t /*value*/) { return add_value(kind::number, place()); }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Uint64(std::uint64_t value) {
    if (!add_value(kind::number, place()))
      return false;
    to_.values_.back().integer = value;
    return true;
  }
  bool Double(double value) {
    return std::isfinite(value) ? add_value(kind::number, place())
                                : complain(words_for(rapidjson::kParseErrorNumberTooBig, {}));
  }
  bool RawNumber(const char* /*text*/, rapidjson::SizeType /*size*/, bool /*copy*/) {
    return false;  // numbers come as such
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (std::exchange(is_payload_, false))
      return true;
    return add_value(kind::string, place()) && add_text({text, size});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    add(kind::key, place());
    return add_text({text, size}) && (!names_payload({text, size}) || skip_payload());
  }
  bool StartObject() { return open(kind::object); }
  bool StartArray() { return open(kind::array); }
  bool EndObject(rapidjson::SizeType /*members*/) { return close(); }
  bool EndArray(rapidjson::SizeType /*elements*/) { return close(); }
  // NOLINTEND(readability-identifier-naming)

 private:
  std::uint32_t place() const noexcept { return static_cast<std::uint32_t>(input_.Tell()); }

  /// Where the token that is read now began.
  std::uint32_t begin() const noexcept {
    const auto first = to_.source_.find_first_not_of(" \t\r\n,:", last_end_);
    return static_cast<std::uint32_t>(std::min(first, to_.source_.size()));
  }

  bool complain(std::string_view what) { return complain(what, begin()); }
  bool complain(std::string_view what, std::size_t where) {
    complaint_ = join(what, ", at byte ", where);
    return false;
  }

  void add(kind what, std::uint32_t end) {
    const auto next = static_cast<std::uint32_t>(to_.values_.size() + 1);
    to_.values_.push_back({what, next, begin(), end, 0, 0});
    last_end_ = end;
  }

  bool add_value(kind what, std::uint32_t end) {
    if (count_ == to_.most_values_)
      return complain(join("more than ", to_.most_values_, " values"));
    ++count_;
    add(what, end);
    return true;
  }

  bool add_text(std::string_view text) {
    value& owner = to_.values_.back();
    owner.text = static_cast<std::uint32_t>(to_.characters_.size());
    owner.size = static_cast<std::uint32_t>(text.size());
    owner.has_half = input_.take_half();
    if (owner.has_half)
      to_.first_half_ = std::min(to_.first_half_, to_.values_.size() - 1);
    to_.characters_ += text;
    return true;
  }

  bool names_payload(std::string_view name) const noexcept {
    return std::any_of(to_.payloads_.begin(), to_.payloads_.end(), [&](const payload_member& one) {
      return one.depth == depth_ && one.name == name;
    });
  }

  /// Behind its name. RapidJSON sees an empty string.
  bool skip_payload() {
    json_skipper payload(to_.source_, place());
    payload.skip_blanks();
    if (!payload.skip(':'))
      return true;  // RapidJSON complains
    payload.skip_blanks();
    const std::size_t first = payload.place();
    const bool whole = payload.skip_value();
    if (!add_value(kind_of(to_.source_.substr(first, 1)),
                   static_cast<std::uint32_t>(payload.place())))
      return false;
    to_.values_.back().begin = static_cast<std::uint32_t>(first);
    to_.values_.back().depth = static_cast<std::uint32_t>(payload.depth());
    is_payload_ = true;
    input_.show(R"(:"")", payload.place());
    return whole || complain(payload.complaint(), payload.place());
  }

  static kind kind_of(std::string_view first) noexcept {
    constexpr std::string_view firsts = "{[\"tfn";
    constexpr std::array kinds{kind::object,  kind::array,   kind::string,
                               kind::boolean, kind::boolean, kind::null};
    const std::size_t which = first.empty() ? std::string_view::npos : firsts.find(first);
    return which == std::string_view::npos ? kind::number : kinds[which];
  }

  bool open(kind what) {
    if (depth_ == max_depth)
      return complain(join("more than ", max_depth, " values in one another"));
    if (!add_value(what, place() + 1))
      return false;
    open_[depth_] = static_cast<std::uint32_t>(to_.values_.size() - 1);
    ++depth_;
    return true;
  }

  bool close() noexcept {
    end_one(place() + 1);
    return true;
  }

  void end_one(std::uint32_t end) noexcept {
    --depth_;
    value& closed = to_.values_[open_[depth_]];
    closed.next = static_cast<std::uint32_t>(to_.values_.size());
    closed.end = last_end_ = end;
  }

  json_document& to_;
  json_input& input_;
  std::string complaint_;
  std::size_t count_ = 0;
  std::uint32_t last_end_ = 0;
  std::size_t depth_ = 0;
  bool is_payload_ = false;  // what RapidJSON reads next
  std::array<std::uint32_t, max_depth> open_{};
};

std::string json_document::parse(std::string_view text) {
  source_ = text;
  values_.clear();
  characters_.clear();
  first_half_ = max_text;
  if (text.size() > max_text)
    return "more than 4 GiB";
  json_input input(text);
  builder events(*this, input);
  stack_memory memory(scratch_);
  json_reader reader(&memory, std::max(first_stack, scratch_.size()));
  rapidjson::ParseResult result = reader.Parse<rapidjson::kParseIterativeFlag>(input, events);
  // RapidJSON takes a NUL for the end of the text.
  if (!result.IsError() && input.Tell() != text.size())
    result.Set(rapidjson::kParseErrorDocumentRootNotSingular, input.Tell());
  events.close_all(input.Tell());
  if (!result.IsError() || !events.complaint().empty())
    return events.complaint();
  const std::size_t fault = result.Offset();
  return join(words_for(result.Code(), text.substr(fault)), ", at byte ", fault);
}

bool is_json(std::string_view text) {
  json_skipper whole(text);
  whole.skip_blanks();
  if (!whole.skip_value())
    return false;
  whole.skip_blanks();
  return whole.place() == text.size();
}

std::optional<std::string_view> unquote(std::string_view text, std::string& held) {
  if (!text.starts_with('"') || text.size() < 2)
    return std::nullopt;
  if (text.find('\\') == std::string_view::npos)
    return text.substr(1, text.size() - 2);
  json_document document;
  if (!document.parse(text).empty() || document.first_half() != nullptr)
    return std::nullopt;
  held = document.text_of(document.values().front());
  return held;
}

}  // namespace broadcast_hub::protocol
