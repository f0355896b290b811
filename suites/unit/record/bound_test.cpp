#include "support/record/bound.h"

#include <gtest/gtest.h>

#include <limits>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/parse_json.h"

namespace pve_accept {
namespace {

using testing::Optional;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Bound bound(const char* text) {
  const Json document = parse_json(text);
  return read_fields<Bound>(JsonCursor(document, "allowed"));
}

using List = Value::List;

std::string refusal(const char* text) {
  return message_of<InputError>([&] { bound(text); });
}

TEST(Bound, EqualsComparesAnyValue) {
  EXPECT_TRUE(bound(R"({"equals": "2"})").holds("2"));
  EXPECT_FALSE(bound(R"({"equals": "2"})").holds("1"));
  EXPECT_TRUE(bound(R"({"equals": true})").holds(true));
  EXPECT_FALSE(bound(R"({"equals": true})").holds(false));
  EXPECT_TRUE(bound(R"({"equals": 2048})").holds(2048.0));
  EXPECT_FALSE(bound(R"({"equals": 2048})").holds(2047.9));
  EXPECT_TRUE(bound(R"({"equals": []})").holds(List{}));
  EXPECT_FALSE(bound(R"({"equals": []})").holds(List{"cores: 1 instead of 2"}));
}

TEST(Bound, OneOfTakesEveryElementOfAList) {
  const Bound driver = bound(R"({"one_of": ["overlayfs", "overlay2"]})");
  EXPECT_TRUE(driver.holds("overlay2"));
  EXPECT_FALSE(driver.holds("vfs"));
  EXPECT_TRUE(driver.holds(List{"overlay2", "overlayfs"}));
  EXPECT_FALSE(driver.holds(List{"overlay2", "vfs"}));
  EXPECT_TRUE(driver.holds(List{}));
}

TEST(Bound, EmptyOneOfAllowsOnlyTheEmptyList) {
  EXPECT_TRUE(bound(R"({"one_of": []})").holds(List{}));
  EXPECT_FALSE(bound(R"({"one_of": []})").holds(List{"ssh.service"}));
}

TEST(Bound, NoneOfForbidsEveryElement) {
  const Bound driver = bound(R"({"none_of": ["vfs", "native"]})");
  EXPECT_TRUE(driver.holds("overlay2"));
  EXPECT_FALSE(driver.holds("vfs"));
  EXPECT_FALSE(driver.holds(List{"overlay2", "native"}));
}

TEST(Bound, MinAndMaxIncludeTheirEnds) {
  const Bound band = bound(R"({"min": 1500, "max": 2156})");
  EXPECT_TRUE(band.holds(1500));
  EXPECT_TRUE(band.holds(2156.0));
  EXPECT_FALSE(band.holds(1499.9));
  EXPECT_FALSE(band.holds(2156.1));
  EXPECT_TRUE(bound(R"({"max": 0})").holds(-5));
  EXPECT_TRUE(bound(R"({"min": 0})").holds(1e12));
}

TEST(Bound, KnowsWhatIsNoData) {
  for (const char* text : {R"({"max": 3})", R"({"min": 3})", R"({"equals": "2"})",
                           R"({"equals": []})", R"({"one_of": ["a"]})", R"({"none_of": ["a"]})"}) {
    const Bound any = bound(text);
    EXPECT_TRUE(any.unusable(Value())) << text;
    EXPECT_TRUE(any.unusable("")) << text;
    EXPECT_TRUE(any.unusable(kNan)) << text;
    EXPECT_TRUE(any.unusable(kInfinity)) << text;
    EXPECT_TRUE(any.unusable(List{"a", ""})) << text;
    for (const Value& value : {Value(), Value(kNan), Value("")}) {
      EXPECT_FALSE(any.holds(value)) << text;
    }
  }
}

TEST(Bound, SaysThatTheTypeIsWrong) {
  EXPECT_THAT(bound(R"({"max": 3})").unusable("2"), Optional(HasSubstr("expected a number")));
  EXPECT_THAT(bound(R"({"equals": 0})").unusable(false), Optional(HasSubstr("expected a number")));
  EXPECT_THAT(bound(R"({"equals": []})").unusable("none"), Optional(HasSubstr("expected a list")));
  EXPECT_THAT(bound(R"({"one_of": ["9.2"]})").unusable(9.2),
              Optional(HasSubstr("expected a text")));
  EXPECT_THAT(bound(R"({"one_of": []})").unusable("x"), Optional(HasSubstr("expected a list")));
}

TEST(Bound, ReadsAsText) {
  EXPECT_EQ(bound(R"({"one_of": ["overlayfs", "overlay2"]})").text(), "one of overlayfs, overlay2");
  EXPECT_EQ(bound(R"({"none_of": ["vfs"]})").text(), "none of vfs");
  EXPECT_EQ(bound(R"({"max": 311})").text("MiB"), "at most 311 MiB");
  EXPECT_EQ(bound(R"({"min": 30})").text("samples"), "at least 30 samples");
  EXPECT_EQ(bound(R"({"min": 1500, "max": 2156})").text("MiB"), "1500 to 2156 MiB");
  EXPECT_EQ(bound(R"({"equals": []})").text(), "no complaints");
  EXPECT_EQ(bound(R"({"one_of": []})").text(), "none");
  EXPECT_EQ(bound(R"({"equals": 10})").text("GiB"), "10 GiB");
}

TEST(Bound, RefusesWhatIsNoBound) {
  EXPECT_THAT(refusal("{}"), HasSubstr("exactly one of"));
  EXPECT_THAT(refusal(R"({"equals": 1, "max": 2})"), HasSubstr("exactly one of"));
  EXPECT_THAT(refusal(R"({"at_most": 2})"), HasSubstr("at_most: unknown key"));
  EXPECT_THAT(refusal(R"({"equals": null})"), HasSubstr("equals: null"));
  EXPECT_THAT(refusal(R"({"one_of": "a"})"), HasSubstr("one_of: expected an array"));
  EXPECT_THAT(refusal(R"({"one_of": [null]})"), HasSubstr("one_of/0: expected"));
  EXPECT_THAT(refusal(R"({"one_of": [["a"]]})"), HasSubstr("one_of/0: expected"));
  EXPECT_THAT(refusal(R"({"equals": {"a": 1}})"), HasSubstr("equals: expected"));
  EXPECT_THAT(refusal(R"({"none_of": []})"), HasSubstr("forbids nothing"));
  EXPECT_THAT(refusal(R"({"max": "2"})"), HasSubstr("max: expected a number"));
  EXPECT_THAT(refusal(R"({"min": 3, "max": 2})"), HasSubstr("min 3 is above max 2"));
  EXPECT_EQ(refusal(R"({"min": 2, "max": 2})"), "no error");
  EXPECT_THAT(refusal("[]"), HasSubstr("expected an object"));
}

TEST(Bound, SaysOfMeasuredComplaintsThatThereAreNone) {
  EXPECT_EQ(bound(R"({"equals": []})").measured_text(List{}), "no complaints");
  EXPECT_EQ(bound(R"({"equals": []})").measured_text(List{"a", "b"}), "a, b");
  EXPECT_EQ(bound(R"({"one_of": ["a"]})").measured_text(List{}), "none");
}

TEST(Bound, IsWrittenAsItWasRead) {
  for (const char* text : {R"({"equals":[]})", R"({"equals":"2"})", R"({"max":311})",
                           R"({"max":2.5,"min":-1})", R"({"one_of":["a",2,true]})"}) {
    EXPECT_EQ(write_fields(bound(text)), parse_json(text)) << text;
  }
}

TEST(ValueText, ShowsEnoughDigitsAndNoMore) {
  EXPECT_EQ(Value(2211.713864).to_text("tps"), "2211.71 tps");
  EXPECT_EQ(Value(311.001).to_text(), "311.001");
  EXPECT_EQ(Value(0.3).to_text("%"), "0.3 %");
  EXPECT_EQ(Value(67108864).to_text("B"), "67108864 B");
  EXPECT_EQ(Value(2130382848.0).to_text(), "2130382848");
  EXPECT_EQ(Value(true).to_text(), "true");
  EXPECT_EQ(Value("overlayfs").to_text("MiB"), "overlayfs");
  EXPECT_EQ(Value().to_text(), "nothing");
  EXPECT_EQ(Value(List{"a", "b"}).to_text(), "a, b");
}

TEST(ValueText, HasOneOfAUnitInTheSingular) {
  EXPECT_EQ(Value(1).to_text("rows"), "1 row");
  EXPECT_EQ(Value(2).to_text("rows"), "2 rows");
  EXPECT_EQ(Value(1.0).to_text("ms"), "1 ms");
  EXPECT_EQ(Value(1).to_text("tps"), "1 tps");
}

}  // namespace
}  // namespace pve_accept
