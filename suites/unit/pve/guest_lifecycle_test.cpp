#include <gmock/gmock.h>

#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

using testing::HasSubstr;
using testing::Return;

const Json kRunning = {{"status", "running"}, {"pid", 3516}, {"vmid", 9001}};
const Json kStopped = {{"status", "stopped"}, {"vmid", 9001}};

const std::string kStatus = get("/nodes/pve1/lxc/9001/status/current");
const std::string kConfig = get("/nodes/pve1/lxc/9001/config");
const std::string kVmStatus = get("/nodes/pve1/qemu/9000/status/current");
const std::string kVmConfigPath = get("/nodes/pve1/qemu/9000/config");
const std::string kContent = get("/nodes/pve1/storage/local-lvm/content");

const CommandResult kNoGuest =
    fails(2, "Configuration file 'nodes/pve1/lxc/9001.conf' does not exist\n");
const CommandResult kLockTimeout =
    fails(255, "can't lock file '/run/lock/lxc/pve-config-9001.lock' - got timeout\n",
          "trying to acquire lock...\n");

class GuestLifecycle : public GuestTest {
 protected:
  void once(const std::string& line, const CommandResult& result = {}) {
    EXPECT_CALL(mock.shell, run(CommandLine(line))).WillOnce(Return(result));
  }
  void never(const std::string& line) { EXPECT_CALL(mock.shell, run(CommandLine(line))).Times(0); }
};

TEST_F(GuestLifecycle, StartWaitsUntilItRuns) {
  once("pct start 9001");
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(prints_json(kStopped)))
      .WillOnce(Return(prints_json(kStopped)))
      .WillOnce(Return(prints_json(kRunning)));
  lxc->start();
  EXPECT_EQ(to_seconds(mock.clock.now().time_since_epoch()), 2);
}

TEST_F(GuestLifecycle, StartOfARunningGuestIsFine) {
  once("pct start 9001", recorded("node-vm/20-pct-lifecycle.txt", "pct start 9001"));
  mock.answers(kStatus, prints_json(kRunning));
  EXPECT_EQ(trouble_of([this] { lxc->start(); }), "");
}

TEST_F(GuestLifecycle, StartThatFailsDoesNotWait) {
  once("qm start 9000", recorded("node-quick/30-qm-lifecycle-chroot.txt", "qm start 9000"));
  mock.answers(kVmStatus, prints_json(kStopped));
  const std::string trouble = trouble_of([this] { vm->start(); });
  EXPECT_THAT(trouble, HasSubstr("KVM virtualisation configured, but not available"));
  EXPECT_THAT(trouble, HasSubstr("Hint: switch virtualisation on"));
  EXPECT_EQ(mock.clock.now(), Clock::Instant{});
}

TEST_F(GuestLifecycle, StartThatPrintsAnErrorAndExitsZeroHasFailed) {
  once("pct start 9001", prints("bridge 'vmbr9' does not exist\n"));
  mock.answers(kStatus, prints_json(kStopped));
  const std::string trouble = trouble_of([this] { lxc->start(); });
  EXPECT_THAT(trouble, HasSubstr("start container 9001: it is not running"));
  EXPECT_THAT(trouble, HasSubstr("bridge 'vmbr9' does not exist"));
}

TEST_F(GuestLifecycle, LockOfAnotherTaskIsWaitedFor) {
  EXPECT_CALL(mock.shell, run(CommandLine("pct start 9001")))
      .WillOnce(Return(kLockTimeout))
      .WillOnce(Return(kLockTimeout))
      .WillOnce(Return(prints("")));
  mock.answers(kStatus, prints_json(kRunning));
  EXPECT_EQ(trouble_of([this] { lxc->start(); }), "");
  EXPECT_GT(mock.clock.now(), Clock::Instant{});
}

