#pragma once

#include <cstdint>
#include <string>

#include "support/workload/docker.h"

namespace pve_accept {

// What was found where a run's rows should be.
struct RowCount {
  enum class State {
    kCounted,
    kContainerNotRunning,
    kNoTable,
  };
  State state = State::kCounted;
  std::int64_t rows = 0;     // when counted
  std::string message = {};  // the tool's own words otherwise
};

// The PostgreSQL server of the stack, reached from inside its container through the unix socket.
class Database {
 public:
  Database(Docker& docker, std::string container)
      : docker_(docker), container_(std::move(container)) {}

  // Runs SQL; psql's exit status is a result.
  CommandResult query(const std::string& sql);

  // Asks it for a word. A failure of psql's is a result; throws HarnessError for one of the
  // server's own ("FATAL: the database system is starting up"), which came over the socket, and for
  // another answer than the word.
  CommandResult greet();

  // One row for the run in a fresh table, where another connection finds it. Throws HarnessError.
  void store_row(const std::string& run_id);

  // How many rows the run has. Throws HarnessError when the database does not say.
  RowCount count_rows(const std::string& run_id);

 private:
  Docker& docker_;
  std::string container_;
};

}  // namespace pve_accept
