#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace broadcast_hub::http {

/// What tells one content of a file from the next, as far as the file system knows. A value.
struct file_stamp {
  dev_t device = 0;
  ino_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_seconds = 0;  ///< since 1970, rounded down
  std::int64_t modified_nanoseconds = 0;

  bool operator==(const file_stamp&) const = default;

  /// The modification time as HTTP writes it: in whole seconds.
  std::chrono::sys_seconds modified() const noexcept;

  /// A strong entity tag (RFC 9110, section 8.8.3), with its quotes.
  std::string etag() const;
};

enum class file_kind { regular, folder, other };

struct file_status {
  file_kind kind = file_kind::other;
  file_stamp stamp;
};

/// Asks the file system about an open file. `other` when it does not know either.
file_status status_of(int descriptor) noexcept;

}  // namespace broadcast_hub::http
