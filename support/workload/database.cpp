#include "support/workload/database.h"

#include <fmt/format.h>

#include "support/base/reply.h"

namespace pve_accept {
namespace {

constexpr const char* kTable = "spike_persist";

// A text as a literal of SQL.
std::string literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

HarnessError trouble(Shell& guest, const CommandResult& result, std::string_view attempted,
                     const std::string& sql) {
  return unusable(guest, {.argv = {"psql", "-Atc", sql}}, result, attempted);
}

}  // namespace

CommandResult Database::query(const std::string& sql) {
  return docker_.exec(
      container_, {"psql", "-h", "/var/run/postgresql", "-U", "postgres", "-Atc", sql, "postgres"});
}

CommandResult Database::greet() {
  const std::string sql = "select 1";
  CommandResult result = query(sql);
  const bool refused = result.exit_status != 0 && text::contains(result.err, "FATAL:");
  if (refused || (result.exit_status == 0 && text::trimmed(result.out) != "1")) {
    throw trouble(docker_.guest(), result, "ask the database over its unix socket", sql);
  }
  return result;
}

void Database::store_row(const std::string& run_id) {
  const std::string sql = fmt::format(
      "drop table if exists {0}; create table {0}(note text); insert into {0} values ({1})", kTable,
      literal(run_id));
  const CommandResult result = query(sql);
  if (result.exit_status != 0) {
    throw trouble(docker_.guest(), result, "store a row in the database", sql);
  }
  if (const RowCount found = count_rows(run_id); found.rows != 1) {
    throw HarnessError("store a row in the database",
                       fmt::format("psql exited 0, and there are {} rows afterwards {}", found.rows,
                                   found.message));
  }
}

RowCount Database::count_rows(const std::string& run_id) {
  const std::string sql =
      fmt::format("select count(*) from {} where note = {}", kTable, literal(run_id));
  const CommandResult result = query(sql);
  const std::string message(text::trimmed(result.err));
  if (result.exit_status != 0 && (text::contains(result.err, "is not running") ||
                                  text::contains(result.err, "No such container"))) {
    return {.state = RowCount::State::kContainerNotRunning, .message = message};
  }
  if (result.exit_status != 0 && text::contains(result.err, "relation") &&
      text::contains(result.err, "does not exist")) {
    return {.state = RowCount::State::kNoTable, .message = message};
  }
  const auto rows = text::to_whole(text::trimmed(result.out));
  if (result.exit_status != 0 || !rows) {
    throw trouble(docker_.guest(), result, "count the rows in the database", sql);
  }
  return {.state = RowCount::State::kCounted, .rows = *rows};
}

}  // namespace pve_accept
