#include "support/base/terminal_text.h"

#include <gtest/gtest.h>

#include <random>

namespace pve_accept::text {
namespace {

TEST(PrintableText, LeavesWhatIsText) {
  for (const char* text : {"", "plain", "two\nlines", "größer – 中文 …", "\xf0\x9f\x98\x80"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(PrintableText, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1b[2J\x1b]0;mine\x07"), "\\x1b[2J\\x1b]0;mine\\x07");
  EXPECT_EQ(printable("a\rb\bc\x7f"), "a\\x0db\\x08c\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\xc2\\x9b2J")
      << "a control sequence in one character (C1)";
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "txt.exe"),
            "\\xe2\\x80\\xaetxt.exe")
      << "turns the direction of writing";
  EXPECT_EQ(printable("a\tb"), "a b");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
}

TEST(PrintableText, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("\xc0\x9b"), "\\xc0\\x9b") << "longer than need be";
  EXPECT_EQ(printable("\xe0\x80\x9b"), "\\xe0\\x80\\x9b");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a pair";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond the last character";
  EXPECT_EQ(printable("cut \xe4\xb8"), "cut \\xe4\\xb8");
}

TEST(PrintableText, HoldsNoControlCharacterWhateverComes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, ' ');
    for (char& c : bytes) c = static_cast<char>(random() % 256);
    const std::string shown = printable(bytes);
    for (const char c : shown) {
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20)
          << testing::PrintToString(shown);
      EXPECT_NE(c, '\x7f');
    }
    EXPECT_EQ(printable(shown), shown) << "and is UTF-8";
    EXPECT_LE(columns(cut(shown, 11)), 11);
  }
}

TEST(Columns, AreTwoForAWideCharacterAndNoneForACombiningOne) {
  EXPECT_EQ(columns("abc"), 3);
  EXPECT_EQ(columns("größer"), 6);
  EXPECT_EQ(columns("中文"), 4);
  EXPECT_EQ(columns("e\xcc\x81"), 1);
  EXPECT_EQ(columns("\xf0\x9f\x98\x80"), 2);
}

TEST(CutLine, KeepsWhatFits) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abcd", 3), "ab…");
  EXPECT_EQ(cut("中文", 4), "中文");
  EXPECT_EQ(cut("中文字", 4), "中…") << "no half of a wide character";
  EXPECT_EQ(cut("中文字", 5), "中文…");
  EXPECT_EQ(cut("abc", 1), "…");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(ClippedText, CountsWhatWasLeftOut) {
  EXPECT_EQ(clipped("short", 5), "short");
  EXPECT_EQ(clipped("longer", 4), "long… (2 bytes left out)");
  EXPECT_EQ(clipped("a\xe4\xb8\xad", 3), "a… (3 bytes left out)") << "whole characters";
}

}  // namespace
}  // namespace pve_accept::text
