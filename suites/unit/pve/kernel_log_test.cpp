#include "support/pve/kernel_log.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"
#include "support/base/pattern.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

using namespace replies;

TEST(JournalReply, HasTheMessage) {
  const auto entries = parse_journal_json(
      recorded("docker-in-lxc.txt", "journalctl -k -o json -n 2 --no-pager").out);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].message, "vetha14c3d4 (unregistering): left promiscuous mode");
}

TEST(JournalReply, TakesAMessageAsBytes) {
  const auto entries = parse_journal_json(
      R"({"__REALTIME_TIMESTAMP":"1","MESSAGE":[73,47,79,32,101,114,114,111,114,255]})"
      "\n"
      R"({"__REALTIME_TIMESTAMP":"2","MESSAGE":null})");
  EXPECT_EQ(entries.at(0).message, "I/O error\xEF\xBF\xBD");
  EXPECT_THAT(entries.at(1).message, HasSubstr("too long"));
}

TEST(JournalReply, NamesALineThatItCannotRead) {
  EXPECT_THAT(trouble_of([] { parse_journal_json("-- No entries --\n"); }),
              HasSubstr("-- No entries --"));
  EXPECT_THROW(parse_journal_json(R"({"SYSLOG_IDENTIFIER":"kernel"})"), HarnessError);
  EXPECT_THROW(parse_journal_json(R"({"__REALTIME_TIMESTAMP":"1","MESSAGE":[300]})"), HarnessError);
  EXPECT_THAT(parse_journal_json(""), IsEmpty());
}

// What a kernel says when it kills one process in a container's cgroup, as far as it is looked for.
std::vector<LogEntry> recorded_oom_kill() {
  const Pattern pattern(kAnomalyPattern);
  const auto kernel = recorded("oom-kill.txt",
                               "cgroup docker-3f1c9a7e5b2d48060f9e8d7c6b5a49382716053f4e2d1c0b9a88"
                               "77665544332e.scope with a limit of 64 MiB for memory and swap: dd "
                               "if=/dev/zero of=/dev/null bs=256M count=1; dmesg -t");
  EXPECT_EQ(kernel.exit_status, 137);
  std::vector<LogEntry> found;
  for (const std::string_view line : text::lines(kernel.out)) {
    if (pattern.is_in(line)) found.push_back({std::string(line)});
  }
  return found;
}
constexpr const char* kKilledContainer =
    "3f1c9a7e5b2d48060f9e8d7c6b5a49382716053f4e2d1c0b9a8877665544332e";

TEST(OomKill, OfAKnownContainerIsTakenOut) {
  const auto found = recorded_oom_kill();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_THAT(without_oom_kill(found, kKilledContainer), IsEmpty());
}

TEST(OomKill, TakesNothingElseWithIt) {
  auto found = recorded_oom_kill();
  const LogEntry trace{"Call Trace:"}, denied{"apparmor=\"DENIED\""};
  found.insert(found.begin(), {trace, denied});
  found.push_back({"Memory cgroup out of memory: Killed process 1 (postgres)"});
  const auto others = without_oom_kill(found, kKilledContainer);
  ASSERT_EQ(others.size(), 3U);
  EXPECT_EQ(others[0].message, "Call Trace:");
  EXPECT_EQ(others[1].message, denied.message);
  EXPECT_THAT(others[2].message, HasSubstr("(postgres)"));
}

TEST(OomKill, OfAnotherContainerStays) {
  EXPECT_EQ(without_oom_kill(recorded_oom_kill(), std::string(64, '0')).size(), 3U);
}

