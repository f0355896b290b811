#include "support/base/file.h"

#include <sys/resource.h>

#include <csignal>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "support/base/error.h"
#include "support/base/temporary_directory.h"

namespace pve_accept {
namespace {

class FileTest : public testing::Test {
 protected:
  std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(directory_.path()), {});
  }

  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "node.json";
};

TEST_F(FileTest, IsReplacedAsAWhole) {
  write_file_atomically(file_, "a longer text");
  write_file_atomically(file_, "text");
  EXPECT_EQ(read_file(file_), "text");
  EXPECT_EQ(files(), 1);
}

TEST_F(FileTest, IsNamedWhenItCannotBeWritten) {
  const auto missing = directory_.path() / "none" / "node.json";
  EXPECT_THAT([&] { write_file_atomically(missing, "text"); },
              ThrowsMessage<HarnessError>(
                  AllOf(HasSubstr(missing.string()), HasSubstr("No such file or directory"))));
  std::filesystem::create_directory(file_);
  EXPECT_THAT(
      [&] { write_file_atomically(file_, "text"); },
      ThrowsMessage<HarnessError>(AllOf(HasSubstr(file_.string()), HasSubstr("Is a directory"))));
  EXPECT_EQ(files(), 1) << "the temporary file is left";
}

// A limit on the size of files stands in for a disk that is full.
TEST_F(FileTest, KeepsItsOldTextWhenTheDiskIsFull) {
  write_file_atomically(file_, "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string problem =
      message_of<HarnessError>([&] { write_file_atomically(file_, "a text that does not fit"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(problem, AllOf(HasSubstr(file_.string()), HasSubstr("File too large")));
  EXPECT_EQ(read_file(file_), "old");
  EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace pve_accept
