#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"
#include "support/pve/lxc_guest.h"

namespace pve_accept {
namespace {

using namespace replies;

const std::string kContent = get("/nodes/pve1/storage/local-lvm/content");

// Of an archive that breaks off; there was no VM 713.
constexpr const char* kBrokenRestore =
    "head -c 20000000 /var/lib/vz/dump/vzdump-qemu-711-2026_11_30-12_17_54.vma.zst "
    ">/var/lib/vz/dump/vzdump-qemu-711-2026_11_30-00_00_00.vma.zst; qmrestore "
    "local:backup/vzdump-qemu-711-2026_11_30-00_00_00.vma.zst 713 --storage local-lvm";

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
      .WillOnce(Return(kStopped))
      .WillOnce(Return(kStopped))
      .WillOnce(Return(kRunning));
  lxc->start();
  EXPECT_EQ(to_seconds(mock.clock.now().time_since_epoch()), 2);
}

TEST_F(GuestLifecycle, AVmRunsWhoseProcessIsStillWritingItsNumber) {
  mock.answers(kVmStatus, prints(""));
  EXPECT_TRUE(vm->running());
  EXPECT_THROW(vm->host_pid(), HarnessError) << "which it is, is not known yet";
}

TEST_F(GuestLifecycle, AMountPointIsOfTheStorageAndWhereItWasAskedFor) {
  auto& container = dynamic_cast<LxcGuest&>(*lxc);
  mock.answers("pct set 9001 --mp0 local-lvm:1,mp=/srv/files", prints(""));
  const auto trouble_with = [&](const char* mp0) {
    mock.answers(kConfig, prints_config(with(kLxcConfig, "mp0", mp0)));
    return trouble_of([&] { container.add_mount_point("local-lvm", 1, "/srv/files"); });
  };
  EXPECT_EQ(trouble_with("local-lvm:vm-9001-disk-1,mp=/srv/files,size=1G"), "");
  EXPECT_THAT(trouble_with("local-lvm:vm-9001-disk-1,mp=/srv,size=1G"), HasSubstr("/srv/files"));
  EXPECT_THAT(trouble_with("tank:vm-9001-disk-1,mp=/srv/files,size=1G"), HasSubstr("local-lvm"));
}

TEST_F(GuestLifecycle, StartOfARunningGuestIsFine) {
  once("pct start 9001", recorded("node-vm/20-pct-lifecycle.txt", "pct start 9001"));
  mock.answers(kStatus, kRunning);
  EXPECT_EQ(trouble_of([this] { lxc->start(); }), "");
}

TEST_F(GuestLifecycle, StartThatFailsDoesNotWait) {
  once("qm start 9000", recorded("node-quick/30-qm-lifecycle-chroot.txt", "qm start 9000"));
  mock.answers(kVmStatus, kVmStopped);
  const std::string trouble = trouble_of([this] { vm->start(); });
  EXPECT_THAT(trouble, HasSubstr("KVM virtualisation configured, but not available"));
  EXPECT_THAT(trouble, HasSubstr("Hint: switch virtualisation on"));
  EXPECT_EQ(mock.clock.now(), Clock::Instant{});
}

TEST_F(GuestLifecycle, StartThatPrintsAnErrorAndExitsZeroHasFailed) {
  once("pct start 9001", prints("bridge 'vmbr9' does not exist\n"));
  mock.answers(kStatus, kStopped);
  const std::string trouble = trouble_of([this] { lxc->start(); });
  EXPECT_THAT(trouble, HasSubstr("start container 9001: it is not running"));
  EXPECT_THAT(trouble, HasSubstr("bridge 'vmbr9' does not exist"));
}

TEST_F(GuestLifecycle, LockOfAnotherTaskIsWaitedFor) {
  EXPECT_CALL(mock.shell, run(CommandLine("pct start 9001")))
      .WillOnce(Return(kLockTimeout))
      .WillOnce(Return(kLockTimeout))
      .WillOnce(Return(prints("")));
  mock.answers(kStatus, kRunning);
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
  mock.answers(kVmStatus, kVmStopped);
  EXPECT_THAT(trouble_of([this] { vm->start(); }), HasSubstr("`qm unlock`"));
}

TEST_F(GuestLifecycle, ShutdownOfAStoppedGuestAsksNothing) {
  mock.answers(kStatus, kStopped);
  never("pct shutdown 9001 --timeout 60 --forceStop 1");
  lxc->shutdown("r1");
}

TEST_F(GuestLifecycle, ShutdownIsGraceful) {
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(kRunning))
      .WillOnce(Return(kRunning))
      .WillOnce(Return(kStopped));
  mock.answers(kConfig, prints_config(kLxcConfig));
  once("pct shutdown 9001 --timeout 60 --forceStop 1");
  never("pct stop 9001");
  lxc->shutdown("r1");
}

