#include "support/pve/kernel_log.h"

#include <gmock/gmock.h>

#include <regex>

#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;
using testing::HasSubstr;
using testing::IsEmpty;

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

TEST(AnomalyPattern, FindsTroubleAndNothingElse) {
  const std::regex pattern(kAnomalyPattern);
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
        "PANIC at zio.c:341:zio_done()"}) {
    EXPECT_TRUE(std::regex_search(message, pattern)) << message;
  }
  for (const char* message :
       {"audit: type=1400 audit(1.2:3): apparmor=\"STATUS\" operation=\"profile_load\"",
        "vetha14c3d4 (unregistering): left promiscuous mode", "EXT4-fs (dm-7): mounted filesystem",
        "EXT4-fs (dm-7): recovery complete", "rcu: Hierarchical SRCU implementation.",
        "rcu: RCU restricting CPUs from NR_CPUS=8192 to 4.", "XFS (dm-3): Ending clean mount",
        "BTRFS info (device sda1): using crc32c checksum algorithm",
        "device-mapper: thin: Data device (dm-3) discard unsupported: Disabling discard passdown.",
        "device-mapper: thin: 252:3: growing the data device from 100 to 200 blocks"}) {
    EXPECT_FALSE(std::regex_search(message, pattern)) << message;
  }
}

class PveAnomalies : public testing::Test {
 protected:
  void journal_answers(const CommandResult& result) {
    ON_CALL(mock.shell, run(CommandLineHas("journalctl"))).WillByDefault(testing::Return(result));
  }

  MockNode mock;
};

TEST_F(PveAnomalies, OfANodeAreKernelMessagesSinceAMoment) {
  EXPECT_CALL(mock.shell, run(CommandLineHas("journalctl -k -o json --quiet --no-pager "
                                             "--since @1780822200 -g ")))
      .WillOnce(
          testing::Return(recorded("docker-in-lxc.txt", "journalctl -k -o json -n 2 --no-pager")));
  EXPECT_EQ(node_anomalies(mock.shell, 1780822200).size(), 2u);
}

TEST_F(PveAnomalies, OfAGuestAreOfItsWholeJournal) {
  EXPECT_CALL(mock.shell, run(CommandLineHas("journalctl -o json --quiet --no-pager -g ")))
      .WillOnce(testing::Return(fails(1, "")));
  EXPECT_THAT(guest_anomalies(mock.shell), IsEmpty());
}

TEST_F(PveAnomalies, AreNoneOnlyWhenTheJournalSaysSo) {
  journal_answers(fails(1, "No journal files were opened due to insufficient permissions.\n"));
  EXPECT_THROW(guest_anomalies(mock.shell), HarnessError);
  journal_answers(fails(127, "sh: journalctl: not found\n"));
  EXPECT_THROW(guest_anomalies(mock.shell), HarnessError);
  journal_answers(prints(""));
  EXPECT_THROW(guest_anomalies(mock.shell), HarnessError);
}

}  // namespace
}  // namespace pve_accept
