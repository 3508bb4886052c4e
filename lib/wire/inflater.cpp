#include "wire/inflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>

namespace broadcast_hub::wire {
namespace {

using namespace std::string_view_literals;

constexpr int inflated_window_bits = -15;    // negative: no zlib header
constexpr auto tail = "\x00\x00\xff\xff"sv;  // cut off by the sender (RFC 7692, section 7.2.1)

Bytef* bytes_of(std::string_view text) noexcept {
  // zlib only reads what it takes for writable.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

class inflater::impl {
 public:
  impl() {
    if (inflateInit2(&stream_, inflated_window_bits) != Z_OK)
      throw std::bad_alloc();
  }
  ~impl() { inflateEnd(&stream_); }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  result inflate(std::string_view compressed, std::size_t max_bytes) {
    inflateReset(&stream_);
    max_bytes_ = max_bytes;
    used_ = 0;
    state found = feed(compressed);
    // The sender may have ended its stream instead of flushing it (RFC 7692, section 7.2.3.4).
    if (found == state::hungry)
      found = feed(tail);
    if (found == state::too_big)
      return {frame_fault{close_code::message_too_big, "message larger than the limit"}, {}};
    if (found == state::broken || (found == state::hungry && !between_blocks()))
      return {frame_fault{close_code::invalid_payload, "corrupt compressed message"}, {}};
    return {std::nullopt, {output_.get(), used_}};
  }

  void trim() noexcept {
    constexpr std::size_t kept = std::size_t{128} * 1024;
    if (capacity_ <= kept)
      return;
    output_.reset();
    capacity_ = 0;
  }

 private:
  enum class state : unsigned char { hungry, ended, broken, too_big };

  state feed(std::string_view input) {
    stream_.next_in = bytes_of(input);
    stream_.avail_in = static_cast<uInt>(input.size());
    for (;;) {
      make_room();
      const int outcome = inflate_once();
      if (used_ > max_bytes_)
        return state::too_big;
      if (outcome == Z_MEM_ERROR)
        throw std::bad_alloc();
      if (outcome == Z_STREAM_END) {
        if (stream_.avail_in == 0)
          return state::ended;
        // What follows a final block may still refer to what came before it in the message.
        inflateResetKeep(&stream_);
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        return state::broken;
      } else if (stream_.avail_out > 0) {
        return state::hungry;
      }
    }
  }

  void make_room() {
    if (used_ < capacity_)
      return;
    constexpr std::size_t first = 4096;
    // One byte more than the limit, so that passing it shows.
    const std::size_t grown = std::min(max_bytes_ + 1, std::max(first, 2 * capacity_));
    // Not make_unique, which would write zeros; libc++ 14 has no make_unique_for_overwrite.
    std::unique_ptr<char[]> larger(new char[grown]);
    std::copy_n(output_.get(), used_, larger.get());
    output_ = std::move(larger);
    capacity_ = grown;
  }

  int inflate_once() {
    stream_.next_out = reinterpret_cast<Bytef*>(output_.get() + used_);
    stream_.avail_out = static_cast<uInt>(capacity_ - used_);
    const int outcome = ::inflate(&stream_, Z_SYNC_FLUSH);
    used_ = capacity_ - stream_.avail_out;
    return outcome;
  }

  /// zlib says so by a bit of `data_type`, and in its lowest six how many bits are unused.
  bool between_blocks() const noexcept {
    constexpr int after_block = 128;
    constexpr int unused_bits = 63;
    return (stream_.data_type & (after_block | unused_bits)) == after_block;
  }

  z_stream stream_{};
  std::unique_ptr<char[]> output_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t max_bytes_ = 0;
};

inflater::inflater() = default;
inflater::~inflater() = default;

inflater::result inflater::inflate(std::string_view compressed, std::size_t max_bytes) noexcept {
  try {
    if (!impl_)
      impl_ = std::make_unique<impl>();
    ++messages_;
    return impl_->inflate(compressed, max_bytes);
  } catch (const std::bad_alloc&) {
    return {frame_fault{close_code::internal_error, "out of memory"}, {}};
  }
}

void inflater::trim() noexcept {
  if (impl_)
    impl_->trim();
}

}  // namespace broadcast_hub::wire