TEST_F(GuestLifecycle, ShutdownThatTimesOutIsForced) {
  EXPECT_CALL(mock.shell, run(CommandLine(kVmStatus)))
      .WillOnce(Return(kVmRunning))
      .WillOnce(Return(kVmRunning))
      .WillOnce(Return(kVmRunning))
      .WillRepeatedly(Return(kVmStopped));
  mock.answers(kVmConfigPath, prints_config(kVmConfig));
  once("qm shutdown 9000 --timeout 60", fails(255, "VM quit/powerdown failed\n"));
  once("qm stop 9000");
  vm->shutdown("r1");
}

TEST_F(GuestLifecycle, StopThatLeavesItRunningIsAnError) {
  mock.answers(kVmStatus, kVmRunning);
  mock.answers(kVmConfigPath, prints_config(kVmConfig));
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
    mock.answers(kConfig, prints_config(config));
    mock.answers(kStatus, kRunning);
    EXPECT_THAT(trouble_of([this] { lxc->shutdown("r1"); }), HasSubstr("refused")) << config;
    EXPECT_THAT(trouble_of([this] { lxc->stop("r1"); }), HasSubstr("refused")) << config;
    EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("refused")) << config;
    mock.answers(kStatus, kStopped);
    EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("refused")) << config;
  }
}

TEST_F(GuestLifecycle, RefusalSaysWhatTheGuestBears) {
  mock.answers(kStatus, kStopped);
  mock.answers(kConfig, prints_config(with(kLxcConfig, "description", "pve-accept run r2\n")));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }),
              HasSubstr("it bears the tag 'pve-accept' and the description of run r2, and is not "
                        "of run r1"));
  mock.answers(kConfig, prints_config(with(kLxcConfig, "tags", "prod")));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("it bears no tag"));
}

TEST_F(GuestLifecycle, GuestThatWasReplacedBeforeItIsDestroyedIsLeftAlone) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_config(kLxcConfig)))
      .WillOnce(Return(prints_config(kLxcConfig)))
      .WillRepeatedly(Return(prints_config(with(kLxcConfig, "description", "the mail server"))));
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(kRunning))
      .WillOnce(Return(kStopped));
  once("pct stop 9001");
  never("pct destroy 9001 --purge");
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }),
              HasSubstr("destroy container 9001: refused"));
}

TEST_F(GuestLifecycle, GuestThatWasReplacedDuringItsShutdownIsNotStopped) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_config(kLxcConfig)))
      .WillRepeatedly(Return(prints_config(with(kLxcConfig, "tags", "prod"))));
  mock.answers(kStatus, kRunning);
  once("pct shutdown 9001 --timeout 60 --forceStop 1", fails(255, "container did not stop\n"));
  never("pct stop 9001");
  EXPECT_THAT(trouble_of([this] { lxc->shutdown("r1"); }),
              HasSubstr("stop container 9001: refused"));
}

