#include "support/pve/lock.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"

namespace pve_accept {
namespace {

using namespace replies;

const std::string kTake = "dd of=/run/pve-accept.lock conv=excl status=none";
const std::string kRead = "cat /run/pve-accept.lock";
const std::string kRemove = "rm -f /run/pve-accept.lock";
const CommandResult kFree = fails(1, "cat: /run/pve-accept.lock: No such file or directory\n");
const CommandResult kTaken = fails(1, "dd: failed to open '/run/pve-accept.lock': File exists\n");

CommandResult held_by(const std::string& run) {
  return prints_json({{"run", run}, {"owner", "ann@ws"}, {"since", "2026-06-07T09:30:00Z"}});
}

class PveNodeLock : public testing::Test {
 protected:
  MockNode mock;
  NodeLock lock{mock.shell};
};

TEST_F(PveNodeLock, IsOneLineThatSaysWhoHoldsIt) {
  EXPECT_CALL(mock.shell,
              run(AllOf(CommandLine(kTake),
                        Field(&Command::input,
                              AllOf(HasSubstr("\"run\":\"r1\""), HasSubstr("\"vmids\":[9000,9001]"),
                                    HasSubstr("\"owner\":\"ann@ws\""), EndsWith("}\n"))))))
      .WillOnce(Return(prints("")));
  mock.answers(kRead, held_by("r1"));
  lock.take({"r1", "ann@ws", "2026-06-07T09:30:00Z", {Vmid(9000), Vmid(9001)}});
}

TEST_F(PveNodeLock, OfAnotherRunIsNamedWithItsAge) {
  mock.answers(kTake, kTaken);
  mock.answers(kRead, held_by("r0"));
  const std::string trouble = trouble_of([this] { lock.take({"r1", "bob@ws", "now"}); });
  EXPECT_THAT(trouble, HasSubstr("run r0 of ann@ws has held it since 2026-06-07T09:30:00Z"));
}

TEST_F(PveNodeLock, OfTheSameRunIsTaken) {
  mock.answers(kTake, kTaken);
  mock.answers(kRead, held_by("r1"));
  EXPECT_EQ(trouble_of([this] { lock.take({"r1", "ann@ws", "now"}); }), "");
}

TEST_F(PveNodeLock, ThatCannotBeWrittenIsAnError) {
  mock.answers(kTake, fails(1, "dd: failed to open '/run/pve-accept.lock': Permission denied\n"));
  EXPECT_THAT(trouble_of([this] { lock.take({"r1", "a", "b"}); }), HasSubstr("Permission denied"));
  mock.answers(kTake, prints(""));
  mock.answers(kRead, kFree);
  EXPECT_THAT(trouble_of([this] { lock.take({"r1", "a", "b"}); }), HasSubstr("it is gone"));
}

TEST_F(PveNodeLock, MayBeFree) {
  mock.answers(kRead, kFree);
  EXPECT_FALSE(lock.read());
  EXPECT_TRUE(lock.release("r1"));
}

TEST_F(PveNodeLock, ThatIsNotOursIsLeftAlone) {
  mock.answers(kRead, held_by("r0"));
  EXPECT_CALL(mock.shell, run(CommandLine(kRemove))).Times(0);
  EXPECT_FALSE(lock.release("r1"));
}

TEST_F(PveNodeLock, IsReleasedByItsRun) {
  EXPECT_CALL(mock.shell, run(CommandLine(kRead)))
      .WillOnce(Return(held_by("r1")))
      .WillOnce(Return(kFree));
  EXPECT_CALL(mock.shell, run(CommandLine(kRemove))).WillOnce(Return(prints("")));
  EXPECT_TRUE(lock.release("r1"));
}

TEST_F(PveNodeLock, ThatStaysAfterItsRemovalIsAnError) {
  mock.answers(kRead, held_by("r1"));
  mock.answers(kRemove, prints(""));
  EXPECT_THAT(trouble_of([this] { lock.release("r1"); }), HasSubstr("it is still there"));
}

TEST_F(PveNodeLock, SaysWhereItsRunMakesGuests) {
  Json text = {{"run", "r1"}, {"owner", "a"}, {"since", "b"}, {"vmids", {9001, 9000}}};
  mock.answers(kRead, prints_json(text));
  EXPECT_THAT(lock.read()->vmids, ElementsAre(Vmid(9001), Vmid(9000)));
}

TEST_F(PveNodeLock, OfAnEarlierVersionSaysNoVmids) {
  mock.answers(kRead, held_by("r1"));
  EXPECT_THAT(lock.read()->vmids, IsEmpty());
}

TEST_F(PveNodeLock, ThatCannotBeReadIsAnErrorWithARemedy) {
  for (const char* text :
       {"", "pid 4711", "{\"run\":\"r1\"}", R"({"run":"r1","owner":"a","since":"b","vmids":[7]})",
        R"({"run":"r1","owner":"a","since":"b","vmids":"9001"})"}) {
    mock.answers(kRead, prints(text));
    EXPECT_THAT(trouble_of([this] { lock.read(); }), HasSubstr("rm /run/pve-accept.lock")) << text;
  }
}

}  // namespace
}  // namespace pve_accept
