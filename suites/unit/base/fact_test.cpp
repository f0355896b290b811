#include "support/base/fact.h"

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/parse_json.h"
#include "support/base/fields.h"

namespace pve_accept {
namespace {

struct Disk {
  Fact<double> used_gib = {};
  Fact<std::vector<std::string>> complaints = {};
};

template <class Fields>
void visit(Disk& disk, Fields& fields) {
  fields("used_gib", disk.used_gib);
  fields("complaints", disk.complaints, if_set);
}

Fact<double> failing() {
  return read_fact([]() -> double { throw HarnessError("measure the disk", "df is gone"); });
}

TEST(Fact, IsWhatWasSeenOrWhyNot) {
  EXPECT_EQ(read_fact([] { return 2.5; }).need("the disk"), 2.5);
  EXPECT_EQ(failing().problem, "measure the disk: df is gone");
  EXPECT_FALSE(failing());
  EXPECT_FALSE(failing().known());
  EXPECT_TRUE(Fact<double>().known());
}

TEST(Fact, IsNeededWithItsReason) {
  const auto trouble_of = [](const Fact<double>& fact) -> std::string {
    return message_of<HarnessError>([&] { fact.need("the disk"); }, "none");
  };
  EXPECT_EQ(trouble_of(failing()), "read the disk: measure the disk: df is gone");
  EXPECT_EQ(trouble_of({}), "read the disk: it is not on record");
  EXPECT_EQ(trouble_of(1.0), "none");
}

TEST(Fact, DoesNotHideALostConnection) {
  EXPECT_THROW(read_fact([]() -> int { throw ConnectionError("ask", "lost"); }), ConnectionError);
  EXPECT_EQ(read_fact([]() -> int { throw DeadlineError("ask", "late"); }).problem, "ask: late");
}

TEST(Fact, KeepsItsProblemInJson) {
  const Disk seen{.used_gib = 2.5, .complaints = std::vector<std::string>{}};
  EXPECT_EQ(write_fields(seen), parse_json(R"({"used_gib": 2.5, "complaints": []})"));
  const Disk none;
  EXPECT_EQ(write_fields(none), parse_json(R"({"used_gib": null})"));
  const Json unread = write_fields(Disk{.used_gib = failing()});
  EXPECT_EQ(unread, parse_json(R"({"used_gib": {"problem": "measure the disk: df is gone"}})"));
  EXPECT_EQ(read_fields<Disk>(JsonCursor(unread, "test")).used_gib.problem, failing().problem);
  const Json written = write_fields(seen);
  EXPECT_EQ(read_fields<Disk>(JsonCursor(written, "test")).used_gib, 2.5);
}

}  // namespace
}  // namespace pve_accept