TEST_F(GuestLifecycle, DestroyStopsFirstAndWaitsForTheVolumes) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .Times(5)
      .WillOnce(Return(prints_config(kLxcConfig)))
      .WillOnce(Return(prints_config(kLxcConfig)))
      .WillOnce(Return(prints_config(kLxcConfig)))
      .WillRepeatedly(Return(kNoGuest));
  EXPECT_CALL(mock.shell, run(CommandLine(kStatus)))
      .WillOnce(Return(kRunning))
      .WillOnce(Return(kStopped));
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
      .WillOnce(Return(prints_config(kVmConfig)))
      .WillOnce(Return(prints_config(kVmConfig)))
      .WillRepeatedly(Return(kNoGuest));
  mock.answers(kVmStatus, kVmStopped);
  once("qm destroy 9000 --purge");
  mock.answers(kContent, prints_json(Json::array({{{"volid", "local-lvm:vm-9000-cloudinit"},
                                                   {"format", "raw"},
                                                   {"size", 1},
                                                   {"vmid", 9000}}})));
  EXPECT_THAT(trouble_of([this] { vm->destroy("r1"); }),
              HasSubstr("its volume local-lvm:vm-9000-cloudinit is still there"));
}

TEST_F(GuestLifecycle, DestroyThatExitsZeroAndDoesNothingIsAnError) {
  mock.answers(kConfig, prints_config(kLxcConfig));
  mock.answers(kStatus, kStopped);
  once("pct destroy 9001 --purge", prints("purging CT 9001 from related configurations..\n"));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }),
              HasSubstr("destroy container 9001: it is still there"));
}

TEST_F(GuestLifecycle, DestroyThatFailsSaysWhyAtOnce) {
  mock.answers(kConfig, prints_config(kLxcConfig));
  mock.answers(kStatus, kStopped);
  once("pct destroy 9001 --purge",
       recorded("node-quick/56-misc3-chroot.txt", "pct destroy 9005 --purge", 1));
  EXPECT_THAT(trouble_of([this] { lxc->destroy("r1"); }), HasSubstr("protection mode enabled"));
  EXPECT_EQ(mock.clock.now(), Clock::Instant{});
}

const Json kCreating = {{"lock", "create"}};

TEST_F(GuestLifecycle, UnfinishedGuestIsUnlockedAndDestroyed) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_config(kCreating)))
      .WillOnce(Return(prints_config(Json::object())))
      .WillRepeatedly(Return(kNoGuest));
  once("pct unlock 9001");
  once("pct destroy 9001 --purge");
  EXPECT_EQ(trouble_of([this] { lxc->destroy_unfinished(); }), "");
}

TEST_F(GuestLifecycle, UnfinishedGuestThatWasUnlockedAlreadyIsDestroyed) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_config(Json::object())))
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
    mock.answers(kConfig, prints_config(config));
    EXPECT_THAT(trouble_of([this] { lxc->destroy_unfinished(); }), HasSubstr("refused")) << config;
  }
}

TEST_F(GuestLifecycle, GuestThatGetsFinishedWhileItIsUnlockedIsLeftAlone) {
  EXPECT_CALL(mock.shell, run(CommandLine(kConfig)))
      .WillOnce(Return(prints_config(kCreating)))
      .WillRepeatedly(Return(prints_config(with(kLxcConfig, "tags", "prod"))));
  once("pct unlock 9001");
  never("pct destroy 9001 --purge");
  EXPECT_THAT(trouble_of([this] { lxc->destroy_unfinished(); }), HasSubstr("refused"));
}

TEST_F(GuestLifecycle, UnfinishedGuestThatStaysLockedIsAnError) {
  mock.answers(kConfig, prints_config(kCreating));
  once("pct unlock 9001");
  EXPECT_THAT(trouble_of([this] { lxc->destroy_unfinished(); }), HasSubstr("it is still locked"));
}

// vzdump was killed.
class LockOfADeadBackup : public GuestLifecycle {
 protected:
  const Json locked = with(kVmConfig, "lock", "backup");

  void tasks(const char* active) {
    mock.answers("pvesh get /nodes/pve1/tasks --source active --output-format json",
                 prints(active));
  }
  std::string trouble_of_release(const char* run = "r1") {
    return trouble_of([&] { vm->release_from_backup(run); });
  }
};

