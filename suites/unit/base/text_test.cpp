#include "support/base/text.h"

#include <gmock/gmock.h>

namespace pve_accept {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(Tail, IsTheLastTenLines) {
  EXPECT_EQ(text::tail(""), "");
  EXPECT_EQ(text::tail("\n\n"), "");
  EXPECT_EQ(text::tail("\nE: no network\n\n"), "E: no network");
  EXPECT_EQ(text::tail("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10");
  EXPECT_EQ(text::tail("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10");
}

TEST(Tail, HasAtMostAThousandCharactersAndNoPartOfOne) {
  EXPECT_EQ(text::tail(std::string(1500, 'x')), std::string(1000, 'x'));
  std::string text;
  for (int i = 0; i < 800; ++i) text += "ä";
  EXPECT_EQ(text::tail(text + "!").size(), 999U);
  EXPECT_THAT(text::tail(text + "!"), testing::AllOf(StartsWith("ä"), EndsWith("ä!")));
}

TEST(OneLine, HasASeparatorForEachLineBreak) {
  EXPECT_EQ(text::one_line("first\nsecond\n\n"), "first second");
  EXPECT_EQ(text::one_line("first\n\nsecond\n", " / "), "first /  / second");
  EXPECT_EQ(text::one_line(""), "");
}

}  // namespace
}  // namespace pve_accept
