#include "http/folder.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace broadcast_hub::http {
namespace {

// Without O_NONBLOCK, a pipe without a writer would stop the thread.
constexpr int read_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr int pass_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

[[noreturn]] void throw_unusable(const std::string& path, std::error_code reason) {
  throw std::system_error(reason, "cannot serve the files of \"" + path +
                                      "\": give the path of a folder that exists and can be read");
}

folder::opened result_of(int descriptor_or_minus_one) {
  if (descriptor_or_minus_one < 0) {
    return {descriptor(), errno};
  }
  return {descriptor(descriptor_or_minus_one), 0};
}

folder::opened open_by_kernel(int root, const std::string& relative) {
  open_how how = {};
  how.flags = static_cast<unsigned>(read_flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const char* path = relative.empty() ? "." : relative.c_str();
  // The kernel says EAGAIN when it cannot be sure because something was renamed meanwhile.
  constexpr int most_attempts = 8;
  for (int attempt = 1;; ++attempt) {
    const auto file = static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
    const bool again = file < 0 && (errno == EAGAIN || errno == EINTR);
    if (!again || attempt == most_attempts) {
      return result_of(file);
    }
  }
}

// The links are resolved first. The walk along the result follows none, so a link that is put
// there in between makes it fail.
folder::opened open_by_walk(int root, const std::string& root_path, const std::string& relative) {
  std::error_code reason;
  const std::string real = std::filesystem::canonical(root_path + '/' + relative, reason).string();
  if (reason) {
    return {descriptor(), reason.value()};
  }
  if (real == root_path) {
    return result_of(::openat(root, ".", read_flags));
  }
  const std::string below = root_path == "/" ? root_path : root_path + '/';
  if (!real.starts_with(below)) {
    return {descriptor(), EXDEV};
  }
  return open_without_links(root, std::string_view(real).substr(below.size()));
}

}  // namespace

folder::opened open_without_links(int root, std::string_view relative) {
  descriptor passed;
  for (;;) {
    const std::size_t slash = relative.find('/');
    const bool last = slash == std::string_view::npos;
    const std::string name(relative.substr(0, slash));
    const int from = passed ? passed.get() : root;
    const int flags = (last ? read_flags : pass_flags) | O_NOFOLLOW;
    folder::opened next = result_of(::openat(from, name.c_str(), flags));
    if (last || !next.file) {
      return next;
    }
    passed = std::move(next.file);
    relative.remove_prefix(slash + 1);
  }
}

folder::folder(const std::string& path, lookup how) : how_(how) {
  std::error_code reason;
  path_ = std::filesystem::canonical(path, reason).string();
  if (reason) {
    throw_unusable(path, reason);
  }
  // With "/." the kernel checks the right to search as well as the right to read.
  const descriptor probe(::open((path_ + "/.").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!probe) {
    throw_unusable(path, std::error_code(errno, std::generic_category()));
  }
}

folder::opened folder::open(const std::string& relative) const {
  if (relative.find('\0') != std::string::npos) {
    return {descriptor(), ENOENT};
  }
  if (relative.starts_with('/')) {
    return {descriptor(), EXDEV};
  }
  opened root = result_of(::open(path_.c_str(), pass_flags));
  if (!root.file) {
    return root;
  }
  if (how_ == lookup::by_walk) {
    return open_by_walk(root.file.get(), path_, relative);
  }
  opened found = open_by_kernel(root.file.get(), relative);
  // Kernels before 5.6 do not know the call, and some containers forbid it.
  if (found.error == ENOSYS || found.error == EPERM) {
    return open_by_walk(root.file.get(), path_, relative);
  }
  return found;
}

}  // namespace broadcast_hub::http
