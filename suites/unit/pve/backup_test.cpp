#include "support/pve/backup.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

constexpr const char* kBackups = "node-quick/63-backups.txt";

std::string complaint_of_backup(const std::string& line) {
  return complaint_of({.argv = {line.substr(0, line.find(' '))}}, recorded(kBackups, line));
}

std::string vzdump(int vmid, const char* storage) {
  return fmt::format(
      "vzdump {} --storage {} --mode snapshot --compress zstd --remove 0 --notes-template "
      "'pve-accept run test' --mailnotification failure --notification-mode legacy-sendmail",
      vmid, storage);
}

TEST(BackupComplaint, IsWhatVzdumpCallsTheErrorNotItsLastWord) {
  EXPECT_EQ(complaint_of_backup(vzdump(702, "local")),
            "vzdump: exit 255: ERROR: Backup of VM 702 failed - volume "
            "'local-lvm:702/vm-702-disk-0.raw' does not exist");
  EXPECT_EQ(complaint_of_backup(vzdump(703, "local")),
            "vzdump: exit 255: ERROR: Backup of VM 703 failed - CT is locked (backup)");
  // It cancels the job first, which fails too.
  EXPECT_EQ(complaint_of_backup(vzdump(555, "local")),
            "vzdump: exit 255: ERROR: Backup of VM 555 failed - executing QMP command to start "
            "backup failed - The command backup has not been found");
}

// PVE sees no more of a storage that is full than that its pipe to the compressor broke.
TEST(BackupComplaint, HasWhatTheCompressorSaid) {
  const std::string line = vzdump(711, "small");
  EXPECT_EQ(complaint_of({.argv = {"vzdump"}}, recorded("node-quick/66-vm-backups.txt", line)),
            "vzdump: exit 255: ERROR: Backup of VM 711 failed - vma_queue_write: write error - "
            "Broken pipe (zstd: error 70 : Write error : cannot write block : No space left on "
            "device)");
}

TEST(BackupComplaint, IsTheLastLineWhereNoneIsCalledAnError) {
  EXPECT_EQ(complaint_of_backup(vzdump(700, "local-lvm")),
            "vzdump: exit 255: could not get storage information for 'local-lvm': can't use "
            "storage 'local-lvm' for backups - wrong content type");
  EXPECT_EQ(
      complaint_of_backup("pct restore 704 local:backup/vzdump-lxc-700-2020_01_01-00_00_00.tar.zst "
                          "--storage local-lvm"),
      "pct: exit 255: unable to restore CT 704 - volume "
      "'local:backup/vzdump-lxc-700-2020_01_01-00_00_00.tar.zst' does not exist");
}

}  // namespace
}  // namespace pve_accept
