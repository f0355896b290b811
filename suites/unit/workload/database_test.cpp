#include "support/workload/database.h"

#include "suites/unit/matchers.h"
#include "suites/unit/workload/scripted_guest.h"

namespace pve_accept {
namespace {

const std::string kPsql = "docker exec spike-db-1 psql -h /var/run/postgresql -U postgres -Atc ";

class WorkloadDatabase : public testing::Test {
 protected:
  void count_answers(const CommandResult& result) {
    ON_CALL(guest.shell, run(CommandLineHas("select count(*)"))).WillByDefault(Return(result));
  }
  RowCount count() { return database.count_rows("r1"); }

  MockGuest guest;
  Docker docker{guest.shell};
  Database database{docker, "spike-db-1"};
};

TEST_F(WorkloadDatabase, IsAskedThroughItsSocket) {
  guest.answers(kPsql + "'select 1' postgres",
                recorded("psql-17.txt", "psql -p 5433 -Atc 'select 1' postgres"));
  EXPECT_EQ(database.query("select 1").out, "1\n");
}

TEST_F(WorkloadDatabase, GreetsOrSaysWhyNot) {
  const auto greeted = [&](const CommandResult& result) {
    ON_CALL(guest.shell, run(CommandLineHas("'select 1'"))).WillByDefault(Return(result));
    return database.greet().exit_status;
  };
  EXPECT_EQ(greeted(prints("1\n")), 0);
  const CommandResult denied = fails(2, "connection to server on socket failed: Permission denied");
  EXPECT_EQ(greeted(denied), 2);
  // It is there and does not want to, or did not answer the question: nobody knows of the socket.
  EXPECT_THROW(greeted(fails(2, "FATAL:  sorry, too many clients already")), HarnessError);
  EXPECT_THROW(greeted(prints("")), HarnessError);
  EXPECT_THROW(greeted(prints("2\n")), HarnessError);
}

TEST_F(WorkloadDatabase, StoresARowInAFreshTable) {
  std::string sql;
  ON_CALL(guest.shell, run(CommandLineHas("drop table")))
      .WillByDefault([&sql](const Command& command) {
        sql = command.argv.at(9);
        return prints("");
      });
  count_answers(prints("1\n"));
  database.store_row("r1");
  EXPECT_EQ(sql,
            "drop table if exists spike_persist; create table spike_persist(note text); "
            "insert into spike_persist values ('r1')");
  database.store_row("o'hara");
  EXPECT_THAT(sql, HasSubstr("values ('o''hara')"));
}

TEST_F(WorkloadDatabase, RowThatCannotBeStoredIsAnError) {
  ON_CALL(guest.shell, run(CommandLineHas("drop table")))
      .WillByDefault(Return(fails(1, "ERROR:  could not extend file\n")));
  EXPECT_THAT(trouble_of([this] { database.store_row("r1"); }), HasSubstr("could not extend file"));
}

// psql exited 0 and printed nothing.
TEST_F(WorkloadDatabase, RowThatIsNotThereAfterwardsIsAnError) {
  ON_CALL(guest.shell, run(CommandLineHas("drop table"))).WillByDefault(Return(prints("")));
  count_answers(prints("0\n"));
  EXPECT_THAT(trouble_of([this] { database.store_row("r1"); }), HasSubstr("there are 0 rows"));
}

TEST_F(WorkloadDatabase, CountsRows) {
  count_answers(prints("3\n"));
  EXPECT_EQ(count().state, RowCount::State::kCounted);
  EXPECT_EQ(count().rows, 3);
  count_answers(prints("0\n"));
  EXPECT_EQ(count().state, RowCount::State::kCounted);
  EXPECT_EQ(count().rows, 0);
}

TEST_F(WorkloadDatabase, TellsADeadContainerFromAnEmptyTable) {
  count_answers(in_guest(
      "docker exec spike-db-1 psql -U postgres -Atc \"select count(*) from spike_persist\""));
  EXPECT_EQ(count().state, RowCount::State::kContainerNotRunning);
  EXPECT_THAT(count().message, HasSubstr("is not running"));
}

TEST_F(WorkloadDatabase, TellsAMissingTableFromAnEmptyOne) {
  count_answers(
      recorded("psql-17.txt", "psql -p 5433 -Atc 'select count(*) from nosuch' postgres"));
  EXPECT_EQ(count().state, RowCount::State::kNoTable);
}

TEST_F(WorkloadDatabase, ThatDoesNotSayIsAnError) {
  count_answers(fails(2, "psql: error: connection to server on socket failed\n"));
  EXPECT_THAT(trouble_of([this] { count(); }), HasSubstr("connection to server on socket failed"));
  count_answers(prints(""));
  EXPECT_THROW(count(), HarnessError);
}

}  // namespace
}  // namespace pve_accept
