#include "support/pve/leftovers.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"

// What a whole run leaves, and a sweep finds, is tested on the simulated node.
namespace pve_accept {
namespace {

using namespace replies;

class RemovedLeftovers : public GuestTest {
 protected:
  void tasks(const char* reply) {
    mock.answers(get("/nodes/pve1/tasks --source active"), prints(reply));
  }
  std::vector<std::string> wait_for_9001() {
    return wait_for_tasks(node, mock.clock, {Vmid(9001)},
                          [this](const std::string& line) { said_.push_back(line); });
  }

  std::vector<std::string> said_;
};

// Between the look and the removal another run may have taken the lock, or somebody the VMID.
TEST_F(RemovedLeftovers, AnUnfinishedGuestGoesOnlyWhileTheLockSaysThatItIsTheRuns) {
  Leftovers left;
  left.guests.push_back({.kind = GuestKind::kLxc,
                         .vmid = Vmid(9001),
                         .run = "r1",
                         .node = "pve1",
                         .unfinished = true});
  EXPECT_CALL(mock.shell, run(CommandLineHas("pct destroy"))).Times(0);
  for (const char* lock : {R"({"run":"r2","owner":"o","since":"s","vmids":[9001]})",
                           R"({"run":"r1","owner":"o","since":"s","vmids":[9000]})"}) {
    mock.answers("cat /run/pve-accept.lock", prints(lock));
    EXPECT_THAT(remove_leftovers(node, mock.clock, left, [](const std::string&) {}),
                Contains(HasSubstr("refused: the lock does not say any more that it is the run's")))
        << lock;
  }
}

TEST_F(RemovedLeftovers, AnArchiveIsGoneWhenTheStorageDoesNotListIt) {
  const Volume archive{.volid = "local:backup/vzdump-lxc-9001.tar.zst", .content = "backup"};
  const auto storage_lists = [&](const char* volumes) {
    mock.answers(get("/nodes/pve1/storage/local/content"), prints(volumes));
    return trouble_of([&] { remove_archive(node, archive); });
  };
  mock.answers("pvesm free " + archive.volid, prints(""));
  EXPECT_EQ(storage_lists(R"([{"volid":"local:backup/theirs.tar.zst","content":"backup"}])"), "");
  EXPECT_THAT(
      storage_lists(R"([{"volid":"local:backup/vzdump-lxc-9001.tar.zst","content":"backup"}])"),
      HasSubstr("it is still there"));
}

TEST_F(RemovedLeftovers, ATaskThatDoesNotEndIsNamed) {
  tasks(R"([{"type":"vzcreate","id":"9001"},{"type":"vzdump","id":"101"}])");
  EXPECT_THAT(wait_for_9001(), ElementsAre("a task that does not end: vzcreate of guest 9001"));
  EXPECT_THAT(said_, ElementsAre(HasSubstr("still at work: vzcreate of guest 9001"))) << "once";
}

TEST_F(RemovedLeftovers, NobodyWaitsForTheTasksOfOthers) {
  tasks(R"([{"type":"vzdump","id":"101"},{"type":"vncshell","id":""}])");
  EXPECT_THAT(wait_for_9001(), IsEmpty());
  EXPECT_THAT(said_, IsEmpty());
}

}  // namespace
}  // namespace pve_accept
