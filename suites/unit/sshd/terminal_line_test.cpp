#include "support/sshd/terminal_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace pve_accept {
namespace {

struct Typed {
  std::vector<std::string> lines = {};
  std::string shown = {};
  bool ended = false;
};

Typed type(std::string input, bool echoes) {
  TerminalLine line(echoes);
  Typed typed;
  while (const auto next = line.take(input, typed.shown)) typed.lines.push_back(*next);
  typed.ended = line.ended();
  return typed;
}

TEST(TerminalLine, GivesLinesAsTheyAreWithoutATerminal) {
  const Typed typed = type("hostname\ndate +%s\nrest", /*echoes=*/false);
  EXPECT_EQ(typed.lines, (std::vector<std::string>{"hostname", "date +%s"}));
  EXPECT_EQ(typed.shown, "");
}

TEST(TerminalLine, HasARestThatLacksItsNewline) {
  TerminalLine line(false);
  std::string input = "hostname";
  std::string shown;
  EXPECT_FALSE(line.take(input, shown).has_value());
  EXPECT_EQ(line.rest(), "hostname");
  EXPECT_EQ(line.rest(), "");
}

TEST(TerminalLine, ShowsWhatIsTyped) {
  const Typed typed = type("pct list\r", /*echoes=*/true);
  EXPECT_EQ(typed.lines, std::vector<std::string>{"pct list"});
  EXPECT_EQ(typed.shown, "pct list\r\n");
}

TEST(TerminalLine, Erases) {
  const Typed typed = type("\x7fqx\x7fm\r", /*echoes=*/true);
  EXPECT_EQ(typed.lines, std::vector<std::string>{"qm"});
  EXPECT_EQ(typed.shown, "qx\b \bm\r\n");
}

TEST(TerminalLine, CtrlCDropsTheLine) {
  const Typed typed = type("rm -rf /\x03", /*echoes=*/true);
  EXPECT_EQ(typed.lines, std::vector<std::string>{""});
  EXPECT_EQ(typed.shown, "rm -rf /^C\r\n");
}

TEST(TerminalLine, CtrlDEndsAnEmptyLineOnly) {
  EXPECT_TRUE(type("\x04", /*echoes=*/true).ended);
  EXPECT_FALSE(type("qm\x04", /*echoes=*/true).ended);
}

}  // namespace
}  // namespace pve_accept
