#include "support/base/pattern.h"

#include <stdexcept>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"

namespace pve_accept {
namespace {

TEST(Pattern, MeansAllOfATextOrSomeOfIt) {
  const Pattern number("[0-9]+");
  EXPECT_TRUE(number.matches("9001"));
  EXPECT_FALSE(number.matches("vm 9001"));
  EXPECT_FALSE(number.matches(""));
  EXPECT_TRUE(number.is_in("vm 9001"));
  EXPECT_FALSE(number.is_in("vm"));
  EXPECT_TRUE(Pattern("").matches(""));
  EXPECT_TRUE(Pattern("^b").is_in(std::string_view("abc").substr(1)));
}

TEST(Pattern, ThatNobodyWroteFindsNothing) {
  const Pattern none;
  EXPECT_FALSE(none.matches(""));
  EXPECT_FALSE(none.is_in("text"));
  EXPECT_FALSE(none.match(""));
  EXPECT_FALSE(none.search("text"));
  EXPECT_EQ(none.replaced("text", "-"), "text");
}

TEST(Pattern, HasTheGroupsOfWhatItFound) {
  const Pattern drop("drop (if exists )?(\\w+)");
  const auto given = drop.search("then drop if exists t1;");
  ASSERT_TRUE(given);
  EXPECT_EQ(given[0], "drop if exists t1");
  EXPECT_TRUE(given.has(1));
  EXPECT_EQ(given[2], "t1");

  const auto missing = drop.match("drop t1");
  ASSERT_TRUE(missing);
  EXPECT_FALSE(missing.has(1));  // it took no part,
  EXPECT_EQ(missing[1], "");
  EXPECT_TRUE(Pattern("a(b*)").match("a").has(1));  // which is not the same as an empty one
  EXPECT_THROW(missing[3], std::out_of_range);

  EXPECT_FALSE(drop.match("then drop t1"));
  EXPECT_FALSE(drop.search("create t1"));
}

TEST(Pattern, FindsTheFirstPlace) { EXPECT_EQ(Pattern("[0-9]").search("a1b2")[0], "1"); }

TEST(Pattern, IsReplacedWhereverItIs) {
  const Pattern level("(l)[0-9]");
  EXPECT_EQ(level.replaced("l1 and l2", "-"), "- and -");
  EXPECT_EQ(level.replaced("l1 and l2", ""), " and ");
  EXPECT_EQ(level.replaced("none", "-"), "none");
  EXPECT_EQ(level.replaced("a l1", "<$&>"), "a <l1>");
  EXPECT_EQ(level.replaced("l1", "$0120"), "l20");  // the first group, whatever follows
  EXPECT_EQ(level.replaced("l1", "$1x$$1"), "lx$1");
}

TEST(Pattern, OfSeveralLinesBeginsWithTheText) {
  EXPECT_EQ(Pattern("^o").replaced("one\nonly", "O"), "One\nonly");
  EXPECT_FALSE(Pattern("a.b").is_in("a\nb"));
}

TEST(Pattern, TakesLettersInAnyCaseWhereItIsToldTo) {
  EXPECT_FALSE(Pattern("drop").matches("DROP"));
  const Pattern any("drop ([a-z])", Pattern::Letters::kInAnyCase);
  EXPECT_TRUE(any.matches("DROP T"));
  EXPECT_EQ(any.match("Drop T")[1], "T");
  EXPECT_EQ(any.replaced("drop t, DROP T", "-"), "-, -");
}

TEST(Pattern, IsSharedByItsCopies) {
  Pattern copy;
  {
    const Pattern original("a+");
    copy = original;
  }
  EXPECT_TRUE(copy.matches("aa"));
}

TEST(Pattern, ThatIsNoneIsRefused) {
  for (const char* expression : {"(", "[a", "*", "a{2,1}", "\\1", "(?<name>a)"}) {
    EXPECT_THROW(Pattern{expression}, PatternError) << expression;
  }
  EXPECT_THAT(message_of<PatternError>([] { const Pattern open("(a"); }),
              testing::AnyOf(HasSubstr("Mismatched '('"), HasSubstr("Parenthesis")));
}

}  // namespace
}  // namespace pve_accept
