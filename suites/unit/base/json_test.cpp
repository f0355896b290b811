#include "support/base/json.h"

#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/parse_json.h"
#include "support/base/error.h"

namespace pve_accept {
namespace {

TEST(StrictJson, NamesThePlaceOfWhatItRefuses) {
  const auto complaint_of = [](const char* text) {
    return message_of<InputError>([&text = text] { parse_strict_json(text, "lab.json"); });
  };
  EXPECT_EQ(complaint_of(R"({"a": {"b": 1, "b": 2}})"),
            "lab.json: a/b: the key stands twice; keep one of the two");
  EXPECT_EQ(complaint_of(R"({"a": [[], {"c": {}, "b": [1], "b": 2}]})"),
            "lab.json: a/1/b: the key stands twice; keep one of the two");
  EXPECT_EQ(complaint_of(R"({"a": 1, "claims": {"cpu.idle": [{"max": 2}, {"max": 1e999}]}})"),
            "lab.json: claims/cpu.idle/1/max: expected a finite number; this one is too large");
  EXPECT_EQ(complaint_of("[1, [2, -1e999]]"),
            "lab.json: 1/1: expected a finite number; this one is too large");
  EXPECT_EQ(complaint_of("1e999"),
            "lab.json: (top level): expected a finite number; this one is too large");
}

TEST(StrictJson, ReadsWhatTheLibraryReads) {
  for (const char* text :
       {R"({"a": [1, -2, 2.5, true, null, "\u00e4\n", {}, [], [[{"b": {"c": [1]}}]]], "": 0})",
        R"("text")", "18446744073709551615", "[1e308, 123456789012345678901234567890]", " [ ] "}) {
    EXPECT_EQ(parse_strict_json(text, "lab.json"), parse_json(text)) << text;
  }
}

TEST(StrictJson, AcceptsTheSameKeyInSiblings) {
  EXPECT_EQ(parse_strict_json(R"([{"a": 1}, {"a": 2}])", "lab.json").size(), 2U);
}

TEST(StrictJson, NamesLineOfSyntaxError) {
  for (const auto& [text, place] :
       {std::pair("{\n\"a\": }", "line 2, column 6"), std::pair("", "line 1, column 1"),
        std::pair("{\"max\": NaN}", "line 1, column 9"), std::pair("[1] 2", "line 1, column 5"),
        std::pair("[\"\xff\"]", "line 1, column 3")}) {
    EXPECT_THAT(message_of<InputError>([&text = text] { parse_strict_json(text, "lab.json"); }),
                StartsWith(std::string("lab.json: not valid JSON: parse error at ") + place));
  }
}

TEST(StrictJson, NamesFileThatIsMissing) {
  EXPECT_THAT(message_of<InputError>([] { read_strict_json("/nonexistent/lab.json"); }),
              HasSubstr("/nonexistent/lab.json: cannot be read: No such file"));
}

TEST(JsonCursor, NamesThePathOfAWrongType) {
  const Json document = {{"windows", {{"idle_s", "long"}}}};
  EXPECT_EQ(message_of<InputError>(
                [&] { JsonCursor(document, "lab.json").at("windows").at("idle_s").integer(); }),
            "lab.json: windows/idle_s: expected a whole number, found \"long\"");
}

TEST(JsonCursor, NamesThePathOfWhatLooksTheSame) {
  const Json document = {{"a", {{{"b", 1}}, {{"b", 1}}}}};
  const JsonCursor second =
      JsonCursor(document, "lab.json").at("a").elements()[1].members()[0].second;
  EXPECT_EQ(message_of<InputError>([&] { second.boolean(); }),
            "lab.json: a/1/b: expected true or false, found 1");
  EXPECT_EQ(message_of<InputError>([&] { JsonCursor(document, "lab.json").at("c"); }),
            "lab.json: (top level): 'c' is missing");
}

TEST(JsonCursor, NamesUnknownKeyAndTheKnownOnes) {
  const Json document = {{"strage", "local"}};
  EXPECT_EQ(message_of<InputError>([&] {
              JsonCursor(document, "lab.json").allow_only({"storage", "bridge"});
            }),
            "lab.json: strage: unknown key; known here: storage, bridge");
}

TEST(JsonText, ReplacesWhatIsNoText) {
  EXPECT_EQ(json_text(Json{{"name", "caf\xE9"}}), "{\"name\":\"caf\xEF\xBF\xBD\"}");
  EXPECT_EQ(json_text(Json{{"name", "caf\xC3\xA9"}}, 1), "{\n \"name\": \"caf\xC3\xA9\"\n}");
}

}  // namespace
}  // namespace pve_accept
