#include "http/file_stamp.hpp"

#include <sys/stat.h>

#include <array>
#include <charconv>

namespace broadcast_hub::http {
namespace {

void append_hex(std::string& out, std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::chrono::sys_seconds file_stamp::modified() const noexcept {
  return std::chrono::sys_seconds(std::chrono::seconds(modified_seconds));
}

std::string file_stamp::etag() const {
  std::string tag = "\"";
  append_hex(tag, static_cast<std::uint64_t>(modified_seconds));
  tag += '.';
  append_hex(tag, static_cast<std::uint64_t>(modified_nanoseconds));
  tag += '-';
  append_hex(tag, size);
  tag += '-';
  append_hex(tag, inode);
  tag += '"';
  return tag;
}

file_status status_of(int descriptor) noexcept {
  struct stat found = {};
  if (::fstat(descriptor, &found) != 0) {
    return {};
  }
  file_status status;
  if (S_ISREG(found.st_mode)) {
    status.kind = file_kind::regular;
  } else if (S_ISDIR(found.st_mode)) {
    status.kind = file_kind::folder;
  }
  status.stamp = {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
                  found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
  return status;
}

}  // namespace broadcast_hub::http
