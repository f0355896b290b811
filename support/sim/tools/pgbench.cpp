#include <algorithm>
#include <cmath>

#include "support/sim/engine/replies.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/variation.h"
#include "support/sim/tools/database.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

struct Options {
  bool initialize = false, progress = false;
  std::int64_t scale = 1, seconds = 0, clients = 1;
  std::string database;
};

Options pgbench_parse(const Words& words) {
  const Arguments arguments = read_options(words, {"-i", "-s=", "-T=", "-c=", "-P=1", "-U="});
  if (arguments.rest.size() > 1) throw Unsupported{};
  return {.initialize = arguments.has("-i"),
          .progress = arguments.has("-P"),
          .scale = arguments.number("-s", 1),
          .seconds = arguments.number("-T", 0),
          .clients = arguments.number("-c", 1),
          .database = arguments.rest.empty() ? "" : arguments.rest[0]};
}

int initialize(Call& call, const Options& options, Database& database) {
  call.err("dropping old tables...\n");
  if (database.pgbench_scale == 0) {
    for (const char* table : {"accounts", "branches", "history", "tellers"}) {
      call.err(fmt::format("NOTICE:  table \"pgbench_{}\" does not exist, skipping\n", table));
    }
  }
  call.err("creating tables...\ngenerating data (client-side)...\n");
  const std::int64_t tuples = options.scale * 100000;
  const double per_step_s = 0.08;
  for (std::int64_t done = 100000; done <= tuples; done += 100000) {
    call.spend(per_step_s);
    const std::int64_t whole_steps = done / 100000;
    const auto steps = static_cast<double>(whole_steps);
    const double elapsed = per_step_s * steps;
    const std::int64_t steps_left = (tuples - done) / 100000;
    const double left = per_step_s * static_cast<double>(steps_left);
    call.err(
        fmt::format("{} of {} tuples ({}%) of pgbench_accounts done (elapsed {:.2f} s, "
                    "remaining {:.2f} s)\n",
                    done, tuples, 100 * done / tuples, elapsed, left));
  }
  const double generate = per_step_s * static_cast<double>(options.scale) + 0.02;
  call.err("vacuuming...\n");
  call.spend(0.14);
  call.err("creating primary keys...\n");
  call.spend(0.30);
  call.err(
      fmt::format("done in {:.2f} s (drop tables 0.00 s, create tables 0.01 s, client-side "
                  "generate {:.2f} s, vacuum 0.14 s, primary keys 0.30 s).\n",
                  generate + 0.45, generate));
  database.pgbench_scale = options.scale;
  keep_busy(call, *call.guest, 0.2);
  return 0;
}

// Transactions in each second of a run: about the model's mean, which their own mean meets exactly
// but for the difference from run to run.
std::vector<double> seconds_of_run(const Call& call, const Options& options, std::int64_t ends) {
  const Model::Load& load = call.guest_model().load;
  const std::uint64_t seed = noise_seed(call.world.scenario);
  const Deviation deviation = deviation_of(
      call.world.scenario, call.state(),
      {.what = "load", .vmid = call.guest->vmid, .kind = call.guest->kind, .from = call.now()});
  const std::string channel = fmt::format("tps {}", to_string(call.guest->kind));
  const double clients = std::clamp(static_cast<double>(options.clients) / 4.0, 0.25, 1.6);
  const double mean = load.tps * clients * deviation.tps;
  std::vector<double> tps;
  double sum = 0;
  for (std::int64_t second = 0; second < options.seconds; ++second) {
    tps.push_back(load.interval_spread * bell(seed, channel, call.now() + second));
    sum += tps.back();
  }
  const double offset = sum / static_cast<double>(std::max<std::size_t>(tps.size(), 1));
  for (std::size_t i = 0; i < tps.size(); ++i) {
    const auto at = static_cast<double>(i);
    const bool stalled =
        load.stall_s > 0 && at >= load.stall_from_s && at < load.stall_from_s + load.stall_s;
    tps[i] = stalled ? 0 : mean * (1.0 + tps[i] - offset);
  }
  tps.resize(static_cast<std::size_t>(ends));
  return tps;
}