TEST(AnomalyPattern, FindsTroubleAndNothingElse) {
  const Pattern pattern(kAnomalyPattern);
  for (const char* message :
       {"audit: type=1400 audit(1.2:3): apparmor=\"DENIED\" operation=\"create\" family=\"unix\"",
        "Memory cgroup out of memory: Killed process 123 (postgres)",
        "Out of memory: Killed process 9",
        "oom-kill:constraint=CONSTRAINT_MEMCG",
        "INFO: task postgres:42 blocked for more than 120 seconds.",
        "Buffer I/O error on dev dm-7",
        "postgres[42]: segfault at 0 ip 0 sp 0 error 4",
        "watchdog: BUG: soft lockup - CPU#1 stuck for 22s!",
        "Call Trace:",
        "BUG: kernel NULL pointer dereference, address: 0000000000000018",
        "BUG: unable to handle page fault for address: ffffa3f5c1a8d000",
        "Oops: 0000 [#1] SMP NOPTI",
        "Kernel panic - not syncing: Fatal exception",
        "rcu: INFO: rcu_preempt self-detected stall on CPU",
        "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:",
        "critical medium error, dev sda, sector 4242 op 0x0:(READ) flags 0x0 phys_seg 1 prio class "
        "2",
        "EXT4-fs error (device dm-7): ext4_lookup:1855: inode #2: comm ls: deleted inode "
        "referenced",
        "EXT4-fs (dm-7): Remounting filesystem read-only",
        "XFS (dm-3): Metadata corruption detected at xfs_agf_read_verify",
        "BTRFS error (device sda1): parent transid verify failed",
        "device-mapper: thin: 252:3: switching pool to out-of-data-space (queue IO) mode",
        "postgres: page allocation failure: order:4, mode:0x40dc0(GFP_KERNEL)",
        "VERIFY3(0 == dmu_object_claim()) failed (0 == 5)",
        "PANIC at zio.c:341:zio_done()",
        "PANIC: zfs: adding existent segment to range tree (offset=1000 size=1000)",
        "zio pool=rpool vdev=/dev/sda3 error=5 type=1 offset=1 size=4096 flags=1573248",
        "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 12-... } 22 jiffies s: "
        "277 root: 0x1/.",
        "rcu: rcu_preempt kthread starved for 5250 jiffies! g4237 f0x0 RCU_GP_WAIT_FQS(5)",
        "Aborting journal on device dm-7-8.",
        "EXT4-fs error (device sdc1) in ext4_reserve_inode_write:5047: Journal has aborted",
        "JBD2: Detected IO errors while flushing file data on dm-7-8",
        "device-mapper: thin: 252:4: switching pool to out-of-data-space (queue IO) mode",
        "device-mapper: thin: 253:5: switching pool to read-only mode",
        "device-mapper: thin: 253:5: metadata operation 'dm_pool_commit_metadata' failed: error = "
        "-5",
        "device-mapper: thin: 253:5: aborting current metadata transaction",
        "device-mapper: space map metadata: unable to allocate new metadata block",
        "I/O error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2",
        "device offline error, dev sdc, sector 2048 op 0x1:(WRITE) flags 0x103000",
        "sd 7:0:0:0: rejecting I/O to offline device",
        "sd 0:0:0:0: [sda] tag#11 Sense Key : Medium Error [current]",
        "ata1.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x6 frozen",
        "nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0x10",
        "nvme nvme0: I/O 12 QID 3 timeout, aborting",
        "BUG: Bad page state in process kvm  pfn:1234",
        "mce: [Hardware Error]: Machine check events logged",
        "docker.service: A process of this unit has been killed by the OOM killer.",
        "INFO: task jbd2/dm-7-8:412 blocked in I/O wait for more than 120 seconds."}) {
    EXPECT_TRUE(pattern.is_in(message)) << message;
  }
  for (const char* message :
       {"audit: type=1400 audit(1.2:3): apparmor=\"STATUS\" operation=\"profile_load\"",
        "vetha14c3d4 (unregistering): left promiscuous mode", "EXT4-fs (dm-7): mounted filesystem",
        "EXT4-fs (dm-7): recovery complete", "rcu: Hierarchical SRCU implementation.",
        "rcu: RCU restricting CPUs from NR_CPUS=8192 to 4.", "XFS (dm-3): Ending clean mount",
        "BTRFS info (device sda1): using crc32c checksum algorithm",
        "device-mapper: thin: Data device (dm-3) discard unsupported: Disabling discard passdown.",
        "device-mapper: thin: 252:3: growing the data device from 100 to 200 blocks",
        "device-mapper: thin: 252:3: reached low water mark for data device: sending event.",
        "nvme nvme0: 4/0/0 default/read/poll queues", "ata1: SATA link up 6.0 Gbps",
        "rcu: \tRude variant of Tasks RCU enabled.",
        "RAS: Correctable Errors collector initialized."}) {
    EXPECT_FALSE(pattern.is_in(message)) << message;
  }
}

class PveAnomalies : public testing::Test {
 protected:
  void journal_answers(const CommandResult& result) {
    ON_CALL(mock.shell, run(CommandLineHas("journalctl"))).WillByDefault(Return(result));
  }

  MockNode mock;
};

constexpr const char* kOfNode = "journalctl -k -o json --quiet --no-pager --since @1780822200 ";

