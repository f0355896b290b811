#include "support/shell/ssh_output.h"

#include "suites/unit/matchers.h"

namespace pve_accept {
namespace {

constexpr std::size_t kMax = BoundedOutput::kMaxOutput;

TEST(BoundedOutputTest, KeepsAllUpToTheLimit) {
  BoundedOutput output;
  std::string expected;
  for (std::size_t size = 0; size < kMax; size += 1UL << 20U) {
    const std::string piece(1UL << 20U, static_cast<char>('a' + (size >> 20U)));
    output.append(piece);
    expected += piece;
  }
  EXPECT_TRUE(output.text() == expected);
}

TEST(BoundedOutputTest, SaysHowMuchIsLeftOutOfTheMiddle) {
  BoundedOutput output;
  output.append("begin");
  for (int i = 0; i < 100; ++i) output.append(std::string(999'983, 'x'));
  output.append("end");
  const std::string text = output.text();
  const std::string marker =
      "\n[… " + std::to_string(5 + 100 * 999'983 + 3 - kMax) + " bytes left out …]\n";
  EXPECT_TRUE(text.starts_with("beginxxx"));
  EXPECT_TRUE(text.ends_with("xxxend"));
  EXPECT_EQ(text.find(marker), kMax / 2);
  EXPECT_EQ(text.size(), kMax + marker.size());
}

TEST(BoundedOutputTest, KeepsOrderAroundTheLimit) {
  BoundedOutput output;
  output.append(std::string(kMax, 'x'));
  output.append("123");
  EXPECT_TRUE(output.text().ends_with("x123"));
}

TEST(ArrivedLinesTest, SplitsPiecesIntoLinesOfEachStream) {
  using Stream = OutputLine::Stream;
  ArrivedLines lines;
  const Clock::Instant first{std::chrono::milliseconds(1)};
  const Clock::Instant second{std::chrono::milliseconds(2)};
  lines.append(Stream::kOut, "on", first);
  EXPECT_TRUE(lines.empty());
  lines.append(Stream::kErr, "warning\n", first);
  lines.append(Stream::kOut, "e\n\ntail", second);
  lines.finish(second);
  std::vector<std::string> texts;
  std::vector<Clock::Instant> times;
  while (const auto line = lines.next()) {
    texts.push_back(line->text);
    times.push_back(line->arrived);
  }
  EXPECT_THAT(texts, ElementsAre("warning", "one", "", "tail"));
  EXPECT_THAT(times, ElementsAre(first, second, second, second));
}

TEST(ArrivedLinesTest, SaysThatUnreadLinesWereDropped) {
  ArrivedLines lines;
  for (int i = 0; i < 20; ++i) {
    lines.append(OutputLine::Stream::kOut, std::string(1UL << 20U, 'x') + "\n", {});
  }
  EXPECT_FALSE(lines.empty());
  EXPECT_THROW(lines.next(), HarnessError);
}

TEST(ArrivedLinesTest, HoldsAnyNumberOfLinesThatAreRead) {
  ArrivedLines lines;
  for (int i = 0; i < 40; ++i) {
    lines.append(OutputLine::Stream::kOut, std::string(1UL << 20U, 'x') + "\n", {});
    EXPECT_TRUE(lines.next().has_value());
  }
}

}  // namespace
}  // namespace pve_accept