TEST_F(LockOfADeadBackup, IsTakenAway) {
  tasks(R"([{"type":"vzdump","id":"101"},{"type":"qmstart","id":"9000"}])");
  EXPECT_CALL(mock.shell, run(CommandLine(kVmConfigPath)))
      .WillOnce(Return(prints_config(locked)))
      .WillOnce(Return(prints_config(kVmConfig)));
  once("qm unlock 9000", recorded("node-quick/66-vm-backups.txt", "qm unlock 711"));
  EXPECT_EQ(trouble_of_release(), "");
}

TEST_F(LockOfADeadBackup, StaysWhereItMayBeOfALiveOne) {
  mock.answers(kVmConfigPath, prints_config(locked));
  never("qm unlock 9000");
  for (const char* id : {"9000", ""}) {  // of this guest; of several
    tasks(fmt::format(R"([{{"type":"vzdump","id":"{}"}}])", id).c_str());
    EXPECT_THAT(trouble_of_release(), HasSubstr("refused: a backup is at work")) << id;
  }
  EXPECT_THAT(trouble_of_release("r2"), HasSubstr("is not of run r2"));
}

TEST_F(LockOfADeadBackup, ThatStaysIsAnError) {
  tasks("[]");
  mock.answers(kVmConfigPath, prints_config(locked));
  once("qm unlock 9000");
  EXPECT_THAT(trouble_of_release(), HasSubstr("it is still locked"));
}

TEST_F(LockOfADeadBackup, IsNotAnotherLock) {
  never("qm unlock 9000");
  for (const Json& config : {kVmConfig, with(kVmConfig, "lock", "migrate")}) {
    mock.answers(kVmConfigPath, prints_config(config));
    EXPECT_EQ(trouble_of_release(), "");
  }
}

class GuestRestore : public GuestLifecycle {
 protected:
  const std::string archive = "local:backup/vzdump-qemu-710-2026_11_30-00_00_00.vma.zst";
  const std::string command = "qmrestore " + archive + " 9000 --storage local-lvm";

  std::string complaint() {
    return vm->restore({.volid = archive}, "local-lvm", std::chrono::minutes(1));
  }
  // What the tool printed of a VM 710 or 711, of this one.
  static CommandResult printed_of(const char* vmid, const std::string& archive) {
    CommandResult result = recorded("node-quick/63-backups.txt",
                                    "qmrestore " + archive + " " + vmid + " --storage local-lvm");
    for (std::string* text : {&result.out, &result.err}) {
      for (auto at = text->find(std::string("VM ") + vmid); at != std::string::npos;
           at = text->find(std::string("VM ") + vmid)) {
        text->replace(at + 3, 3, "9000");
      }
    }
    return result;
  }
};

TEST_F(GuestRestore, ThatFailsHalfwayLeavesNothing) {
  EXPECT_CALL(mock.shell, run(CommandLine(kVmConfigPath)))
      .WillOnce(Return(kNoGuest))
      .WillOnce(Return(prints_config(Json::object())))
      .WillOnce(Return(prints_config(Json::object())))
      .WillRepeatedly(Return(kNoGuest));
  once(command, printed_of("711", archive));
  once("qm destroy 9000 --purge");
  EXPECT_THAT(complaint(), HasSubstr("got timeout reading VMA header - corrupted?"));
}

TEST_F(GuestRestore, ThatFailsAmongTheDataLeavesNothing) {
  const Json stopgap = {{"memory", "128"}};
  EXPECT_CALL(mock.shell, run(CommandLine(kVmConfigPath)))
      .WillOnce(Return(kNoGuest))
      .WillOnce(Return(prints_config(stopgap)))
      .WillOnce(Return(prints_config(stopgap)))
      .WillRepeatedly(Return(kNoGuest));
  once(command, recorded("node-quick/66-vm-backups.txt", kBrokenRestore));
  once("qm destroy 9000 --purge");
  EXPECT_THAT(complaint(), HasSubstr("failed: exit code 133 (vma: restore failed - short vma "
                                     "extent (989732 < 3801600))"));
}

