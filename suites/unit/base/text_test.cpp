#include "support/base/text.h"

#include "suites/unit/matchers.h"

namespace pve_accept {
namespace {

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
  EXPECT_THAT(text::tail(text + "!"), AllOf(StartsWith("ä"), EndsWith("ä!")));
}

TEST(OneLine, HasASeparatorForEachLineBreak) {
  EXPECT_EQ(text::one_line("first\nsecond\n\n"), "first second");
  EXPECT_EQ(text::one_line("first\n\nsecond\n", " / "), "first /  / second");
  EXPECT_EQ(text::one_line(""), "");
}

TEST(Exact, IsTheShortestTextOfTheSameNumber) {
  EXPECT_EQ(text::exact(0), "0");
  EXPECT_EQ(text::exact(221249536), "221249536");
  EXPECT_EQ(text::exact(6.1 / 100), "0.061");
  EXPECT_EQ(text::exact(-392.5), "-392.5");
  EXPECT_EQ(text::exact(1.0 / 3), "0.3333333333333333");
}

TEST(ToEpochS, CountsTheSecondsOfATimeInUtc) {
  EXPECT_EQ(text::to_epoch_s("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(text::to_epoch_s("2024-02-29T23:59:59Z"), 1709251199);  // date -u -d ... +%s
  EXPECT_EQ(text::to_epoch_s("2026-06-07T09:30:00Z"), 1780824600);
}

TEST(ToEpochS, TakesNothingElse) {
  for (const char* text : {"", "2026-06-07", "2026-06-07 09:30:00Z", "2026-06-07T09:30:00+02:00",
                           "2026-02-29T09:30:00Z", "2026-06-07T24:30:00Z", "2026-06-07T09:3x:00Z",
                           "2026-06-07T09:30:00.5Z"}) {
    EXPECT_EQ(text::to_epoch_s(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pve_accept
