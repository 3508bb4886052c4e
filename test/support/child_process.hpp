#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <system_error>

namespace broadcast_hub::test {

/// Numbers of descriptors, and what they are: "socket:[4711]", "anon_inode:[eventpoll]", a path.
using descriptor_map = std::map<int, std::string>;

/// Those of a process, but for one that reads them.
inline descriptor_map descriptors_of(const std::string& process) {
  descriptor_map found;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + process + "/fd")) {
    std::error_code gone;
    const std::string what = std::filesystem::read_symlink(each.path(), gone);
    if (!gone && !what.ends_with("/fd"))
      found.emplace(std::stoi(each.path().filename()), what);
  }
  return found;
}

inline descriptor_map open_descriptors() {
  return descriptors_of("self");
}

/// Those of `now` that were not there before.
inline descriptor_map added(descriptor_map now, const descriptor_map& before) {
  std::erase_if(now, [&](const auto& each) {
    const auto same = before.find(each.first);
    return same != before.end() && same->second == each.second;
  });
  return now;
}

/// None goes to child processes; each of `kinds` is among them, by how its name begins.
inline void expect_close_on_exec(const descriptor_map& ours,
                                 const std::map<std::string, int>& least_of_each_kind) {
  std::map<std::string, int> seen;
  for (const auto& [number, what] : ours) {
    const int flags = ::fcntl(number, F_GETFD);
    if (flags < 0)
      continue;  // closed meanwhile
    EXPECT_TRUE(flags & FD_CLOEXEC) << number << ": " << what;
    for (const auto& [kind, least] : least_of_each_kind)
      seen[kind] += what.starts_with(kind) ? 1 : 0;
  }
  for (const auto& [kind, least] : least_of_each_kind)
    EXPECT_GE(seen[kind], least) << kind;
}

/// A program that lives until the end of the test.
class child {
 public:
  child() {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int standard = 0; standard < 3; ++standard)
      posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
    std::string name = "sleep";
    std::string time = "300";
    char* arguments[] = {name.data(), time.data(), nullptr};
    const int error = ::posix_spawnp(&id_, "sleep", &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
      throw std::system_error(error, std::generic_category(), "sleep");
  }
  ~child() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  bool lives() const { return ::waitpid(id_, nullptr, WNOHANG) == 0; }

  /// What it has beside its standard input and outputs, and what a program reads while it starts.
  descriptor_map descriptors() const {
    descriptor_map found = descriptors_of(std::to_string(id_));
    std::erase_if(found, [](const auto& each) {
      const auto in = [&](const char* folder) { return each.second.starts_with(folder); };
      return each.first < 3 || in("/etc/") || in("/lib") || in("/usr/");
    });
    return found;
  }

 private:
  pid_t id_ = 0;
};

}  // namespace broadcast_hub::test
