#include "suites/unit/matchers.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

TEST(SimRules, TheNodeRebootsAsACommandArrives) {
  Lab lab(R"({"rules":[{"target":"node","command":"^uname","reboots":true,"skip":1,"times":1}]})");
  const auto guest = lab.start_lxc();
  const std::string boot = lab.run("cat /proc/sys/kernel/random/boot_id").out;
  EXPECT_EQ(lab.run("uname -r").exit_status, 0);
  EXPECT_THROW(lab.run("uname -r"), ConnectionError);
  EXPECT_THROW(Lab::run_in(*guest, "hostname"), ConnectionError);
  lab.reopen();
  EXPECT_EQ(lab.run("uname -r").exit_status, 0);
  EXPECT_NE(lab.run("cat /proc/sys/kernel/random/boot_id").out, boot);
  EXPECT_EQ(lab.run("pct status 9001").out, "status: stopped\n");
}

TEST(SimRules, AMessageIsLoggedAsACommandArrives) {
  Lab lab(R"({"rules":[{"target":"node","command":"^uname","logs":"<3>I/O error","times":1}]})");
  const std::string read = "journalctl -k -o json --quiet --no-pager --since @0 -p err";
  EXPECT_EQ(lab.run(read).out, "");
  EXPECT_EQ(lab.run("uname -r").exit_status, 0) << "it is executed all the same";
  EXPECT_THAT(lab.run(read).out, HasSubstr("I/O error"));
}

TEST(SimRules, AContainerDiesAsACommandArrives) {
  Lab lab(R"({"rules":[{"target":"lxc","command":"^sync","kills":"spike-cache-1"}]})");
  const auto guest = lab.start_all(GuestKind::kLxc);
  const std::string ask = "docker inspect spike-cache-1";
  EXPECT_THAT(Lab::run_in(*guest, ask).out, HasSubstr("\"Running\": true"));
  Lab::run_in(*guest, "sync");
  EXPECT_THAT(Lab::run_in(*guest, ask).out,
              AllOf(HasSubstr("\"Status\": \"exited\""), HasSubstr("\"ExitCode\": 137")));
  EXPECT_THAT(Lab::run_in(*guest, "docker inspect spike-db-1").out, HasSubstr("\"Running\": true"));
}

TEST(SimRules, WholeStdoutStandsInForTheCommand) {
  Lab lab(R"({"rules":[{"target":"node","command":"^hostname","stdout":"other\n"}]})");
  const CommandResult result = lab.run("hostname");
  EXPECT_EQ(result.out, "other\n");
  EXPECT_EQ(result.exit_status, 0);
}

