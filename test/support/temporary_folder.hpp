#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace broadcast_hub::test {

/// An empty folder of its own for each test, removed at its end.
class temporary_folder {
 public:
  temporary_folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "broadcast_hub_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("cannot make a folder like " + pattern);
    }
    path_ = pattern;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string path(std::string_view relative = {}) const {
    return relative.empty() ? path_.string() : (path_ / relative).string();
  }

  /// Folders on the way are made, too.
  void write(std::string_view relative, std::string_view content) const {
    std::filesystem::create_directories((path_ / relative).parent_path());
    std::ofstream file(path_ / relative, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) {
      throw std::runtime_error("cannot write " + path(relative));
    }
  }

  void make_folder(std::string_view relative) const {
    std::filesystem::create_directories(path_ / relative);
  }

  void link(std::string_view relative, std::string_view target) const {
    std::filesystem::create_symlink(target, path_ / relative);
  }

  void set_modified(std::string_view relative, std::int64_t seconds,
                    std::int64_t nanoseconds = 0) const {
    timespec times[2] = {};
    times[0].tv_sec = seconds;
    times[1].tv_sec = seconds;
    times[1].tv_nsec = nanoseconds;
    if (::utimensat(AT_FDCWD, path(relative).c_str(), times, 0) != 0) {
      throw std::runtime_error("cannot set the time of " + path(relative));
    }
  }

 private:
  std::filesystem::path path_;
};

}  // namespace broadcast_hub::test
