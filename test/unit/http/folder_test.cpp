#include "http/folder.hpp"

#include "http/file_stamp.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace broadcast_hub::http {
namespace {

using test::temporary_folder;

std::string content_of(const folder::opened& opened) {
  std::array<char, 64> bytes{};
  const ssize_t count = ::read(opened.file.get(), bytes.data(), bytes.size());
  return count < 0 ? "unreadable" : std::string(bytes.data(), static_cast<std::size_t>(count));
}

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    outside_.write("secret.txt", "secret");
    outside_.write("web/a.txt", "a");
    outside_.write("web/sub/b.txt", "b");
    outside_.write("website/secret.txt", "secret");
    root_ = outside_.path("web");
  }

  temporary_folder outside_;
  std::string root_;
};

TEST_F(FolderTest, OpensWhatIsBelow) {
  const folder web(root_);
  EXPECT_EQ(content_of(web.open("a.txt")), "a");
  EXPECT_EQ(content_of(web.open("sub/b.txt")), "b");
  EXPECT_EQ(status_of(web.open("sub").file.get()).kind, file_kind::folder);
  EXPECT_EQ(status_of(web.open("").file.get()).kind, file_kind::folder);
}

TEST_F(FolderTest, OpensNothingElse) {
  outside_.link("web/out_file", "../secret.txt");
  outside_.link("web/out_folder", "..");
  outside_.link("web/out_absolute", outside_.path("secret.txt"));
  outside_.link("web/in_absolute", outside_.path("web/a.txt"));
  outside_.link("web/out_and_back", "../web/a.txt");
  outside_.link("web/out_twice", "out_file");
  outside_.link("web/out_sibling", "../website/secret.txt");
  outside_.link("web/slash", "/");
  outside_.link("web/process", "/proc/self/root");
  outside_.link("web/endless", "endless");
  outside_.link("web/dangling", "nothing");
  const folder web(root_);
  const std::vector<std::string> paths = {
      "..",
      "../secret.txt",
      "../web/../secret.txt",
      "sub/../../secret.txt",
      "../website/secret.txt",
      outside_.path("secret.txt"),
      outside_.path("web/a.txt"),
      "/",
      "/etc/passwd",
      "out_file",
      "out_folder",
      "out_folder/secret.txt",
      "out_absolute",
      "in_absolute",
      "out_and_back",
      "out_twice",
      "out_sibling",
      "slash",
      "slash/etc/passwd",
      "process",
      "process/etc/passwd",
      "endless",
      "dangling",
      "missing",
      "missing/a.txt",
      "a.txt/",
      "a.txt/b",
      std::string("a.txt\0.png", 10),
      std::string(300, 'n'),
      std::string(5000, 'n'),
  };
  for (const std::string& path : paths) {
    const folder::opened opened = web.open(path);
    EXPECT_FALSE(opened.file) << path;
    EXPECT_NE(opened.error, 0) << path;
  }
}

TEST_F(FolderTest, FollowsLinksThatStayBelow) {
  outside_.link("web/folder", "sub");
  outside_.link("web/file", "sub/b.txt");
  outside_.link("web/sub/up", "../a.txt");
  outside_.link("web/twice", "folder/up");
  outside_.link("web/sub/here", ".");
  outside_.link("web/sub/top", "..");
  outside_.link("web/roundabout", "./sub//../sub/./b.txt");
  const folder web(root_);
  EXPECT_EQ(content_of(web.open("folder/b.txt")), "b");
  EXPECT_EQ(content_of(web.open("file")), "b");
  EXPECT_EQ(content_of(web.open("sub/up")), "a");
  EXPECT_EQ(content_of(web.open("twice")), "a");
  EXPECT_EQ(content_of(web.open("sub/here/here/b.txt")), "b");
  EXPECT_EQ(content_of(web.open("sub/top/a.txt")), "a");
  EXPECT_EQ(content_of(web.open("roundabout")), "b");
  EXPECT_EQ(status_of(web.open("sub/top").file.get()).kind, file_kind::folder);
}