TEST(SimRules, AFailureStandsInForTheCommand) {
  Lab lab(R"({"rules":[{"command":"^rm","exit":255,"stderr":"no\n"}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "text");
  const CommandResult result = lab.run("rm -f /run/x");
  EXPECT_EQ(result.exit_status, 255);
  EXPECT_EQ(result.err, "no\n");
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(lab.run("cat /run/x").out, "text");
}

TEST(SimRules, ReplacesEveryMatchInTheRealStdout) {
  Lab lab(R"({"rules":[{"command":"^cat","replace":{"pattern":"[aeiou]","with":"-"}}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "one\ntwo\n");
  EXPECT_EQ(lab.run("cat /run/x").out, "-n-\ntw-\n");
}

TEST(SimRules, ReplacesInEveryLineOfAProcess) {
  Lab lab(R"({"rules":[{"command":"^cat","replace":{"pattern":"^o","with":"O"}}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "one\nother\n");
  const auto process = lab.shell().start({.argv = {"cat", "/run/x"}});
  EXPECT_EQ(process->next_line(1s)->text, "One");
  EXPECT_EQ(process->next_line(1s)->text, "Other");
  EXPECT_EQ(process->finish().out, "One\nOther\n");
}

TEST(SimRules, StderrStandsInForTheRealOneAndTheCommandRuns) {
  Lab lab(R"({"rules":[{"command":"cat","stderr":"odd\n"}]})");
  const CommandResult result = lab.run("cat /run/none");
  EXPECT_EQ(result.err, "odd\n");
  EXPECT_EQ(result.exit_status, 1);
}

TEST(SimRules, ExitZeroHidesAFailure) {
  Lab lab(R"({"rules":[{"command":"cat","exit":0}]})");
  const CommandResult result = lab.run("cat /run/none");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.err, HasSubstr("No such file"));
}

TEST(SimRules, ADelayedCommandStartsLater) {
  Lab lab(R"({"rules":[{"command":"^date","delay_s":7}]})");
  const std::int64_t before = std::stoll(lab.run("uname -r").exit_status == 0 ? "1780822200" : "");
  const CommandResult result = lab.run("date +%s");
  EXPECT_EQ(std::stoll(result.out) - before, 7);
  EXPECT_GE(result.elapsed, 7s);
}

TEST(SimRules, AHangingCommandMeetsItsDeadline) {
  Lab lab(R"({"rules":[{"command":"^hostname","hang":true}]})");
  const auto before = lab.clock().now();
  EXPECT_THROW(lab.shell().run({.argv = {"hostname"}, .deadline = 30s}), DeadlineError);
  EXPECT_EQ(lab.clock().now() - before, 30s);
}

TEST(SimRules, AHangingProcessPrintsNothing) {
  Lab lab(R"({"rules":[{"command":"^hostname","hang":true}]})");
  const auto process = lab.shell().start({.argv = {"hostname"}, .deadline = 30s});
  EXPECT_FALSE(process->next_line(10s));
  EXPECT_FALSE(process->ended());
  EXPECT_THROW(process->finish(), DeadlineError);
}

TEST(SimRules, ADroppedConnectionFailsAtOnce) {
  Lab lab(R"({"rules":[{"command":"^hostname","drop_connection":true,"times":1}]})");
  const auto before = lab.clock().now();
  EXPECT_THROW(lab.run("hostname"), ConnectionError);
  EXPECT_EQ(lab.clock().now(), before);
  EXPECT_EQ(lab.run("hostname").exit_status, 0);
}

TEST(SimRules, AConnectionThatDropsLaterUndoesWhatWasUnderWay) {
  Lab lab(R"({"rules":[{"command":"import-from","drop_connection_after_s":5,"times":1}]})");
  lab.run("qm create 9000 --name spike-vm");
  const std::string import =
      "qm set 9000 --scsi0 local-lvm:0,import-from=/var/lib/vz/template/qcow2/"
      "debian-13-genericcloud-amd64.qcow2";
  EXPECT_THROW(lab.run(import), ConnectionError);
  EXPECT_EQ(lab.run("pvesm list local-lvm").out, "Volid Format  Type      Size VMID\n");
  EXPECT_EQ(lab.run(import).exit_status, 0);
}

TEST(SimRules, AProcessGivesItsLinesUntilTheConnectionDrops) {
  Lab lab(R"({"rules":[{"command":"^perl","drop_connection_after_s":2.5}]})");
  const auto process = lab.shell().start(
      {.argv = {"perl", "-", "--lines", "9", "--interval-ms", "1000"}, .input = "x"});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(process->next_line(2s)) << i;
  EXPECT_THROW(process->next_line(2s), ConnectionError);
}

TEST(SimRules, SkipAndTimesCountMatchesAcrossProcesses) {
  Lab lab(R"({"rules":[{"command":"^hostname","stdout":"x","skip":1,"times":2}]})");
  EXPECT_EQ(lab.run("hostname").out, "sim-node\n");
  EXPECT_EQ(lab.run("hostname").out, "x");
  lab.reopen();
  EXPECT_EQ(lab.run("hostname").out, "x");
  EXPECT_EQ(lab.run("hostname").out, "sim-node\n");
}

TEST(SimRules, ATargetMeansTheHostThatTheCommandArrivesAt) {
  Lab lab(R"({"rules":[{"target":"lxc","command":"hostname","stdout":"x"}]})");
  const auto guest = lab.start_lxc();
  EXPECT_EQ(lab.run("hostname").out, "sim-node\n");
  EXPECT_EQ(lab.run("pct exec 9001 -- hostname").out, "spike-lxc\n");
  EXPECT_EQ(Lab::run_in(*guest, "hostname").out, "x");
}

TEST(SimRules, AMissedDeadlineChangesNothing) {
  Lab lab;
  EXPECT_THROW(lab.shell().run({.argv = {"pct", "create", "9001",
                                         "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
                                         "--rootfs", "local-lvm:10"},
                                .deadline = 2s}),
               DeadlineError);
  EXPECT_EQ(lab.run("pct list").out, "");
}

TEST(SimRules, AppendsToWhatTheCommandPrints) {
  Lab lab(R"({"rules":[{"command":"^cat","append_stdout":"more\n","append_stderr":"warning\n"}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "one\n");
  const CommandResult result = lab.run("cat /run/x");
  EXPECT_EQ(result.out, "one\nmore\n");
  EXPECT_EQ(result.err, "warning\n");
}

TEST(SimRules, AnExitStatusWithTheRealReply) {
  Lab lab(R"({"rules":[{"command":"^cat","exit":3,"executes":true}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "one\n");
  const CommandResult result = lab.run("cat /run/x");
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_EQ(result.out, "one\n");
}

TEST(SimRules, TheCommandRunsAndItsReplyIsAnother) {
  Lab lab(R"({"rules":[{"command":"^rm","stdout":"","exit":0,"executes":true}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "one\n");
  EXPECT_EQ(lab.run("rm /run/x").exit_status, 0);
  EXPECT_NE(lab.run("cat /run/x").exit_status, 0);
}

TEST(SimRules, EditsSomeLinesOnly) {
  Lab lab(R"({"rules":[{"command":"^cat",
      "replace":{"pattern":"(l)[0-9]","with":"${1}20","from_line":2,"to_line":2}}]})");
  lab.run("install -m 0600 /dev/stdin /run/x", "l1\nl2\nl3\n");
  EXPECT_EQ(lab.run("cat /run/x").out, "l1\nl20\nl3\n");
  const auto process = lab.shell().start({.argv = {"cat", "/run/x"}});
  EXPECT_EQ(process->finish().out, "l1\nl20\nl3\n");
}

TEST(SimRules, EditsStandardErrorToo) {
  Lab lab(
      R"({"rules":[{"command":"^cat","replace":{"pattern":"No such","with":"Odd","in":"stderr"}}]})");
  EXPECT_THAT(lab.run("cat /run/none").err, HasSubstr("Odd file"));
}

TEST(SimRules, BeginsAfterACommand) {
  Lab lab(R"({"rules":[{"command":"^hostname","stdout":"x","after":"^rm"}]})");
  EXPECT_NE(lab.run("hostname").out, "x");
  lab.run("rm -f /run/x");
  EXPECT_EQ(lab.run("hostname").out, "x");
}

TEST(SimRules, BeginsAtATime) {
  Lab lab(R"({"rules":[{"command":"^hostname","stdout":"x","from_s":60}]})");
  EXPECT_NE(lab.run("hostname").out, "x");
  lab.pass(60);
  EXPECT_EQ(lab.run("hostname").out, "x");
}

TEST(SimRules, AKilledCommandHasPrintedWhatItPrintedBefore) {
  Lab lab(R"({"rules":[{"command":"^perl","ends_after_s":2.5}]})");
  const auto process = lab.shell().start(
      {.argv = {"perl", "-", "--lines", "10", "--interval-ms", "1000"}, .input = "script"});
  const CommandResult result = process->finish();
  EXPECT_EQ(result.exit_status, 137);
  EXPECT_EQ(std::ranges::count(result.out, '\n'), 3);
  EXPECT_EQ(result.elapsed, 2500ms);
}

}  // namespace
}  // namespace pve_accept::sim_testing
