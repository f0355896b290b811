#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kPasses = R"({"schema": 1, "model": {"guests": [
    {"vmid": 105, "kind": "lxc", "name": "mail", "starts_s": 100, "stops_s": 130, "ram_mib": 600, "cpu_percent": 20}]}})";

TEST(SimForeignGuests, SomebodyStartsOneAndStopsIt) {
  Lab lab{std::string(kPasses)};
  EXPECT_THAT(lab.run("pct status 105").out, HasSubstr("stopped"));
  lab.pass(101);
  EXPECT_THAT(lab.run("pct status 105").out, HasSubstr("running"));
  lab.reopen();
  EXPECT_THAT(lab.run("pct status 105").out, HasSubstr("running"));
  lab.pass(30);
  EXPECT_THAT(lab.run("pct status 105").out, HasSubstr("stopped"));
}

// One command sees it come and go, as a sampler does.
TEST(SimForeignGuests, ItsCostFollowsTheClock) {
  Lab lab{std::string(kPasses)};
  lab.pass(90);
  const auto samples = sample(lab, 61);  // from second 90 to second 150
  EXPECT_NEAR(samples[5].used_mib, 1702, 5);
  EXPECT_NEAR(samples[20].used_mib, 2302, 5);
  EXPECT_NEAR(samples[50].used_mib, 1702, 5);
  const auto share = [&](std::size_t from, std::size_t to) {
    return percent({samples.begin() + static_cast<std::ptrdiff_t>(from),
                    samples.begin() + static_cast<std::ptrdiff_t>(to)},
                   0);
  };
  EXPECT_LT(share(0, 9), 1);
  EXPECT_NEAR(share(15, 35), 20, 3);
  EXPECT_LT(share(45, 60), 1);
}

TEST(SimForeignGuests, AnotherHostMayHaveTheAddressOfAGuest) {
  Lab lab{std::string(R"({"schema": 1, "model": {"lxc": {"address_taken": true}}})")};
  EXPECT_THAT(message_of<ConnectionError>([&] { lab.start_lxc(); }),
              HasSubstr("the host key is not the expected one"));
}

TEST(SimForeignGuests, TheClockOfTheNodeCanBeSetBack) {
  Lab lab{std::string(
      R"({"schema": 1, "rules": [{"command": "^hostname", "sets_clock_back_s": 3600, "times": 1}]})")};
  const auto time = [&] { return std::stoll(lab.run("date +%s").out); };
  const auto before = time();
  lab.pass(60);
  EXPECT_NEAR(static_cast<double>(time() - before), 60, 2) << "the command is still to come";
  EXPECT_EQ(lab.run("hostname").exit_status, 0);
  EXPECT_NEAR(static_cast<double>(time() - before), 60 - 3600, 2);
  lab.reopen();
  EXPECT_NEAR(static_cast<double>(time() - before), 60 - 3600, 2);
}

}  // namespace
}  // namespace pve_accept::sim_testing
