#include <fmt/format.h>

#include "fixtures/claims/claim_test.h"
#include "support/base/text.h"
#include "support/workload/http.h"

namespace pve_accept::acceptance {

class Stack : public GuestClaimTest {
 protected:
  // Rows of this run that the database has once the stack is healthy again. Throws HarnessError
  // when the stack is not: a dead database is not an empty one.
  std::int64_t rows_left();

  std::string database_id() {
    const std::string id = stack().inspect({std::string(kDatabaseService)}).at(0).id;
    if (id.empty()) throw HarnessError("tell the database's containers apart", "it has no id");
    return id;
  }

  // Throws HarnessError when what runs afterwards is what ran before: nothing was put to the test.
  void replace_containers() {
    const std::string before = database_id();
    const CommandResult down = stack().down();
    stack().up();
    if (database_id() != before) return;
    throw HarnessError(
        "take the stack down",
        fmt::format("docker compose down exited {} and left the database's container "
                    "as it was: {}",
                    down.exit_status, text::tail(down.err)));
  }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Stack);

std::int64_t Stack::rows_left() {
  auto compose = stack();
  if (const auto problems = stack_problems(compose); !problems.empty()) {
    throw HarnessError("count the rows that are left", "the stack is not up: " + problems.front());
  }
  auto engine = docker();
  const RowCount count = Database(engine, container(kDatabaseService)).count_rows(run().id());
  if (count.state == RowCount::State::kContainerNotRunning) {
    throw HarnessError("count the rows that are left", count.message);
  }
  return count.state == RowCount::State::kCounted ? count.rows : 0;
}

// PostgreSQL, Redis and nginx come up and stay up.
// Example failure: measured 2 healthy services; the database restarts in a loop.
TEST_P(Stack, IsHealthy) {
  judge("stack.healthy", [&] {
    auto compose = stack();
    int healthy = 0;
    int restarts = 0;
    std::string others;
    for (const ContainerState& service : compose.inspect(stack_services())) {
      const bool well = service.state == "running" && service.health == "healthy";
      healthy += well ? 1 : 0;
      restarts += service.restarts;
      if (!well)
        others += fmt::format("{} is {} {}; ", service.name, service.state, service.health);
    }

    return Observation{.measured = healthy,
                       .how = "docker inspect",
                       .also = {{"restarts", restarts}},
                       .note = others};
  });
}

// The stack comes back by itself after a restart of the guest.
// Example failure: measured "db is exited": Docker does not start its containers again.
TEST_P(Stack, ReturnsByItself) {
  judge("stack.returns", [&] {
    const StackReturn back = stack_after(run(), GetParam(), [&] { restart(run(), GetParam()); });
    return Observation{.measured = back.problems,
                       .how = "restart of the guest, no up; docker compose ps",
                       .also = {{"back after", back.took_s}}};
  });
}

// Data in a named volume outlives its container and a restart of the guest.
// Example failure: measured 0 rows after down and up, because the volume was anonymous.
TEST_P(Stack, KeepsVolumes) {
  judge("stack.volume-persists", [&] {
    auto engine = docker();
    Database(engine, container(kDatabaseService)).store_row(run().id());

    replace_containers();
    const auto after_down_and_up = rows_left();
    restart(run(), GetParam());
    stack().up();
    return Observation{
        .measured = after_down_and_up,
        .how = "insert, docker compose down, up, select; restart of the guest, select",
        .also = {{"rows after a restart of the guest", rows_left()}}};
  });
}

// The published port answers, inside the guest and from the node.
// Example failure: measured 502 from inside, 0 (no answer) from the node.
TEST_P(Stack, AnswersHttp) {
  judge("stack.http-200", [&] {
    return Observation{.measured = http_status(shell(), web_url("localhost")),
                       .how = "curl in the guest and on the node",
                       .also = {{"from the node", http_status(run().node_shell(),
                                                              web_url(record().address.value()))}}};
  });
}

// The services reach each other by name.
// Example failure: measured cache:6379 not reached from web.
TEST_P(Stack, ConnectsItsServices) {
  judge("stack.networking", [&] {
    return Observation{.measured = unreached_services(shell()), .how = "nc in the web container"};
  });
}

}  // namespace pve_accept::acceptance
