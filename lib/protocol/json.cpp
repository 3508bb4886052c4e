#include "protocol/json.hpp"

#include "base/text.hpp"

// A program that links us may have another version of RapidJSON, or the same with other settings:
// under a name of its own, the linker cannot mix them up.
#define RAPIDJSON_NAMESPACE broadcast_hub_rapidjson
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#undef RAPIDJSON_NAMESPACE

#include <algorithm>
#include <array>
#include <limits>

namespace broadcast_hub::protocol {
namespace {

namespace rapidjson = ::broadcast_hub_rapidjson;

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

/// What its `SizeType`, and the places of our values, can count.
constexpr std::size_t max_text = std::numeric_limits<std::uint32_t>::max();

/// RapidJSON lets the escape of a low surrogate stand alone and makes three bytes of it that are
/// not UTF-8. In text that was UTF-8 they can come from nowhere else.
bool has_surrogate(std::string_view text) noexcept {
  constexpr char lead = '\xed';
  for (auto at = text.find(lead); at != std::string_view::npos; at = text.find(lead, at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0)
      return true;
  }
  return false;
}

constexpr std::string_view half_a_pair = "an escape that is half of a surrogate pair";

std::string_view words_for(rapidjson::ParseErrorCode code) noexcept {
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
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return half_a_pair;
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "a control character, or an escape that there is not";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "a string that does not end, or a NUL in it";
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

/// Accepts what RapidJSON accepts, but for halves of surrogate pairs.
class any_json : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, any_json> {
 public:
  // NOLINTNEXTLINE(readability-identifier-naming): RapidJSON's name; keys and numbers come here,
  // too
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) noexcept {
    return !has_surrogate({text, size});
  }
};

}  // namespace

/// Takes RapidJSON's events. Each of them comes when its token has just been read, so that the
/// stream stands behind it; it began behind the one before, after blanks, commas and colons.
class json_document::builder {
 public:
  builder(json_document& to, const rapidjson::MemoryStream& stream) noexcept
      : to_(to), stream_(stream) {}

  /// Why it ended the parsing; empty when it did not.
  const std::string& complaint() const noexcept { return complaint_; }

  /// Values that a fault left open end there.
  void close_all() noexcept {
    while (depth_ != 0)
      close();
  }

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  bool Null() { return add_value(kind::null); }
  bool Bool(bool /*value*/) { return add_value(kind::boolean); }
  bool RawNumber(const char* /*text*/, rapidjson::SizeType /*size*/, bool /*copy*/) {
    return add_value(kind::number);
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (hides())
      return !has_surrogate({text, size});
    return add_value(kind::string) && add_text({text, size});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (hides())
      return !has_surrogate({text, size});
    add(kind::key);
    return add_text({text, size});
  }
  bool StartObject() { return open(kind::object); }
  bool StartArray() { return open(kind::array); }
  bool EndObject(rapidjson::SizeType /*members*/) { return close(); }
  bool EndArray(rapidjson::SizeType /*elements*/) { return close(); }

  // Numbers come as text.
  bool Int(int /*value*/) { return false; }
  bool Uint(unsigned /*value*/) { return false; }
  bool Int64(std::int64_t /*value*/) { return false; }
  bool Uint64(std::uint64_t /*value*/) { return false; }
  bool Double(double /*value*/) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  std::uint32_t place() const noexcept { return static_cast<std::uint32_t>(stream_.Tell()); }

  /// Not recursing, RapidJSON reads a bracket only behind its event.
  std::uint32_t behind_bracket() const noexcept {
    return place() + (to_.kept_depth_ == 0 ? 0U : 1U);
  }

  void add(kind what) {
    const auto begin = to_.source_.find_first_not_of(" \t\r\n,:", last_end_);
    const auto next = static_cast<std::uint32_t>(to_.values_.size() + 1);
    to_.values_.push_back({what, next, static_cast<std::uint32_t>(begin), place(), 0, 0});
    last_end_ = place();
  }

  /// What is read now is too deep to be listed.
  bool hides() const noexcept { return to_.kept_depth_ != 0 && depth_ == to_.kept_depth_; }

  bool add_value(kind what) {
    if (hides())
      return true;
    if (count_ == max_values && to_.kept_depth_ == 0) {
      complaint_ = join("more than ", max_values, " values");
      return false;
    }
    ++count_;
    add(what);
    return true;
  }

  bool add_text(std::string_view text) {
    if (has_surrogate(text)) {
      to_.values_.pop_back();
      complaint_ = half_a_pair;
      return false;
    }
    value& owner = to_.values_.back();
    owner.text = static_cast<std::uint32_t>(to_.characters_.size());
    owner.size = static_cast<std::uint32_t>(text.size());
    to_.characters_ += text;
    return true;
  }

  bool open(kind what) {
    if (hides()) {
      ++hidden_;
      return true;
    }
    if (depth_ == max_depth) {
      complaint_ = join("more than ", max_depth, " values in one another");
      return false;
    }
    if (!add_value(what))
      return false;
    last_end_ = behind_bracket();
    open_[depth_] = static_cast<std::uint32_t>(to_.values_.size() - 1);
    ++depth_;
    return true;
  }

  bool close() noexcept {
    if (hidden_ != 0) {
      --hidden_;
      return true;
    }
    --depth_;
    value& closed = to_.values_[open_[depth_]];
    closed.next = static_cast<std::uint32_t>(to_.values_.size());
    closed.end = last_end_ = behind_bracket();
    return true;
  }

  json_document& to_;
  const rapidjson::MemoryStream& stream_;
  std::string complaint_;
  std::size_t count_ = 0;
  std::uint32_t last_end_ = 0;
  std::size_t depth_ = 0;
  std::size_t hidden_ = 0;  // open ones that are not listed
  std::array<std::uint32_t, max_depth> open_{};
};

std::string json_document::parse(std::string_view text) {
  source_ = text;
  values_.clear();
  characters_.clear();
  if (text.size() > max_text)
    return "more than 4 GiB";
  rapidjson::MemoryStream stream(text.data(), text.size());
  builder events(*this, stream);
  stack_memory memory(scratch_);
  json_reader reader(&memory, std::max(first_stack, scratch_.size()));
  constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag;
  // Where nothing bounds the depth, it must not recurse.
  const rapidjson::ParseResult result =
      kept_depth_ == 0 ? reader.Parse<flags>(stream, events)
                       : reader.Parse<flags | rapidjson::kParseIterativeFlag>(stream, events);
  events.close_all();
  const auto where = [](std::size_t byte) { return join(", at byte ", byte); };
  if (!events.complaint().empty())
    return events.complaint() + where(result.Offset());
  if (result.IsError())
    return std::string(words_for(result.Code())) + where(result.Offset());
  // RapidJSON takes a NUL for the end of the text.
  if (stream.Tell() != text.size())
    return std::string(words_for(rapidjson::kParseErrorDocumentRootNotSingular)) +
           where(stream.Tell());
  return {};
}

bool is_json(std::string_view text) {
  if (text.size() > max_text)
    return false;
  rapidjson::MemoryStream stream(text.data(), text.size());
  any_json accepted;
  std::vector<char> bytes;
  stack_memory memory(bytes);
  json_reader reader(&memory, first_stack);
  // Not recursive, because nothing bounds the depth of a payload.
  constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
  return !reader.Parse<flags>(stream, accepted).IsError() && stream.Tell() == text.size();
}

}  // namespace broadcast_hub::protocol
