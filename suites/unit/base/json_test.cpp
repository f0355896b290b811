#include "support/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/base/error.h"

namespace pve_accept {
namespace {

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(StrictJson, RefusesDuplicateKeyWithItsPath) {
  EXPECT_EQ(complaint([] { parse_strict_json(R"({"a": {"b": 1, "b": 2}})", "lab.json"); }),
            "lab.json: a/b: the key stands twice; keep one of the two");
}

TEST(StrictJson, AcceptsTheSameKeyInSiblings) {
  EXPECT_EQ(parse_strict_json(R"([{"a": 1}, {"a": 2}])", "lab.json").size(), 2U);
}

TEST(StrictJson, NamesLineOfSyntaxError) {
  EXPECT_THAT(complaint([] { parse_strict_json("{\n\"a\": }", "lab.json"); }),
              testing::HasSubstr("lab.json: not valid JSON: parse error at line 2, column 6"));
}

TEST(StrictJson, NamesFileThatIsMissing) {
  EXPECT_THAT(complaint([] { read_strict_json("/nonexistent/lab.json"); }),
              testing::HasSubstr("/nonexistent/lab.json: cannot be read: No such file"));
}

TEST(JsonCursor, NamesThePathOfAWrongType) {
  const Json document = {{"windows", {{"idle_s", "long"}}}};
  EXPECT_EQ(
      complaint([&] { JsonCursor(document, "lab.json").at("windows").at("idle_s").integer(); }),
      "lab.json: windows/idle_s: expected a whole number, found \"long\"");
}

TEST(JsonCursor, NamesUnknownKeyAndTheKnownOnes) {
  const Json document = {{"strage", "local"}};
  EXPECT_EQ(complaint([&] {
              JsonCursor(document, "lab.json").allow_only({"storage", "bridge"});
            }),
            "lab.json: strage: unknown key; known here: storage, bridge");
}

}  // namespace
}  // namespace pve_accept
