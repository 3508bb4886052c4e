#include "http/file_cache.hpp"

#include "http/descriptor.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace broadcast_hub::http {
namespace {

using test::temporary_folder;

using cached_content = std::shared_ptr<const std::string>;

class FileCacheTest : public testing::Test {
 protected:
  descriptor open(std::string_view name) const {
    return descriptor(::open(folder_.path(name).c_str(), O_RDONLY | O_CLOEXEC));
  }

  cached_content read(std::string_view name) {
    const descriptor file = open(name);
    return cache_.read(file.get(), status_of(file.get()).stamp);
  }

  temporary_folder folder_;
  file_cache cache_;
};

TEST_F(FileCacheTest, ReadsTheWholeFile) {
  std::string large(300'000, 'x');
  large[299'999] = 'y';
  folder_.write("large", large);
  folder_.write("empty", "");
  folder_.write("zeros", std::string_view("\0\0", 2));
  EXPECT_EQ(*read("large"), large);
  EXPECT_EQ(*read("empty"), "");
  EXPECT_EQ(*read("zeros"), std::string_view("\0\0", 2));
}

TEST_F(FileCacheTest, SharesTheBufferOfAnUnchangedFile) {
  folder_.write("a", "content");
  const cached_content first = read("a");
  EXPECT_EQ(read("a"), first);
}

TEST_F(FileCacheTest, SharesTheBufferAmongTheNamesOfAFile) {
  folder_.write("a", "content");
  std::filesystem::create_hard_link(folder_.path("a"), folder_.path("b"));
  const cached_content first = read("a");
  EXPECT_EQ(read("b"), first);
}

TEST_F(FileCacheTest, KeepsNothingAlive) {
  folder_.write("a", "content");
  std::weak_ptr<const std::string> watched;
  {
    const cached_content first = read("a");
    watched = first;
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

TEST_F(FileCacheTest, ReadsAnewWhenTheSizeDiffers) {
  folder_.write("a", "content");
  const cached_content first = read("a");
  folder_.write("a", "content and more");
  EXPECT_EQ(*read("a"), "content and more");
  EXPECT_EQ(*first, "content");
}

TEST_F(FileCacheTest, ReadsAnewWhenOnlyTheTimeDiffers) {
  folder_.write("a", "old");
  folder_.set_modified("a", 1000, 1);
  const cached_content first = read("a");
  folder_.write("a", "new");
  folder_.set_modified("a", 1000, 2);
  EXPECT_EQ(*read("a"), "new");
}

TEST_F(FileCacheTest, ReadsAnewWhenTheFileIsAnother) {
  folder_.write("a", "old");
  folder_.write("b", "new");
  folder_.set_modified("a", 1000);
  folder_.set_modified("b", 1000);
  const cached_content first = read("a");
  std::filesystem::rename(folder_.path("b"), folder_.path("a"));
  EXPECT_EQ(*read("a"), "new");
}

TEST_F(FileCacheTest, GivesNothingForAFileThatShrank) {
  folder_.write("a", "content");
  const descriptor file = open("a");
  const file_stamp before = status_of(file.get()).stamp;
  std::filesystem::resize_file(folder_.path("a"), 3);
  EXPECT_EQ(cache_.read(file.get(), before), nullptr);
}

TEST_F(FileCacheTest, GivesNothingForAFileThatGrew) {
  folder_.write("a", "content");
  const descriptor file = open("a");
  const file_stamp before = status_of(file.get()).stamp;
  folder_.write("a", "content and more");
  EXPECT_EQ(cache_.read(file.get(), before), nullptr);
}

TEST_F(FileCacheTest, GivesNothingForAFileThatWasRewrittenInPlace) {
  folder_.write("a", "old");
  folder_.set_modified("a", 1000, 1);
  const descriptor file = open("a");
  const file_stamp before = status_of(file.get()).stamp;
  folder_.write("a", "new");
  folder_.set_modified("a", 1000, 2);
  EXPECT_EQ(cache_.read(file.get(), before), nullptr);
}

TEST_F(FileCacheTest, ReadsAFileThatIsDeletedWhileOpen) {
  folder_.write("a", "content");
  const descriptor file = open("a");
  const file_stamp stamp = status_of(file.get()).stamp;
  std::filesystem::remove(folder_.path("a"));
  const cached_content found = cache_.read(file.get(), stamp);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, "content");
}

TEST_F(FileCacheTest, GivesNothingForWhatCannotBeRead) {
  EXPECT_EQ(cache_.read(-1, file_stamp{1, 2, 3, 4, 5}), nullptr);
}

TEST_F(FileCacheTest, ForgetsFilesThatNobodyHolds) {
  folder_.write("held", "held");
  const cached_content held = read("held");
  for (int i = 0; i < 500; ++i) {
    const std::string name = std::to_string(i);
    folder_.write(name, name);
    EXPECT_EQ(*read(name), name);
  }
  EXPECT_LE(cache_.size(), 65u);
  EXPECT_EQ(read("held"), held);
}

TEST_F(FileCacheTest, RemembersEveryFileThatIsHeld) {
  std::vector<cached_content> held;
  for (int i = 0; i < 200; ++i) {
    const std::string name = std::to_string(i);
    folder_.write(name, name);
    held.push_back(read(name));
  }
  EXPECT_EQ(cache_.size(), 200u);
  EXPECT_EQ(read("0"), held.front());
  EXPECT_EQ(read("199"), held.back());
}

TEST_F(FileCacheTest, ThreadsThatReadAtOnceShareOneBuffer) {
  folder_.write("a", std::string(100'000, 'a'));
  constexpr int threads = 4;
  for (int round = 0; round < 20; ++round) {
    std::array<cached_content, threads> found;
    std::atomic<int> ready = 0;
    std::vector<std::thread> running;
    running.reserve(threads);
    for (cached_content& place : found) {
      running.emplace_back([this, &place, &ready] {
        ++ready;
        while (ready < threads) {
          std::this_thread::yield();
        }
        place = read("a");
      });
    }
    for (std::thread& thread : running) {
      thread.join();
    }
    ASSERT_NE(found[0], nullptr);
    for (const cached_content& place : found) {
      EXPECT_EQ(place, found[0]);
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::http
