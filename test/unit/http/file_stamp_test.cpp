#include "http/file_stamp.hpp"

#include "http/descriptor.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace broadcast_hub::http {
namespace {

using test::temporary_folder;

TEST(FileStampTest, TheTagIsStrongAndHoldsEveryPart) {
  const file_stamp stamp{1, 0xabc, 255, 16, 10};
  EXPECT_EQ(stamp.etag(), R"("10.a-ff-abc")");
}

TEST(FileStampTest, TheTagDiffersWithSizeTimeAndInode) {
  const file_stamp stamp{1, 2, 3, 4, 5};
  file_stamp other = stamp;
  EXPECT_EQ(stamp.etag(), other.etag());
  other.inode = 9;
  EXPECT_NE(stamp.etag(), other.etag());
  other = stamp;
  other.size = 9;
  EXPECT_NE(stamp.etag(), other.etag());
  other = stamp;
  other.modified_seconds = 9;
  EXPECT_NE(stamp.etag(), other.etag());
  other = stamp;
  other.modified_nanoseconds = 9;
  EXPECT_NE(stamp.etag(), other.etag());
}

TEST(FileStampTest, ATimeBefore1970HasATagToo) {
  const file_stamp stamp{1, 2, 3, -1, 0};
  EXPECT_EQ(stamp.etag(), R"("ffffffffffffffff.0-3-2")");
}

TEST(FileStampTest, IsReadFromTheFile) {
  const temporary_folder folder;
  folder.write("a", "12345");
  folder.set_modified("a", 784111777, 42);
  const descriptor file(::open(folder.path("a").c_str(), O_RDONLY | O_CLOEXEC));
  const file_status status = status_of(file.get());
  EXPECT_EQ(status.kind, file_kind::regular);
  EXPECT_EQ(status.stamp.size, 5u);
  EXPECT_EQ(status.stamp.modified_seconds, 784111777);
  EXPECT_EQ(status.stamp.modified_nanoseconds, 42);
  EXPECT_EQ(status.stamp.modified().time_since_epoch().count(), 784111777);
}

TEST(FileStampTest, TellsFilesFromFoldersAndTheRest) {
  const temporary_folder folder;
  const descriptor self(::open(folder.path().c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(status_of(self.get()).kind, file_kind::folder);
  const descriptor device(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(status_of(device.get()).kind, file_kind::other);
  EXPECT_EQ(status_of(-1).kind, file_kind::other);
}

}  // namespace
}  // namespace broadcast_hub::http