int run(Call& call, const Options& options) {
  const Model::Load& load = call.guest_model().load;
  const bool aborts =
      load.abort_after_s > 0 && load.abort_after_s < static_cast<double>(options.seconds);
  const std::int64_t ends =
      aborts ? static_cast<std::int64_t>(load.abort_after_s) : options.seconds;
  const auto clients = static_cast<double>(options.clients);
  const std::vector<double> tps = seconds_of_run(call, options, ends);
  const double connect_ms = 5.2 + 2.1 * clients;
  call.err("starting vacuum...");
  call.spend(0.05);
  call.err("end.\n");
  call.spend(connect_ms / 1000.0);
  start_load(call, *call.guest, static_cast<double>(ends));

  std::int64_t processed = 0, failed = 0;
  for (std::size_t i = 0; i < tps.size(); ++i) {
    call.output.wait_until(call.now() + 1000);  // the clock's time, whatever the pace of work
    const auto failed_now = static_cast<std::int64_t>(
        tps[i] * load.failed_percent / (100.0 - std::min(load.failed_percent, 99.0)));
    processed += static_cast<std::int64_t>(std::lround(tps[i]));
    failed += failed_now;
    if (!options.progress) continue;
    const double latency = tps[i] > 0 ? 1000.0 * clients / tps[i] * load.latency_factor : 0;
    call.err(fmt::format("progress: {}.0 s, {:.1f} tps, lat {:.3f} ms stddev {:.3f}, {} failed\n",
                         i + 1, tps[i], latency, latency * 0.66, failed_now));
  }
  if (aborts) {
    for (std::int64_t i = 0; i < options.clients; ++i) {
      call.err("WARNING:  terminating connection due to immediate shutdown command\n");
    }
    for (std::int64_t i = 0; i < options.clients; ++i) {
      call.err(
          fmt::format("pgbench: error: client {} aborted in command 10 (SQL) of script 0; "
                      "perhaps the backend died while processing\n",
                      i));
    }
  }
  const double duration_s = std::max(static_cast<double>(ends) + 0.0021, 0.001);
  const double average = static_cast<double>(processed) / duration_s;
  const double latency = processed > 0 ? 1000.0 * clients / average * load.latency_factor : 0;
  const std::int64_t all = processed + failed;
  const double failed_percent =
      all > 0 ? 100.0 * static_cast<double>(failed) / static_cast<double>(all) : 0.0;
  call.out(filled_text("pgbench_report.txt", database_of(call)->pgbench_scale, options.clients,
                       options.seconds, processed, failed, failed_percent, latency));
  if (options.progress) call.out(fmt::format("latency stddev = {:.3f} ms\n", latency * 0.67));
  call.out(
      fmt::format("initial connection time = {:.3f} ms\n"
                  "tps = {:.6f} (without initial connection time)\n",
                  connect_ms, average));
  if (aborts) {
    return call.fail(2, "pgbench: error: Run was aborted; the above results are incomplete.");
  }
  return 0;
}

}  // namespace

// pgbench -U postgres -i -s N DB; pgbench -U postgres -T S -c N -P 1 DB
int pgbench(Call& call) {
  if (!call.container->image.starts_with("postgres")) throw Unsupported{};
  const Options options = pgbench_parse(call.words());
  const std::string socket = "connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\"";
  if (!server_answers(call)) {
    return call.fail(1, fmt::format("pgbench: error: {} failed: No such file or directory\n\tIs "
                                    "the server running locally and accepting connections on that "
                                    "socket?\npgbench: error: could not create connection for {}",
                                    socket, options.initialize ? "initialization" : "setup"));
  }
  if (options.database != "postgres") {
    return call.fail(1, fmt::format("pgbench: error: {} failed: FATAL:  database \"{}\" does not "
                                    "exist\npgbench: error: could not create connection for setup",
                                    socket, options.database));
  }
  Database* database = database_of(call);
  if (database == nullptr) throw Unsupported{};
  if (options.initialize) return initialize(call, options, *database);
  if (options.seconds <= 0 || options.clients <= 0) throw Unsupported{};
  if (database->pgbench_scale == 0) {
    return call.fail(1,
                     "pgbench: error: could not count number of branches: ERROR:  relation "
                     "\"pgbench_branches\" does not exist\nLINE 1: select count(*) from "
                     "pgbench_branches\n                             ^\npgbench: hint: "
                     "Perhaps you need to do initialization (\"pgbench -i\") in database "
                     "\"postgres\"");
  }
  return run(call, options);
}

}  // namespace pve_accept::sim
