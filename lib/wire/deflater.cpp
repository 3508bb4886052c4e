#include "wire/deflater.hpp"

#include <zlib.h>

#include <cstddef>
#include <new>
#include <string>

namespace broadcast_hub::wire {
namespace {

constexpr int raw_window_bits = -15;  // negative: no zlib header
constexpr int memory_level = 8;       // zlib's default
constexpr std::size_t header_room = 10;
constexpr std::size_t tail_size = 4;  // 00 00 ff ff, which is not sent (RFC 7692, section 7.2.1)
constexpr char rsv1 = 0x40;

}  // namespace

class deflater::impl {
 public:
  explicit impl(int level) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, raw_window_bits, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~impl() { deflateEnd(&stream_); }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  std::string_view make_frame(opcode code, std::string_view payload) {
    const std::size_t size = deflate(payload);
    if (size == 0)
      return {};
    const std::size_t header = header_size(size);
    char* const frame = buffer_.data() + header_room - header;
    write_header(frame, code, size);
    frame[0] = static_cast<char>(frame[0] | rsv1);
    return {frame, header + size};
  }

  void trim() noexcept {
    constexpr std::size_t kept = std::size_t{64} * 1024;
    if (buffer_.capacity() > kept)
      std::string().swap(buffer_);
  }

 private:
  /// Fills the buffer behind `header_room`; returns the size, 0 when it is not smaller.
  std::size_t deflate(std::string_view payload) {
    // Room for what is worth sending; what does not fit is not.
    const std::size_t room = payload.size() + tail_size;
    buffer_.resize(header_room + room);
    deflateReset(&stream_);
    // zlib only reads what it takes for writable.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
    stream_.avail_in = static_cast<uInt>(payload.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data() + header_room);
    stream_.avail_out = static_cast<uInt>(room);
    // With room left it has written everything, whatever else it says.
    ::deflate(&stream_, Z_SYNC_FLUSH);
    return stream_.avail_out > 0 ? room - stream_.avail_out - tail_size : 0;
  }

  z_stream stream_{};
  std::string buffer_;
};

deflater::deflater(int level) : impl_(std::make_unique<impl>(level)) {}
deflater::~deflater() = default;

std::string_view deflater::make_frame(opcode code, std::string_view payload) {
  return impl_->make_frame(code, payload);
}

void deflater::trim() noexcept {
  impl_->trim();
}

}  // namespace broadcast_hub::wire
