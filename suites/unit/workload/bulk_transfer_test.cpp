#include "support/workload/bulk_transfer.h"

#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/mock_host.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

constexpr const char* kReport = "perl - --connect 127.0.0.1 --port 57979 --bytes 268435456";

TEST(BulkTransferReport, HasBothWays) {
  const BulkTransfer seen = parse_bulk_transfer(recorded("bulk-transfer.txt", kReport).out);
  EXPECT_EQ(seen.to_guest.bytes, kBulkBytes);
  EXPECT_EQ(seen.from_guest.bytes, kBulkBytes);
  EXPECT_DOUBLE_EQ(seen.to_guest.longest_gap_s, 0.009);
  EXPECT_DOUBLE_EQ(seen.longest_gap_s(), 0.011);
  EXPECT_DOUBLE_EQ(seen.from_guest.mib_per_s(), 256 / 0.200);
}

TEST(BulkTransferReport, MayHaveEndedHalfWay) {
  const BulkTransfer seen =
      parse_bulk_transfer(R"({"to_guest":{"bytes":4096,"seconds":20.1,"longest_gap_s":20},)"
                          R"("from_guest":{"bytes":0,"seconds":0,"longest_gap_s":0}})");
  EXPECT_EQ(seen.longest_gap_s(), 20);
  EXPECT_EQ(seen.from_guest.mib_per_s(), 0);
}

// Two hosts, whose link goes down for 2.5 s, and for good.
TEST(BulkTransferReport, ShowsALinkThatGoesDown) {
  const auto seen = [](int port) {
    const std::string asked =
        fmt::format("perl - --connect 10.98.0.2 --port {} --bytes 268435456", port);
    return parse_bulk_transfer(recorded("bulk-transfer.txt", asked).out);
  };
  EXPECT_LT(seen(55085).longest_gap_s(), 0.2) << "well";
  EXPECT_GT(seen(57633).longest_gap_s(), 2.5);
  EXPECT_EQ(seen(57633).from_guest.bytes, kBulkBytes) << "it goes on";
  EXPECT_LT(seen(33967).to_guest.bytes, kBulkBytes);
  EXPECT_EQ(seen(33967).from_guest.bytes, 0);
}

TEST(BulkTransferReport, RefusesWhatCannotBe) {
  const auto refused = [](const char* way) {
    return trouble_of([&] {
      parse_bulk_transfer(std::string(R"({"to_guest":)") + way + R"(,"from_guest":)" + way + "}");
    });
  };
  EXPECT_EQ(refused(R"({"bytes":268435456,"seconds":1,"longest_gap_s":1})"), "");
  EXPECT_NE(refused(R"({"bytes":268435457,"seconds":1,"longest_gap_s":0})"), "");
  EXPECT_NE(refused(R"({"bytes":-1,"seconds":1,"longest_gap_s":0})"), "");
  EXPECT_THAT(refused(R"({"bytes":1,"seconds":1,"longest_gap_s":2})"), HasSubstr("longer"));
  EXPECT_THAT(refused(R"({"bytes":268435456,"seconds":0.001,"longest_gap_s":0})"),
              HasSubstr("faster"));
  EXPECT_THAT(refused(R"({"bytes":1,"seconds":0,"longest_gap_s":0})"), HasSubstr("faster"));
  EXPECT_NE(trouble_of([] { parse_bulk_transfer(""); }), "");
}

}  // namespace
}  // namespace pve_accept
