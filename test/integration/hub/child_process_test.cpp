// An application may start programs; what a hub has open is none of their business.
#include "fixture.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

/// All descriptors of this process, and what they are.
std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> found;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the one that reads the folder
    const int number = std::stoi(each.path().filename());
    const std::string what = std::filesystem::read_symlink(each.path(), gone);
    if (::fcntl(number, F_GETFD) >= 0)
      found.emplace(number, what);
  }
  return found;
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

 private:
  pid_t id_ = 0;
};

/// With all that has descriptors: signals, loops, two listeners, clients and files.
class ChildProcessTest : public hub_fixture {
 protected:
  ChildProcessTest() {
    folder_.write("page.html", "a page");
    listen_options files;
    files.web_root = folder_.path();
    hub_.emplace(options());
    port_ = hub_->listen(0);
    files_port_ = hub_->listen(files);
    hub_->on_message([](const connection& peer, const message&) { peer.close(); });
    runner_ = std::thread([this] { hub_->run(); });
  }
  ~ChildProcessTest() override { end_hub(); }

  void end_hub() {
    if (!hub_)
      return;
    hub_->stop();
    runner_.join();
    hub_.reset();
  }

  const std::map<int, std::string> before_ = open_descriptors();
  temporary_folder folder_;
  std::optional<hub> hub_;
  std::uint16_t port_ = 0;
  std::uint16_t files_port_ = 0;
  std::thread runner_;
};

TEST_P(ChildProcessTest, GetsNoDescriptorOfTheHub) {
  std::vector<ws_client> clients;
  for (int i = 0; i < 9; ++i)
    clients.emplace_back(i % 2 == 0 ? port_ : files_port_);
  raw_client page(files_port_);
  page.send("GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(page.read_until("a page").find("200"), std::string::npos);
  int seen = 0;
  for (const auto& [number, what] : open_descriptors()) {
    const int flags = ::fcntl(number, F_GETFD);
    if (number <= 2 || flags < 0)
      continue;
    if (before_.contains(number) && before_.at(number) == what)
      continue;
    EXPECT_TRUE(flags & FD_CLOEXEC) << number << ": " << what;
    ++seen;
  }
  EXPECT_GT(seen, 30);  // both ends of ten connections, four acceptors and more
}

TEST_P(ChildProcessTest, KeepsNoConnectionOpenAndNoPortTaken) {
  ws_client client(port_);
  const child program;
  client.send_text("close");
  EXPECT_EQ(client.read_close(), 1000U);
  client.send_close(1000);
  client.socket().read_to_end();
  ws_client left_alone(port_);
  const child later;
  end_hub();
  hub next(options());
  EXPECT_EQ(next.listen(port_), port_);
  EXPECT_TRUE(program.lives() && later.lives());
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(ChildProcessTest);

}  // namespace
}  // namespace broadcast_hub::test
