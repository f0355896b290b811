#include <regex>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kBackups = "node-quick/63-backups.txt";
const std::string kOptions =
    " --mode snapshot --compress zstd --remove 0 --notes-template 'pve-accept run test' "
    "--mailnotification failure --notification-mode legacy-sendmail";

// Without the first line: vzdump prints its own options in another order each time.
std::string log_of(const CommandResult& result) {
  static const std::regex time("[0-9]{4}(-[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2}");
  return std::regex_replace(result.out.substr(result.out.find('\n') + 1), time, "TIME");
}

TEST(SimBackups, RefusesWhatTheRealToolsRefuse) {
  Lab lab(recorded_node());
  for (const char* storage : {"local-lvm", "nosuch"}) {
    expect_as_recorded(lab, kBackups, std::string("vzdump 700 --storage ") + storage + kOptions);
  }
  expect_as_recorded(
      lab, kBackups,
      {"pct restore 704 local:backup/vzdump-lxc-700-2020_01_01-00_00_00.tar.zst --storage "
       "local-lvm",
       "qmrestore local:backup/vzdump-qemu-710-2020_11_30-00_00_00.vma.zst 711 --storage "
       "local-lvm"});
}

TEST(SimBackups, SaysWhatWentWrongAsTheRealToolDoes) {
  Lab lab(recorded_node());
  const std::string command = "vzdump 799 --storage local" + kOptions;
  const CommandResult real = recorded(kBackups, command), ours = lab.run(command);
  EXPECT_EQ(ours.exit_status, real.exit_status);
  EXPECT_EQ(log_of(ours), log_of(real));
  EXPECT_EQ(ours.err, real.err);
}

// Times, sizes and durations are each run's own.
std::string without_figures(const CommandResult& result) {
  static const std::regex figures(
      "(_[0-9]{2}){2}-([0-9]{2}_?){3}|: [0-9]+MB|\\([0-9]{2}(:[0-9]{2}){2}\\)");
  return std::regex_replace(log_of(result), figures, "");
}

TEST(SimBackups, OfARunningContainerSaysWhatTheRealToolSays) {
  Lab lab;
  lab.start_lxc();
  const std::string command = "vzdump 9001 --storage local" + kOptions;
  EXPECT_EQ(without_figures(lab.run(command)),
            without_figures(recorded("node-vm/65-running-container.txt", command)));
}

TEST(SimBackups, AreRestoredToAFreeVmidOnly) {
  Lab lab;
  lab.start_lxc();
  EXPECT_EQ(lab.run("vzdump 9001 --storage local" + kOptions).exit_status, 0);
  std::string archive;
  for (const Json& volume : parse_json(
           lab.run("pvesh get /nodes/sim-node/storage/local/content --output-format json").out)) {
    if (volume.at("content") == "backup") archive = volume.at("volid");
  }
  const CommandResult refused = lab.run("pct restore 9001 " + archive + " --storage local-lvm");
  EXPECT_EQ(refused.exit_status, 2) << refused.err;
  EXPECT_THAT(refused.err, StartsWith("CT 9001 already exists on node '"));
  const CommandResult restored = lab.run("pct restore 9002 " + archive + " --storage local-lvm");
  EXPECT_EQ(restored.exit_status, 0) << restored.err;
  EXPECT_THAT(restored.out, AllOf(StartsWith("recovering backed-up configuration from 'local:"),
                                  HasSubstr("restoring '" + archive + "' now..\nextracting"),
                                  EndsWith("merging backed-up and given configuration..\n")));
}

}  // namespace
}  // namespace pve_accept::sim_testing
