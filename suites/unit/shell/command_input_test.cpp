#include "support/shell/command_input.h"

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "support/base/file.h"
#include "support/base/temporary_directory.h"

namespace pve_accept {
namespace {

class CommandInputTest : public testing::Test {
 protected:
  Command command_with(const std::string& text) const {
    write_file_atomically(file_, text);
    return {.argv = {"cat"}, .input_file = file_};
  }

  // All that is left, in steps of at most `step` bytes.
  static std::string rest_of(CommandInput& input, std::size_t step) {
    std::string all;
    for (auto piece = input.next(); !piece.empty(); piece = input.next()) {
      all += piece.substr(0, step);
      input.take(std::min(step, piece.size()));
    }
    return all;
  }

  static std::string complaint_about(const std::filesystem::path& file) {
    return message_of<InputError>(
        [&] { const CommandInput input({.argv = {"cat"}, .input_file = file}); });
  }

  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "input";
};

TEST_F(CommandInputTest, IsTheText) {
  CommandInput input({.argv = {"cat"}, .input = "a text"});
  EXPECT_EQ(rest_of(input, 4), "a text");
}

TEST_F(CommandInputTest, IsNothingWithoutTextOrFile) {
  EXPECT_EQ(CommandInput({.argv = {"cat"}}).next(), "");
}

TEST_F(CommandInputTest, IsTheFileInPieces) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  CommandInput input(command_with(text));
  EXPECT_LT(input.next().size(), text.size());
  EXPECT_TRUE(rest_of(input, 100'000) == text);
}

TEST_F(CommandInputTest, StaysTheSameUntilItIsTaken) {
  CommandInput input(command_with("abc"));
  EXPECT_EQ(input.next(), "abc");
  input.take(1);
  EXPECT_EQ(input.next(), "bc");
}

TEST_F(CommandInputTest, RefusesWhatIsNoReadableFile) {
  EXPECT_THAT(complaint_about(directory_.path() / "missing"),
              AllOf(HasSubstr("missing: cannot be read"), HasSubstr("No such file")));
  EXPECT_THAT(complaint_about(directory_.path()), HasSubstr("it is not a file"));
  EXPECT_THAT(complaint_about("/dev/zero"), HasSubstr("it is not a file"));
}

TEST_F(CommandInputTest, RefusesTextAndFileAtOnce) {
  Command command = command_with("abc");
  command.input = "text";
  EXPECT_THROW(CommandInput{command}, std::logic_error);
}

TEST_F(CommandInputTest, NamesAFileThatBecameShorter) {
  CommandInput input(command_with(std::string(1'000'000, 'x')));
  std::filesystem::resize_file(file_, 10);
  EXPECT_THAT(message_of<HarnessError>([&] { rest_of(input, 1'000'000); }),
              AllOf(HasSubstr(file_.string()), HasSubstr("999990 bytes before")));
}

TEST_F(CommandInputTest, ReadsNoFurtherThanTheFileWentAtFirst) {
  CommandInput input(command_with("abc"));
  std::ofstream(file_, std::ios::app) << "more";
  EXPECT_EQ(rest_of(input, 10), "abc");
}

TEST_F(CommandInputTest, HasASize) {
  EXPECT_EQ(input_size({.argv = {"cat"}, .input = "text"}), 4U);
  EXPECT_EQ(input_size(command_with("abc")), 3U);
  EXPECT_EQ(input_size({.argv = {"cat"}, .input_file = "/nonexistent"}), 0U);
}

}  // namespace
}  // namespace pve_accept