TEST_F(GuestLifecycle, LockThatStaysIsAnErrorThatNamesIt) {
  EXPECT_CALL(mock.shell, run(CommandLine("pct start 9001")))
      .Times(4)
      .WillRepeatedly(Return(kLockTimeout));
  const std::string trouble = trouble_of([this] { lxc->start(); });
  EXPECT_THAT(trouble, HasSubstr("pve-config-9001.lock' - got timeout"));
  EXPECT_THAT(trouble, HasSubstr("through 4 tries"));
}

TEST_F(GuestLifecycle, LockOfAnOperationIsNamedWithItsRemedy) {
  once("qm start 9000", fails(255, "VM is locked (backup)\n"));
  mock.answers(kVmStatus, prints_json(kStopped));
  EXPECT_THAT(trouble_of([this] { vm->start(); }), HasSubstr("`qm unlock`"));
}

TEST_F(GuestLifecycle, ShutdownOfAStoppedGuestAsksNothing) {
  mock.answers(kStatus, prints_json(kStopped));
  never("pct shutdown 9001 --timeout 60 --forceStop 1");
  lxc->shutdown("r1");
}

TEST_F(GuestLifecycle, ShutdownIsGraceful) {
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillOnce(Return(prints_json(kStopped)));
  mock.answers(kConfig, prints_json(kLxcConfig));
  once("pct shutdown 9001 --timeout 60 --forceStop 1");
  never("pct stop 9001");
  lxc->shutdown("r1");
}

TEST_F(GuestLifecycle, ShutdownThatTimesOutIsForced) {
  EXPECT_CALL(mock.shell, run(CommandLine(kVmStatus)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillRepeatedly(Return(prints_json(kStopped)));
  mock.answers(kVmConfigPath, prints_json(kVmConfig));
  once("qm shutdown 9000 --timeout 60", fails(255, "VM quit/powerdown failed\n"));
  once("qm stop 9000");
  vm->shutdown("r1");
}

TEST_F(GuestLifecycle, StopThatLeavesItRunningIsAnError) {
  mock.answers(kVmStatus, prints_json(kRunning));
  mock.answers(kVmConfigPath, prints_json(kVmConfig));
  once("qm stop 9000");
  EXPECT_THAT(trouble_of([this] { vm->stop("r1"); }),
              HasSubstr("stop VM 9000: it is still running"));
}

TEST_F(GuestLifecycle, DestroyOfAMissingGuestIsFine) {
  mock.answers(kConfig, kNoGuest);
  never("pct destroy 9001 --purge");
  lxc->destroy("r1");
}

TEST_F(GuestLifecycle, NothingIsDoneToAGuestOfSomebodyElse) {
  const Json theirs[] = {with(kLxcConfig, "description", "the mail server"),
                         with(kLxcConfig, "tags", "prod"),
                         with(kLxcConfig, "description", "pve-accept run r2\n")};
  never("pct shutdown 9001 --timeout 60 --forceStop 1");
  never("pct stop 9001");
  never("pct destroy 9001 --purge");
  for (const Json& config : theirs) {
    mock.answers(kConfig, prints_json(config));
    mock.answers(kStatus, prints_json(kRunning));
    EXPECT_THAT(trouble_of([this] { lxc->shutdown("r1"); }), HasSubstr("refused")) << config;
    EXPECT_THAT(trouble_of([this] { lxc->stop("r1"); }), HasSubstr("refused")) << config;
    EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("refused")) << config;
    mock.answers(kStatus, prints_json(kStopped));
    EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("refused")) << config;
  }
}

TEST_F(GuestLifecycle, RefusalSaysWhatTheGuestBears) {
  mock.answers(kStatus, prints_json(kStopped));
  mock.answers(kConfig, prints_json(with(kLxcConfig, "description", "pve-accept run r2\n")));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }),
              HasSubstr("it bears the tag 'pve-accept' and the description of run r2, and is not "
                        "of run r1"));
  mock.answers(kConfig, prints_json(with(kLxcConfig, "tags", "prod")));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("it bears no tag"));
}