// One thread swaps a folder for a link that leads out.
TEST_F(FolderTest, ASwapMeanwhileLeadsNobodyOut) {
  using step = std::pair<std::string_view, std::string_view>;
  constexpr std::array<step, 4> steps = {step{"web/sub", "web/kept"}, step{"web/link", "web/sub"},
                                         step{"web/sub", "web/link"}, step{"web/kept", "web/sub"}};
  outside_.write("elsewhere/b.txt", "secret");
  outside_.link("web/link", "../elsewhere");
  const folder web(root_);
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    while (!stop) {
      for (const auto& [from, to] : steps) {
        std::filesystem::rename(outside_.path(from), outside_.path(to));
      }
    }
  });
  for (int i = 0; i < 2000; ++i) {
    const folder::opened opened = web.open("sub/b.txt");
    EXPECT_TRUE(!opened.file || content_of(opened) == "b");
  }
  stop = true;
  swapper.join();
}

TEST_F(FolderTest, MayBeTheRootOfTheSystem) {
  const folder everything("/");
  EXPECT_EQ(content_of(everything.open(outside_.path("secret.txt").substr(1))), "secret");
  EXPECT_EQ(status_of(everything.open("").file.get()).kind, file_kind::folder);
}

TEST_F(FolderTest, DoesNotWaitForTheWriterOfAPipe) {
  ASSERT_EQ(::mkfifo(outside_.path("web/pipe").c_str(), 0600), 0);
  const folder web(root_);
  const folder::opened opened = web.open("pipe");
  EXPECT_TRUE(!opened.file || status_of(opened.file.get()).kind == file_kind::other);
}

// Its name only: nobody listens there.
TEST_F(FolderTest, DoesNotOpenASocket) {
  ASSERT_EQ(::mknod(outside_.path("web/socket").c_str(), S_IFSOCK | 0600, 0), 0);
  const folder web(root_);
  EXPECT_EQ(web.open("socket").error, ENXIO);
}

TEST_F(FolderTest, ServesTheFolderThatHasTheNameNow) {
  const folder web(root_);
  std::filesystem::rename(root_, outside_.path("old"));
  EXPECT_EQ(web.open("a.txt").error, ENOENT);
  outside_.write("web/a.txt", "new");
  EXPECT_EQ(content_of(web.open("a.txt")), "new");
}

TEST_F(FolderTest, LeavesNoDescriptorOpen) {
  const folder web(root_);
  const auto count = [] {
    const std::filesystem::directory_iterator open_files("/proc/self/fd");
    return std::distance(begin(open_files), end(open_files));
  };
  const auto before = count();
  for (const char* path : {"a.txt", "sub/b.txt", "sub", "", "missing/x/y", "../secret.txt"}) {
    web.open(path);
  }
  EXPECT_EQ(count(), before);
}

TEST(FolderLinksTest, MayBeReachedThroughALink) {
  const temporary_folder outside;
  outside.write("real/a.txt", "a");
  outside.link("web", "real");
  EXPECT_EQ(content_of(folder(outside.path("web")).open("a.txt")), "a");
}

TEST(FolderSetUpTest, NamesTheFolderAndTheRemedy) {
  const temporary_folder root;
  root.write("file", "");
  for (const std::string& path : {root.path("missing"), root.path("file"), std::string()}) {
    try {
      const folder web(path);
      ADD_FAILURE() << "\"" << path << "\" was taken for a folder";
    } catch (const std::system_error& fault) {
      const std::string_view text = fault.what();
      EXPECT_NE(text.find("\"" + path + "\""), std::string_view::npos) << text;
      EXPECT_NE(text.find("give the path of a folder"), std::string_view::npos) << text;
      EXPECT_NE(fault.code().value(), 0);
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::http