TEST_F(GuestRestore, ThatFindsTheVmidTakenLeavesWhoIsThere) {
  EXPECT_CALL(mock.shell, run(CommandLine(kVmConfigPath)))
      .WillOnce(Return(kNoGuest))
      .WillRepeatedly(Return(prints_config(kCreating)));
  once(command, printed_of("710", archive));
  never("qm unlock 9000");
  never("qm destroy 9000 --purge");
  EXPECT_THAT(trouble_of([&] { complaint(); }),
              testing::AllOf(HasSubstr("VM 9000 already exists on node 'pve1'"),
                             HasSubstr("its VMID is taken")));
}

TEST_F(GuestLifecycle, MissingGuestIsNotAnErrorOfTheNode) {
  mock.answers(kConfig, kNoGuest);
  mock.answers(kStatus, recorded("lxc-tools.txt", kStatus));
  EXPECT_FALSE(lxc->exists());
  EXPECT_FALSE(lxc->running());
  EXPECT_THROW(lxc->config(), HarnessError);
  EXPECT_THROW(lxc->host_pid(), HarnessError);
}

TEST_F(GuestLifecycle, LxcSaysWhetherAContainerRuns) {
  mock.answers(kStatus, recorded("node-vm/26-lxc-running.txt", kStatus));
  EXPECT_TRUE(lxc->running());
  EXPECT_EQ(lxc->host_pid(), 12637);
  mock.answers(kStatus, recorded("node-vm/27-lxc-stopped.txt", kStatus));
  EXPECT_FALSE(lxc->running());
}

TEST_F(GuestLifecycle, ErrorOfTheNodeIsNotAMissingGuest) {
  for (const auto& trouble : {fails(1, "cat: /etc/pve: Transport endpoint is not connected\n"),
                              prints("not a setting\n")}) {
    mock.answers(kConfig, trouble);
    EXPECT_THROW(lxc->exists(), HarnessError);
    EXPECT_THROW(lxc->destroy("r1"), HarnessError);
  }
}

TEST_F(GuestLifecycle, WhatCannotTellWhetherItRunsIsAnError) {
  mock.answers(kStatus, fails(127, "lxc-info: command not found\n"));
  EXPECT_THROW(lxc->running(), HarnessError);
  mock.answers(kStatus, prints(""));
  EXPECT_THROW(lxc->running(), HarnessError);
  mock.answers(kVmStatus, fails(1, "cat: permission denied\n"));
  EXPECT_THROW(vm->running(), HarnessError);
}

// The number of a process that has ended is another's one day.
TEST_F(GuestLifecycle, VmRunsWhereItsProcessIsItsOwn) {
  mock.answers(kVmStatus, kVmRunning);
  EXPECT_EQ(vm->host_pid(), 3517);
  mock.answers("cat /proc/3517/cmdline", prints(std::string("/usr/sbin/cron\0-f\0", 18)));
  EXPECT_FALSE(vm->running());
  mock.answers("cat /proc/3517/cmdline",
               fails(1, "cat: /proc/3517/cmdline: No such file or directory\n"));
  EXPECT_FALSE(vm->running());
}

TEST_F(GuestLifecycle, ContainerThatStopsRunsStill) {
  mock.answers(kStatus, prints("State:          STOPPING\n"));
  EXPECT_TRUE(lxc->running());
  EXPECT_THROW(lxc->host_pid(), HarnessError);
}

TEST_F(GuestLifecycle, RunningGuestHasAProcess) {
  mock.answers(kStatus, kRunning);
  EXPECT_EQ(lxc->host_pid(), 3516);
  EXPECT_EQ(lxc->cgroup_dir(), "/sys/fs/cgroup/lxc/9001");
  EXPECT_EQ(vm->cgroup_dir(), "/sys/fs/cgroup/qemu.slice/9000.scope");
}

}  // namespace
}  // namespace pve_accept
