#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"
#include "support/base/pattern.h"
#include "support/base/text.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kBackups = "node-quick/63-backups.txt";
constexpr const char* kBackupsOfVms = "node-quick/66-vm-backups.txt";
constexpr const char* kRecordedFailure =
    "head -c 20000000 /var/lib/vz/dump/vzdump-qemu-711-2026_11_30-12_17_54.vma.zst "
    ">/var/lib/vz/dump/vzdump-qemu-711-2026_11_30-00_00_00.vma.zst; qmrestore "
    "local:backup/vzdump-qemu-711-2026_11_30-00_00_00.vma.zst 713 --storage local-lvm";
const std::string kOptions =
    " --mode snapshot --compress zstd --remove 0 --notes-template 'pve-accept run test' "
    "--mailnotification failure --notification-mode legacy-sendmail";

// Without the first line: vzdump prints its own options in another order each time.
std::string log_of(const CommandResult& result) {
  static const Pattern time("[0-9]{4}(-[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2}");
  return time.replaced(result.out.substr(result.out.find('\n') + 1), "TIME");
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

const std::string kRecordedKill = "vzdump 711 --storage local" + kOptions +
                                  " --bwlimit 60000 & sleep 9; kill -KILL $(pgrep -f '^task "
                                  "UPID.*:vzdump:711:'); wait $!";

const std::string kRecordedVzdump = "vzdump 711 --storage local" + kOptions;
constexpr const char* kRecordedRestore =
    "qmrestore local:backup/vzdump-qemu-711-2026_11_30-12_17_54.vma.zst 712 --storage local-lvm";

std::string line_with(const std::string& text, std::string_view part) {
  for (const std::string_view line : text::lines(text)) {
    if (text::contains(line, part)) return std::string(line);
  }
  throw std::runtime_error(fmt::format("no line has {}", part));
}

// Times, sizes and durations are each run's own.
std::string without_figures(const CommandResult& result) {
  static const Pattern figures(
      "(_[0-9]{2}){2}-([0-9]{2}_?){3}|: [0-9]+MB|\\([0-9]{2}(:[0-9]{2}){2}\\)");
  return figures.replaced(log_of(result), "");
}

TEST(SimBackups, OfARunningContainerSaysWhatTheRealToolSays) {
  Lab lab;
  lab.start_lxc();
  const std::string command = "vzdump 9001 --storage local" + kOptions;
  EXPECT_EQ(without_figures(lab.run(command)),
            without_figures(recorded("node-vm/65-running-container.txt", command)));
}

// The figures of one that takes longer than another, and how often it says them.
std::string without_progress(const CommandResult& result) {
  static const Pattern lines("(INFO:  |progress ) ?[0-9]{1,2}% [^\n]*\n");
  static const Pattern ids(
      "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|vzdumptmp[0-9]+|CTIME: [A-Za-z]{3} [A-Za-z]{3} +");
  static const Pattern numbers("[0-9]+(\\.[0-9]+)?|[KMG]?i?B\\b");
  std::string text = lines.replaced(without_figures(result), "");
  text = ids.replaced(text, "ID");
  return numbers.replaced(text, "N");
}

std::string archive_on(Lab& lab) {
  std::string archive;
  for (const Json& volume : parse_json(
           lab.run("pvesh get /nodes/sim-node/storage/local/content --output-format json").out)) {
    if (volume.at("content") == "backup") archive = volume.at("volid");
  }
  return archive;
}

// As the node that was recorded has them.
Scenario with_disks_in_folders() {
  Scenario scenario;
  for (Model::Storage& storage : scenario.model.storages) {
    if (storage.storage != "local-lvm") continue;
    storage.type = "dir";
    storage.path = "/var/lib/vz-guests";
  }
  return scenario;
}

// The VM that was recorded has no drive of cloud-init's.
std::string without_drive(const std::string& text) {
  static const Pattern drive("[^\n]*cloudinit[^\n]*\n");
  return drive.replaced(text, "");
}

TEST(SimBackups, OfARunningVmSayWhatTheRealToolsSay) {
  Lab lab(with_disks_in_folders());
  lab.start_vm();
  const std::string command = "vzdump 9000 --storage local" + kOptions;
  EXPECT_THAT(lab.run(command).out, HasSubstr("INFO: issuing guest-agent 'fs-freeze' command\n"
                                              "INFO: starting backup via QMP command\n"
                                              "INFO: issuing guest-agent 'fs-thaw' command\n"
                                              "INFO: started backup task '"));
  lab.run("qm set 9000 --agent 0 --name small");
  lab.pass(5);
  EXPECT_EQ(without_progress(lab.run(command)),
            without_progress(recorded(kBackupsOfVms, kRecordedVzdump)));
  EXPECT_EQ(without_drive(without_progress(
                lab.run("qmrestore " + archive_on(lab) + " 9002 --storage local-lvm"))),
            without_progress(recorded(kBackupsOfVms, kRecordedRestore)));
}

TEST(SimBackups, OfAVmWhoseRestoreFailsLeaveWhatTheRealToolLeaves) {
  Scenario scenario = with_disks_in_folders();
  scenario.model.vm.restore_fails = "restore failed - short vma extent (989732 < 3801600)";
  Lab lab(scenario);
  lab.start_vm();
  lab.run("vzdump 9000 --storage local" + kOptions);
  const CommandResult real = recorded(kBackupsOfVms, kRecordedFailure);
  const CommandResult ours = lab.run("qmrestore " + archive_on(lab) + " 713 --storage local-lvm");
  EXPECT_EQ(ours.exit_status, real.exit_status);
  for (const char* said :
       {"vma: restore failed", "temporary volume 'local-lvm:713/vm-713-disk-0.raw'",
        "no lock found", "error before or during data restore"}) {
    EXPECT_THAT(ours.out, HasSubstr(line_with(real.out, said)));
  }
  EXPECT_EQ(lab.run("cat /etc/pve/nodes/sim-node/qemu-server/713.conf").out,
            recorded(kBackupsOfVms, "cat /etc/pve/qemu-server/713.conf").out);
}

TEST(SimBackups, OfAVmThatAreKilledLeaveWhatTheRealToolLeaves) {
  Scenario scenario = with_disks_in_folders();
  scenario.model.vm.backup_is_killed = true;
  Lab lab(scenario);
  lab.start_vm();
  const CommandResult real = recorded(kBackupsOfVms, kRecordedKill);
  const CommandResult ours = lab.run("vzdump 9000 --storage local" + kOptions);
  EXPECT_EQ(ours.exit_status, real.exit_status);
  EXPECT_EQ(ours.err, real.err);
  const auto kinds = [](const CommandResult& listed) {
    std::vector<std::string> endings;
    for (const std::string_view path : text::lines(listed.out)) {
      const std::size_t dot = path.find('.');
      if (dot != std::string::npos) endings.emplace_back(path.substr(dot));
    }
    return endings;
  };
  constexpr const char* kFind = "find -H /var/lib/vz/dump -maxdepth 1";
  EXPECT_THAT(kinds(lab.run(kFind)),
              testing::UnorderedElementsAreArray(kinds(recorded(kBackupsOfVms, kFind, 1))));
  EXPECT_THAT(lab.run("cat /etc/pve/nodes/sim-node/qemu-server/9000.conf").out,
              HasSubstr("lock: backup\n"));
}

TEST(SimBackups, AreRestoredToAFreeVmidOnly) {
  Lab lab;
  lab.start_lxc();
  EXPECT_EQ(lab.run("vzdump 9001 --storage local" + kOptions).exit_status, 0);
  const std::string archive = archive_on(lab);
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
