#include "http/folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

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

/// The names of a path that are still to be walked, the first one last.
class names_to_walk {
 public:
  explicit names_to_walk(std::string_view path) { put_first(path); }

  bool empty() const noexcept { return names_.empty(); }

  std::string take() {
    std::string name = std::move(names_.back());
    names_.pop_back();
    return name;
  }

  /// A link is walked instead of its name.
  void put_first(std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      const std::string_view name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
      if (!name.empty() && name != ".")
        names_.emplace_back(name);
      path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
    }
  }

 private:
  std::vector<std::string> names_;
};

/// Where a symbolic link leads; nothing if it is none.
std::optional<std::string> read_link(int folder, const std::string& name) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
  if (size < 0)
    return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace

folder::folder(const std::string& path) {
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
  // Each folder on the way is held, and no link is followed by the system: what others change in
  // the tree meanwhile can make this fail, but cannot lead it out.
  std::vector<descriptor> way;
  way.push_back(std::move(root.file));
  names_to_walk names(relative);
  constexpr int most_links = 40;
  for (int links = 0; !names.empty();) {
    const std::string name = names.take();
    const int here = way.back().get();
    if (name == "..") {
      way.pop_back();
      if (way.empty())
        return {descriptor(), EXDEV};
      continue;
    }
    const bool last = names.empty() && !relative.ends_with('/');
    opened next =
        result_of(::openat(here, name.c_str(), (last ? read_flags : pass_flags) | O_NOFOLLOW));
    if (next.file) {
      if (last)
        return next;
      way.push_back(std::move(next.file));
      continue;
    }
    const auto target = read_link(here, name);
    if (!target)
      return next;
    if (target->starts_with('/'))
      return {descriptor(), EXDEV};
    if (++links > most_links)
      return {descriptor(), ELOOP};
    names.put_first(*target);
  }
  return result_of(::openat(way.back().get(), ".", read_flags));
}

}  // namespace broadcast_hub::http