TEST_F(PveAnomalies, OfANodeAreKernelMessagesSinceAMoment) {
  const auto two = recorded("docker-in-lxc.txt", "journalctl -k -o json -n 2 --no-pager");
  EXPECT_CALL(mock.shell, run(CommandLineHas(std::string(kOfNode) + "-g "))).WillOnce(Return(two));
  EXPECT_CALL(mock.shell, run(CommandLineHas(std::string(kOfNode) + "-p err")))
      .WillOnce(Return(two));
  EXPECT_EQ(node_anomalies(mock.shell, 1780822200).size(), 2u) << "each once";
}

TEST_F(PveAnomalies, OfANodeAreItsErrorsButForTheHarmless) {
  const auto message = [](const char* text) { return Json{{"MESSAGE", text}}.dump() + "\n"; };
  EXPECT_CALL(mock.shell, run(CommandLineHas("-g "))).WillOnce(Return(fails(1, "")));
  EXPECT_CALL(mock.shell, run(CommandLineHas("-p err")))
      .WillOnce(Return(prints(message("kvm: kvm [2345]: ignored rdmsr: 0x34 data 0x0") +
                              message("ACPI Error: AE_NOT_FOUND (20240827/psargs-332)") +
                              message("thermal thermal_zone0: critical temperature"))));
  const auto found = node_anomalies(mock.shell, 1780822200);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, "thermal thermal_zone0: critical temperature");
}

// Without a pattern, journalctl exits 0 also when there is nothing.
TEST_F(PveAnomalies, OfANodeAreNoneWhereBothSearchesFindNothing) {
  EXPECT_CALL(mock.shell, run(CommandLineHas("-g "))).WillOnce(Return(fails(1, "")));
  EXPECT_CALL(mock.shell, run(CommandLineHas("-p err"))).WillOnce(Return(prints("")));
  EXPECT_THAT(node_anomalies(mock.shell, 1780822200), IsEmpty());
}

TEST_F(PveAnomalies, OfANodeAreNotKnownWithoutItsErrors) {
  EXPECT_CALL(mock.shell, run(CommandLineHas("-g "))).WillOnce(Return(fails(1, "")));
  EXPECT_CALL(mock.shell, run(CommandLineHas("-p err")))
      .WillOnce(Return(fails(1, "Failed to open files\n")));
  EXPECT_THROW(node_anomalies(mock.shell, 1780822200), HarnessError);
}

TEST_F(PveAnomalies, OfAContainerAreOfItsWholeJournal) {
  EXPECT_CALL(mock.shell, run(CommandLineHas("journalctl -o json --quiet --no-pager -g ")))
      .WillOnce(Return(fails(1, "")));
  EXPECT_CALL(mock.shell, run(CommandLineHas("journalctl -k"))).Times(0);
  EXPECT_THAT(guest_anomalies(mock.shell, GuestKind::kLxc), IsEmpty());
}

TEST_F(PveAnomalies, OfAVmAreAlsoTheErrorsOfItsOwnKernel) {
  const auto message = [](const char* text, const char* booted_for_us = "300000000") {
    return Json{{"MESSAGE", text}, {"__MONOTONIC_TIMESTAMP", booted_for_us}}.dump() + "\n";
  };
  const std::string medium = message("Buffer I/O error on dev sda1, logical block 7");
  EXPECT_CALL(mock.shell, run(CommandLineHas("journalctl -o json --quiet --no-pager -g ")))
      .WillOnce(Return(prints(medium)));
  EXPECT_CALL(mock.shell, run(CommandLineHas("journalctl -k -o json --quiet --no-pager -p err")))
      .WillOnce(
          Return(prints(medium + message("virtio_net virtio2: unexpected config change") +
                        message("RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable") +
                        message("what the machine has not got, said at its boot", "1584050"))));
  const auto found = guest_anomalies(mock.shell, GuestKind::kVm);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].message, "virtio_net virtio2: unexpected config change");
}

TEST_F(PveAnomalies, AreNoneOnlyWhenTheJournalSaysSo) {
  journal_answers(fails(1, "No journal files were opened due to insufficient permissions.\n"));
  EXPECT_THROW(guest_anomalies(mock.shell, GuestKind::kLxc), HarnessError);
  journal_answers(fails(127, "sh: journalctl: not found\n"));
  EXPECT_THROW(guest_anomalies(mock.shell, GuestKind::kLxc), HarnessError);
  journal_answers(prints(""));
  EXPECT_THROW(guest_anomalies(mock.shell, GuestKind::kLxc), HarnessError);
}

}  // namespace
}  // namespace pve_accept