TEST_F(GuestLifecycle, GuestThatWasReplacedBeforeItIsDestroyedIsLeftAlone) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_json(kLxcConfig)))
      .WillOnce(Return(prints_json(kLxcConfig)))
      .WillRepeatedly(Return(prints_json(with(kLxcConfig, "description", "the mail server"))));
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillOnce(Return(prints_json(kStopped)));
  once("pct stop 9001");
  never("pct destroy 9001 --purge");
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }),
              HasSubstr("destroy container 9001: refused"));
}

TEST_F(GuestLifecycle, GuestThatWasReplacedDuringItsShutdownIsNotStopped) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_json(kLxcConfig)))
      .WillRepeatedly(Return(prints_json(with(kLxcConfig, "tags", "prod"))));
  mock.answers(kStatus, prints_json(kRunning));
  once("pct shutdown 9001 --timeout 60 --forceStop 1", fails(255, "container did not stop\n"));
  never("pct stop 9001");
  EXPECT_THAT(trouble_of([this] { lxc->shutdown("r1"); }),
              HasSubstr("stop container 9001: refused"));
}

TEST_F(GuestLifecycle, DestroyStopsFirstAndWaitsForTheVolumes) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .Times(5)
      .WillOnce(Return(prints_json(kLxcConfig)))
      .WillOnce(Return(prints_json(kLxcConfig)))
      .WillOnce(Return(prints_json(kLxcConfig)))
      .WillRepeatedly(Return(kNoGuest));
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(prints_json(kRunning)))
      .WillOnce(Return(prints_json(kStopped)));
  once("pct stop 9001");
  once("pct destroy 9001 --purge");
  const Json volume = {{"volid", "local-lvm:vm-9001-disk-0"},
                       {"format", "raw"},
                       {"content", "rootdir"},
                       {"size", 1},
                       {"vmid", 9001}};
  const Json foreign = {
      {"volid", "local-lvm:vm-100-disk-0"}, {"format", "raw"}, {"size", 1}, {"vmid", 100}};
  EXPECT_CALL(mock.shell, run(CommandLine(kContent)))
      .WillOnce(Return(prints_json(Json::array({volume, foreign}))))
      .WillOnce(Return(prints_json(Json::array({foreign}))));
  lxc->destroy("r1");
}

TEST_F(GuestLifecycle, DestroyThatLeavesAVolumeNamesIt) {
  EXPECT_CALL(mock.shell, run(CommandLine(kVmConfigPath)))
      .WillOnce(Return(prints_json(kVmConfig)))
      .WillOnce(Return(prints_json(kVmConfig)))
      .WillRepeatedly(Return(kNoGuest));
  mock.answers(kVmStatus, prints_json(kStopped));
  once("qm destroy 9000 --purge");
  mock.answers(kContent, prints_json(Json::array({{{"volid", "local-lvm:vm-9000-cloudinit"},
                                                   {"format", "raw"},
                                                   {"size", 1},
                                                   {"vmid", 9000}}})));
  EXPECT_THAT(trouble_of([this] { vm->destroy("r1"); }),
              HasSubstr("its volume local-lvm:vm-9000-cloudinit is still there"));
}

TEST_F(GuestLifecycle, DestroyThatExitsZeroAndDoesNothingIsAnError) {
  mock.answers(kConfig, prints_json(kLxcConfig));
  mock.answers(kStatus, prints_json(kStopped));
  once("pct destroy 9001 --purge", prints("purging CT 9001 from related configurations..\n"));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }),
              HasSubstr("destroy container 9001: it is still there"));
}

TEST_F(GuestLifecycle, DestroyThatFailsSaysWhyAtOnce) {
  mock.answers(kConfig, prints_json(kLxcConfig));
  mock.answers(kStatus, prints_json(kStopped));
  once("pct destroy 9001 --purge",
       recorded("node-quick/56-misc3-chroot.txt", "pct destroy 9005 --purge", 1));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("protection mode enabled"));
  EXPECT_EQ(mock.clock.now(), Clock::Instant{});
}

