#include "support/record/run_directory.h"

#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/record/record_testing.h"

namespace pve_accept {
namespace {

class RunDirectoryTest : public testing::Test {
 protected:
  RunDirectoryTest() {
    run_.put(RunDirectory::run(), {.id = "run-1", .started = "2026-06-07T09:30:00Z"});
    run_.put(RunDirectory::node(), {.kind = "sim", .name = "sim"});
  }

  TemporaryDirectory directory_;
  RunDirectory run_{directory_.path()};
};

TEST_F(RunDirectoryTest, KeepsEachPartByItself) {
  run_.put(RunDirectory::guest(kLxc), {.vmid = 9001, .address = "192.168.0.115"});
  EXPECT_EQ(run_.need(RunDirectory::guest(kLxc)).address, "192.168.0.115");
  EXPECT_FALSE(run_.get(RunDirectory::guest(kVm)));
  run_.put(RunDirectory::guest(kLxc), {.vmid = 9002});
  EXPECT_FALSE(run_.need(RunDirectory::guest(kLxc)).address);
}

TEST_F(RunDirectoryTest, NeedsWhatAStageHasToHaveLeft) {
  EXPECT_THAT(message_of<HarnessError>([&] { run_.need(RunDirectory::load(kVm)); }),
              HasSubstr("it has no load@vm: not done yet"));
}

TEST_F(RunDirectoryTest, KeepsEachRoundByItself) {
  run_.put(RunDirectory::idle(kLxc), IdleRecord{{.notes = {"first"}}});
  run_.put(RunDirectory::canary(1), {.path = "/", .fsyncs_per_s = 640});
  run_.put(RunDirectory::load(kVm, 10), LoadRecord{{.notes = {"tenth"}}});
  run_.put_samples(RunDirectory::load(kVm, 10), {R"({"at_s":0})"});
  run_.put_samples(RunDirectory::idle(kLxc, 2), {R"({"at_s":0})", R"({"at_s":1})"});
  run_.put(RunDirectory::idle(kLxc, 2), IdleRecord{{.notes = {"second"}}});
  run_.put(RunDirectory::canary(10), {.fsyncs_per_s = Fact<double>::unread("no disk")});
  const Record record = parse_record(parse_json(to_json_text(run_.assemble())), "record.json");
  EXPECT_EQ(record.idle(kLxc)->notes.front(), "first");
  EXPECT_EQ(record.load(kVm), nullptr);
  EXPECT_EQ(record.canary->fsyncs_per_s, 640);
  ASSERT_EQ(record.rounds.size(), 2U);
  EXPECT_EQ(record.rounds[0].number, 2);
  EXPECT_EQ(record.rounds[0].measurements.at(kLxc).idle->samples.size(), 2U);
  EXPECT_FALSE(record.rounds[0].canary);
  EXPECT_EQ(record.rounds[1].number, 10);
  EXPECT_EQ(record.rounds[1].measurements.at(kVm).load->notes.front(), "tenth");
  EXPECT_EQ(record.rounds[1].canary->fsyncs_per_s.problem, "no disk");
}

TEST_F(RunDirectoryTest, AssemblesARecordFromItsParts) {
  run_.put(RunDirectory::before(), {.guests = {{"101", {.status = "running"}}}});
  run_.put(RunDirectory::guest(kVm), {.vmid = 9000});
  run_.put(RunDirectory::baseline(), {.figures = {{"ram_used_mib", {.median = 1702}}}});
  run_.put_samples(RunDirectory::baseline(), {R"({"at_s":0,"t":1})", R"({"at_s":1,"t":2})"});
  run_.put(RunDirectory::load(kVm), LoadRecord{});
  run_.put(RunDirectory::stage("load/vm"), {.outcome = Outcome::kError, .message = "lost"});
  run_.put(RunDirectory::claim("docker.exec", kVm), {.id = "docker.exec", .guest = kVm});
  run_.put(RunDirectory::claim("node.quiet", std::nullopt), {.id = "node.quiet"});
  run_.put(RunDirectory::teardown(), {.left = {"container 9001"}});
  run_.put(RunDirectory::ending(),
           {.finished = "2026-06-07T10:00:00Z", .unknown_commands = {"frobnicate"}});
  const Record record = run_.assemble();
  EXPECT_EQ(record.run.id, "run-1");
  EXPECT_EQ(record.run.finished, "2026-06-07T10:00:00Z");
  EXPECT_EQ(record.node.before->guests.at("101").status, "running");
  EXPECT_THAT(record.node.unknown_commands, ElementsAre("frobnicate"));
  EXPECT_EQ(record.guest(kVm)->vmid, 9000);
  EXPECT_EQ(record.guest(kLxc), nullptr);
  ASSERT_EQ(record.baseline->samples.size(), 2U);
  EXPECT_EQ(record.baseline->samples[1].at("at_s"), 1);
  EXPECT_NE(record.load(kVm), nullptr);
  EXPECT_EQ(record.idle(kVm), nullptr);
  EXPECT_EQ(record.stages.at("load/vm").message, "lost");
  ASSERT_EQ(record.claims.size(), 2U);
  EXPECT_EQ(record.claims[0].id, "node.quiet");  // in the order of the catalogue
  EXPECT_EQ(record.teardown->left.front(), "container 9001");
}

TEST_F(RunDirectoryTest, BeginsWithoutThePartsOfTheRunBefore) {
  EXPECT_TRUE(run_.has_parts());
  run_.forget_parts();
  EXPECT_FALSE(run_.has_parts());
  EXPECT_THROW(run_.assemble(), HarnessError);
}

TEST_F(RunDirectoryTest, NamesAPartThatIsDamaged) {
  const auto file = directory_.path() / "parts" / "guest@vm.json";
  const auto complaint = [&](const char* text) {
    write_file_atomically(file, text);
    return message_of<InputError>([&] { run_.get(RunDirectory::guest(kVm)); });
  };
  EXPECT_THAT(complaint("{"), HasSubstr("guest@vm.json: not valid JSON"));
  EXPECT_THAT(complaint("{}"), HasSubstr("guest@vm.json: (top level): 'vmid' is missing"));
  EXPECT_THAT(complaint(R"({"vmid": 1, "vimd": 2})"), HasSubstr("vimd: unknown key; known here"));
}

TEST_F(RunDirectoryTest, KeepsWhatIsNoUtf8AsFarAsJsonCan) {
  run_.put(RunDirectory::stage("preflight"), {.message = "bad \xff byte"});
  EXPECT_EQ(run_.need(RunDirectory::stage("preflight")).message, "bad \xEF\xBF\xBD byte");
}

// A full disk, a directory that is gone: said, and not taken for a success.
TEST_F(RunDirectoryTest, SaysThatAPartCouldNotBeWritten) {
  const RunDirectory gone(directory_.path() / "parts" / "run.json" / "below-a-file");
  EXPECT_ANY_THROW(gone.put(RunDirectory::run(), {.id = "run-2"}));
}

}  // namespace
}  // namespace pve_accept
