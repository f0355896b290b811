#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kBootIdOf = "cat /proc/sys/kernel/random/boot_id";
constexpr const char* kUpgraded = R"({"model":{"node":{"kernels":["7.0.10-1-pve"]},"guests":[
  {"vmid":101,"kind":"lxc","name":"web","status":"running","config":{"onboot":"1"}},
  {"vmid":102,"kind":"vm","name":"mail","status":"running"}]}})";

TEST(SimReboot, EndsWhatRanAndStartsTheNewestKernel) {
  Lab lab(kUpgraded);
  const auto guest = lab.start_lxc();
  lab.run("dd of=/run/pve-accept.lock conv=excl status=none", "x");
  const std::string before = lab.run(kBootIdOf).out;
  EXPECT_EQ(lab.run("reboot").exit_status, 0);
  EXPECT_THROW(lab.run("uname -r"), ConnectionError);
  EXPECT_THROW(Lab::run_in(*guest, "true"), ConnectionError);
  lab.pass(200);
  EXPECT_THROW(lab.run("uname -r"), ConnectionError) << "the connection was to the boot before";

  lab.reopen();
  EXPECT_EQ(lab.run("uname -r").out, "7.0.10-1-pve\n");
  EXPECT_THAT(lab.run("pveversion").out, HasSubstr("(running kernel: 7.0.10-1-pve)"));
  EXPECT_NE(lab.run(kBootIdOf).out, before);
  EXPECT_EQ(lab.run("cat /run/pve-accept.lock").exit_status, 1);
  EXPECT_EQ(lab.run("pct status 9001").out, "status: stopped\n");
  EXPECT_EQ(lab.run("pct status 101").out, "status: running\n");
  EXPECT_EQ(lab.run("qm status 102").out, "status: stopped\n");
  const Json status =
      parse_json(lab.run("pvesh get /nodes/sim-node/status --output-format json").out);
  EXPECT_LT(status.at("uptime").get<int>(), 200);
  EXPECT_EQ(status.at("current-kernel").at("release"), "7.0.10-1-pve");
}

TEST(SimReboot, TakesAWhile) {
  Lab lab;
  const auto began = lab.clock().now();
  lab.run("systemctl reboot");
  lab.reopen();  // who connects waits
  EXPECT_EQ(lab.run("uname -r").out, "7.0.2-6-pve\n");
  EXPECT_GE(lab.clock().now() - began, std::chrono::seconds(75));
}

TEST(SimReboot, StartsAPinnedKernelAndForgetsAPinForTheNextBoot) {
  Lab lab(R"({"model":{"node":{"kernels":["6.17.13-2-pve","7.0.10-1-pve"]},"files":{
      "/etc/kernel/proxmox-boot-pin":"7.0.2-6-pve\n",
      "/etc/kernel/next-boot-pin":"6.17.13-2-pve\n"}}})");
  lab.run("reboot");
  lab.reopen();
  EXPECT_EQ(lab.run("uname -r").out, "6.17.13-2-pve\n");
  lab.run("reboot");
  lab.reopen();
  EXPECT_EQ(lab.run("uname -r").out, "7.0.2-6-pve\n");
}

TEST(SimReboot, CountersAndMemoryBeginAnew) {
  Lab lab(R"({"model":{"node":{"kernel_messages":["ACPI: something"]}}})");
  const auto guest = lab.start_all();
  lab.pass(300);
  EXPECT_THAT(lab.run("journalctl -k -o json --quiet --no-pager").out, HasSubstr("ACPI"));
  lab.run("reboot");
  lab.reopen();
  EXPECT_EQ(lab.run("journalctl -k -o json --quiet --no-pager").out, "");
  const auto samples = sample(lab, 30);
  EXPECT_NEAR(median_used_mib(samples), 1702, 3);
  double ticks = 0;
  for (const double column : samples.back().ticks) ticks += column;
  EXPECT_LT(ticks, 4 * 100 * 120) << "of four CPUs, since the boot";
  lab.run("pct start 9001");
  lab.pass(60);
  EXPECT_NEAR(median_used_mib(sample(lab, 30)), 1913, 12) << "its stack comes back with it";
}

// ---- pveperf -----------------------------------------------------------------------------------

// The names of the lines that it printed.
std::vector<std::string> names_of(const std::string& text) {
  std::vector<std::string> names;
  for (const std::string_view line : text::lines(text)) {
    names.emplace_back(line.substr(0, line.find(':')));
  }
  return names;
}

TEST(SimPveperf, PrintsWhatTheRealOnePrints) {
  Lab lab;
  const CommandResult real = recorded("pveperf.txt", "pveperf /nowhere");
  const CommandResult ours = lab.run("pveperf /nowhere");
  EXPECT_EQ(names_of(ours.out), names_of(real.out));
  EXPECT_EQ(ours.err, real.err);
  EXPECT_EQ(ours.exit_status, real.exit_status);
  // The two on the disk itself are left out where there is none below the file system.
  auto names = names_of(lab.run("pveperf /var/lib/vz").out);
  std::erase(names, "BUFFERED READS");
  std::erase(names, "AVERAGE SEEK TIME");
  EXPECT_EQ(names, names_of(recorded("pveperf.txt", "pveperf /srv/store").out));
  EXPECT_EQ(lab.run("pveperf / x").exit_status, 255);
}

TEST(SimPveperf, FollowsTheLuckOfTheBoot) {
  const auto fsyncs = [](int boot) {
    Lab lab(fmt::format(R"({{"model":{{"boot":{},"variation":{{"boot":{{"tps_percent":20}}}}}}}})",
                        boot));
    const std::string text = lab.run("pveperf /").out;
    return std::stod(text.substr(text.find("FSYNCS/SECOND:") + 14));
  };
  EXPECT_GT(std::abs(fsyncs(1) / fsyncs(2) - 1), 0.05);
}

TEST(SimPveperf, MayNotBeThere) {
  Lab lab(R"({"model":{"canary":{"installed":false}}})");
  EXPECT_EQ(lab.run("pveperf /").exit_status, 127);
}

}  // namespace
}  // namespace pve_accept::sim_testing