const Json kCreating = {{"lock", "create"}, {"digest", "da39"}};

TEST_F(GuestLifecycle, UnfinishedGuestIsUnlockedAndDestroyed) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_json(kCreating)))
      .WillOnce(Return(prints_json({{"digest", "da39"}})))
      .WillRepeatedly(Return(kNoGuest));
  once("pct unlock 9001");
  once("pct destroy 9001 --purge");
  EXPECT_EQ(trouble_of([this] { lxc->destroy_unfinished(); }), "");
}

TEST_F(GuestLifecycle, UnfinishedGuestThatWasUnlockedAlreadyIsDestroyed) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_json({{"digest", "da39"}})))
      .WillRepeatedly(Return(kNoGuest));
  never("pct unlock 9001");
  once("pct destroy 9001 --purge");
  EXPECT_EQ(trouble_of([this] { lxc->destroy_unfinished(); }), "");
}

TEST_F(GuestLifecycle, FinishedGuestIsNotTakenForAnUnfinishedOne) {
  never("pct unlock 9001");
  never("pct destroy 9001 --purge");
  for (const Json& config : {kLxcConfig, with(kLxcConfig, "lock", "create"),
                             Json{{"lock", "backup"}}, Json{{"hostname", "theirs"}}}) {
    mock.answers(kConfig, prints_json(config));
    EXPECT_THAT(trouble_of([this] { lxc->destroy_unfinished(); }), HasSubstr("refused")) << config;
  }
}

TEST_F(GuestLifecycle, GuestThatGetsFinishedWhileItIsUnlockedIsLeftAlone) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_json(kCreating)))
      .WillRepeatedly(Return(prints_json(with(kLxcConfig, "tags", "prod"))));
  once("pct unlock 9001");
  never("pct destroy 9001 --purge");
  EXPECT_THAT(trouble_of([this] { lxc->destroy_unfinished(); }), HasSubstr("refused"));
}

TEST_F(GuestLifecycle, UnfinishedGuestThatStaysLockedIsAnError) {
  mock.answers(kConfig, prints_json(kCreating));
  once("pct unlock 9001");
  EXPECT_THAT(trouble_of([this] { lxc->destroy_unfinished(); }), HasSubstr("it is still locked"));
}

TEST_F(GuestLifecycle, MissingGuestIsNotAnErrorOfTheNode) {
  mock.answers(kConfig, kNoGuest);
  mock.answers(kStatus,
               recorded("node-quick/56-misc3-chroot.txt",
                        "pvesh get /nodes/pve1/lxc/9001/status/current --output-format json"));
  EXPECT_FALSE(lxc->exists());
  EXPECT_FALSE(lxc->running());
  EXPECT_THROW(lxc->config(), HarnessError);
  EXPECT_THROW(lxc->host_pid(), HarnessError);
}

TEST_F(GuestLifecycle, ErrorOfTheNodeIsNotAMissingGuest) {
  mock.answers(kConfig, fails(255, "ipcc_send_rec[1] failed: Connection refused\n"));
  EXPECT_THROW(lxc->exists(), HarnessError);
  EXPECT_THROW(lxc->destroy("r1"), HarnessError);
  mock.answers(kConfig, prints(""));
  EXPECT_THROW(lxc->exists(), HarnessError);
}

TEST_F(GuestLifecycle, RunningGuestHasAProcess) {
  mock.answers(kStatus,
               recorded("node-vm/23-pct-second.txt",
                        "pvesh get /nodes/pve1/lxc/9001/status/current --output-format json"));
  EXPECT_EQ(lxc->host_pid(), 3516);
  EXPECT_EQ(lxc->cgroup_dir(), "/sys/fs/cgroup/lxc/9001");
  EXPECT_EQ(vm->cgroup_dir(), "/sys/fs/cgroup/qemu.slice/9000.scope");
}

}  // namespace
}  // namespace pve_accept
