#include <algorithm>

#include "support/base/pattern.h"
#include "support/sim/model/containers.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/database.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr double kServerUpAfterS = 1.5;  // from the container's start

// One statement of the little SQL that is simulated. Returns the exit status.
int execute(Call& call, Database& database, const std::string& statement,
            const std::string& whole) {
  constexpr auto kAnyCase = Pattern::Letters::kInAnyCase;
  static const Pattern drop(R"(drop\s+table\s+(if\s+exists\s+)?(\w+))", kAnyCase);
  static const Pattern create(R"(create\s+table\s+(\w+)\s*\(.*\))", kAnyCase);
  static const Pattern insert(R"(insert\s+into\s+(\w+)\s+values\s*\(\s*'?([^']*)'?\s*\))",
                              kAnyCase);
  static const Pattern count(
      R"(select\s+count\(\*\)\s+from\s+(\w+)(\s+where\s+\w+\s*=\s*'([^']*)')?)", kAnyCase);
  static const Pattern number(R"(select\s+(\d+))", kAnyCase);
  auto& tables = database.tables;
  const auto missing = [&](const std::string& table) {
    const auto at = whole.find(table);
    return call.fail(
        1, fmt::format("ERROR:  relation \"{0}\" does not exist\nLINE 1: {1}\n{2:>{3}}", table,
                       whole, "^", 9 + at));
  };
  if (const auto selected = number.match(statement)) {
    call.out(selected[1] + "\n");
  } else if (const auto dropped = drop.match(statement)) {
    const std::string table = dropped[2];
    if (tables.erase(table) == 0) {
      if (!dropped.has(1)) {
        return call.fail(1, fmt::format("ERROR:  table \"{}\" does not exist", table));
      }
      call.err(fmt::format("NOTICE:  table \"{}\" does not exist, skipping\n", table));
    }
    call.out("DROP TABLE\n");
  } else if (const auto created = create.match(statement)) {
    if (tables.contains(created[1])) {
      return call.fail(1, fmt::format("ERROR:  relation \"{}\" already exists", created[1]));
    }
    tables[created[1]] = {};
    call.out("CREATE TABLE\n");
  } else if (const auto inserted = insert.match(statement)) {
    const auto table = tables.find(inserted[1]);
    if (table == tables.end()) return missing(inserted[1]);
    table->second.push_back(inserted[2]);
    call.out("INSERT 0 1\n");
  } else if (const auto counted = count.match(statement)) {
    const auto table = tables.find(counted[1]);
    if (table == tables.end()) return missing(counted[1]);
    const auto& rows = table->second;
    const auto rows_found = counted.has(2) ? std::ranges::count(rows, counted[3])
                                           : static_cast<std::ptrdiff_t>(rows.size());
    call.out(fmt::format("{}\n", rows_found));
  } else {
    throw Unsupported{};
  }
  return 0;
}

}  // namespace

Database* database_of(Call& call) {
  const auto found = call.guest->docker.volumes.find(call.container->volume);
  return found == call.guest->docker.volumes.end() ? nullptr : &found->second;
}

bool server_answers(const Call& call) {
  return is_up(*call.container, call.now()) &&
         call.now() >= call.container->started + paced(call.world.scenario, kServerUpAfterS);
}

// psql -h /var/run/postgresql -U postgres -Atc SQL DATABASE
int psql(Call& call) {
  if (!call.container->image.starts_with("postgres")) throw Unsupported{};
  const Arguments arguments = read_options(call.words(), {"-h=", "-U=", "-Atc=", "-d=", "-p="});
  arguments.require({"-Atc"});
  const std::string sql = arguments.get("-Atc");
  call.spend(0.05);
  if (!server_answers(call)) {
    return call.fail(2,
                     "psql: error: connection to server on socket "
                     "\"/var/run/postgresql/.s.PGSQL.5432\" failed: No such file or directory\n"
                     "\tIs the server running locally and accepting connections on that "
                     "socket?");
  }
  const std::string name = arguments.rest.empty() ? "postgres" : arguments.rest[0];
  if (name != "postgres") {
    return call.fail(2, fmt::format("psql: error: connection to server on socket "
                                    "\"/var/run/postgresql/.s.PGSQL.5432\" failed: FATAL:  "
                                    "database \"{}\" does not exist",
                                    name));
  }
  Database* database = database_of(call);
  if (database == nullptr) throw Unsupported{};  // data that no volume holds
  for (const std::string& part : split(sql, ';')) {
    const std::string statement(trimmed(part));
    if (statement.empty()) continue;
    const int exit_status = execute(call, *database, statement, sql);
    if (exit_status != 0) return exit_status;
  }
  return 0;
}

int pg_isready(Call& call) {
  if (!server_answers(call)) {
    call.out("/var/run/postgresql:5432 - no response\n");
    return 2;
  }
  call.out("/var/run/postgresql:5432 - accepting connections\n");
  return 0;
}

int findmnt(Call& call) {
  if (call.argv != Words{"findmnt", "-no", "FSTYPE", "/"}) throw Unsupported{};
  call.out(call.guest_model().docker.root_file_system + "\n");
  return 0;
}

}  // namespace pve_accept::sim
