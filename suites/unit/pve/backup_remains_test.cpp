#include "support/pve/backup_remains.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"

namespace pve_accept {
namespace {

using namespace replies;

const std::vector<std::string> kBefore = {"vzdump-lxc-9001-2020_01_01-00_00_00.log"};

std::vector<std::string> remains(std::vector<std::string> names) {
  names.insert(names.end(), kBefore.begin(), kBefore.end());
  return names_of_remains(names, Vmid(9001), kBefore);
}

TEST(BackupRemainsNames, AreThoseOfVzdumpForThatGuest) {
  EXPECT_THAT(remains({"vzdump-lxc-9001-2026_11_30-06_26_39.log"}),
              ElementsAre("vzdump-lxc-9001-2026_11_30-06_26_39.log"));
  EXPECT_THAT(remains({"vzdump-qemu-9001-2026_11_30-06_26_39.vma.dat",
                       "vzdump-qemu-9001-2026_11_30-06_26_39.tmp"}),
              ElementsAre("vzdump-qemu-9001-2026_11_30-06_26_39.vma.dat",
                          "vzdump-qemu-9001-2026_11_30-06_26_39.tmp"));
  EXPECT_THAT(remains({"vzdump-lxc-90011-2026_11_30-06_26_39.log",
                       "vzdump-lxc-900-2026_11_30-06_26_39.log", "vzdump-lxc-9001.log",
                       "vzdump-lxc-9001-yesterday.log", "my-vzdump-lxc-9001-note.log"}),
              IsEmpty());
  EXPECT_THAT(remains({}), IsEmpty()) << "what was there before is nobody's of ours";
}

TEST(BackupRemainsNames, AreOfTheFirstBackupSinceAlone) {
  EXPECT_THAT(remains({"vzdump-lxc-9001-2026_11_30-07_00_00.log",
                       "vzdump-lxc-9001-2026_11_30-06_00_00.tar.dat"}),
              ElementsAre("vzdump-lxc-9001-2026_11_30-06_00_00.tar.dat"));
}

TEST(BackupRemainsNames, AreNoneWhereThereIsAnArchive) {
  for (const char* file : {".tar.zst", ".tar", ".vma.zst.notes", ".tar.zst.protected"}) {
    EXPECT_THAT(remains({"vzdump-lxc-9001-2026_11_30-06_00_00.log",
                         std::string("vzdump-lxc-9001-2026_11_30-06_00_00") + file}),
                IsEmpty())
        << file;
  }
}

class BackupRemainsTest : public GuestTest {
 protected:
  static constexpr const char* kFolder = "/var/lib/vz/dump";
  static constexpr const char* kNote = "/var/lib/vz/dump/pve-accept-r1-9001.backup";
  static constexpr const char* kLog = "/var/lib/vz/dump/vzdump-lxc-9001-2026_11_30-06_26_39.log";

  BackupRemainsTest() { archives_are_at("/var/lib/vz/dump/archive.tar.zst"); }

  void archives_are_at(const std::string& path) {
    mock.answers("pvesm path local:backup/vzdump-lxc-100-2000_01_01-00_00_00.tar.zst",
                 prints(path + "\n"));
  }
  void folder_has(const std::vector<std::string>& paths) {
    std::string all = std::string(kFolder) + "\n";
    for (const std::string& path : paths) all += path + "\n";
    mock.answers("find -H /var/lib/vz/dump -maxdepth 1", prints(all));
  }
  void note_says(const std::string& text) {
    mock.answers(std::string("cat ") + kNote, prints(text));
  }
};

TEST_F(BackupRemainsTest, AreFoundByTheNoteOfTheirRun) {
  folder_has({kNote, kLog, "/var/lib/vz/dump/pve-accept-notes.txt"});
  note_says("[]\n");
  const auto found = backup_remains(node, "local");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].run, "r1");
  EXPECT_EQ(found[0].vmid, Vmid(9001));
  EXPECT_THAT(found[0].files, ElementsAre(kLog));
  EXPECT_EQ(found[0].doubt, "");
}

TEST_F(BackupRemainsTest, AreInDoubtWhereTheNoteIsEmptyAndStay) {
  folder_has({kNote, kLog});
  note_says("");
  const auto found = backup_remains(node, "local");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].doubt, HasSubstr("the note is empty"));
  EXPECT_CALL(mock.shell, run(CommandLineHas("rm "))).Times(0);
  EXPECT_THAT(trouble_of([&] { remove_backup_remains(node, found[0]); }),
              HasSubstr("refused: the note is empty"));
  folder_has({kNote});
  EXPECT_EQ(backup_remains(node, "local").at(0).doubt, "") << "the run ended before its backup";
}

TEST_F(BackupRemainsTest, AreStillThereWhateverRmSays) {
  folder_has({kNote, kLog});
  note_says("[]\n");
  mock.answers(std::string("rm -rf --one-file-system ") + kLog, prints(""));
  EXPECT_THAT(trouble_of([&] { remove_backup_remains(node, backup_remains(node, "local").at(0)); }),
              HasSubstr("it is still there"));
}

TEST_F(BackupRemainsTest, AreNotKnownFromAListingWithoutTheFolder) {
  mock.answers("find -H /var/lib/vz/dump -maxdepth 1", prints(""));
  EXPECT_THAT(trouble_of([&] { backup_remains(node, "local"); }),
              HasSubstr("the folder itself is not listed"));
  note_says("garbage");
  folder_has({kNote});
  EXPECT_THAT(trouble_of([&] { backup_remains(node, "local"); }), HasSubstr(kNote));
}

TEST_F(BackupRemainsTest, AreNoneWhereThereIsNoFolder) {
  mock.answers("find -H /var/lib/vz/dump -maxdepth 1",
               {.exit_status = 1, .err = "find: ‘/var/lib/vz/dump’: No such file or directory\n"});
  EXPECT_THAT(backup_remains(node, "local"), IsEmpty());
  archives_are_at("root@pam@pbs:store:backup/ct/100");
  EXPECT_THAT(backup_remains(node, "local"), IsEmpty());
  note_backup(node, "local", "r1", Vmid(9001));  // asks for nothing more
}

TEST_F(BackupRemainsTest, TheNoteNamesWhatWasThereOfThatGuest) {
  folder_has({kLog, "/var/lib/vz/dump/vzdump-lxc-100-2026_11_30-06_26_39.log"});
  EXPECT_CALL(mock.shell, run(CommandLineHas(std::string("dd of=") + kNote + " status=none")))
      .WillOnce([](const Command& command) {
        EXPECT_EQ(command.input, "[\"vzdump-lxc-9001-2026_11_30-06_26_39.log\"]\n");
        return prints("");
      });
  note_backup(node, "local", "r1", Vmid(9001));
}

}  // namespace
}  // namespace pve_accept
