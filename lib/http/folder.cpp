#include "http/folder.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
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

folder::opened open_by_walk(int root, const std::string& relative) {
  if (relative.empty()) {
    return result_of(::openat(root, ".", read_flags));
  }
  descriptor passed;
  std::string_view rest = relative;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    if (name.empty() || name == "..") {
      return {descriptor(), EXDEV};
    }
    const bool last = slash == std::string_view::npos;
    const int from = passed ? passed.get() : root;
    const int flags = (last ? read_flags : pass_flags) | O_NOFOLLOW;
    folder::opened next = result_of(::openat(from, name.c_str(), flags));
    if (last || !next.file) {
      return next;
    }
    passed = std::move(next.file);
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace

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
  opened root = result_of(::open(path_.c_str(), pass_flags));
  if (!root.file) {
    return root;
  }
  if (how_ == lookup::by_walk) {
    return open_by_walk(root.file.get(), relative);
  }
  opened found = open_by_kernel(root.file.get(), relative);
  // Kernels before 5.6 do not know the call, and some containers forbid it.
  if (found.error == ENOSYS || found.error == EPERM) {
    return open_by_walk(root.file.get(), relative);
  }
  return found;
}

}  // namespace broadcast_hub::http
