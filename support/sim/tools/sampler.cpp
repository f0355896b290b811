#include <algorithm>
#include <optional>

#include "support/sim/model/figures.h"
#include "support/sim/model/virtual_files.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

struct SamplerOptions {
  std::int64_t lines = 0, interval_ms = 0;
  std::string cgroup;
  std::int64_t pid = 0, pss_every = 1;
};

SamplerOptions parse(const Words& words) {
  const Arguments arguments =
      read_options(words, {"--lines=", "--interval-ms=", "--cgroup=", "--pid=", "--pss-every="});
  const SamplerOptions options{.lines = arguments.number("--lines", 0),
                               .interval_ms = arguments.number("--interval-ms", 0),
                               .cgroup = arguments.get("--cgroup"),
                               .pid = arguments.number("--pid", 0),
                               .pss_every = arguments.number("--pss-every", 1)};
  if (arguments.rest != Words{"-"} || options.lines <= 0 || options.interval_ms <= 0 ||
      options.pss_every <= 0) {
    throw Unsupported{};
  }
  return options;
}

std::int64_t whole(double value) { return static_cast<std::int64_t>(value); }
std::int64_t in_bytes(double mib) { return whole(mib * kMib); }

// The guest whose cgroup this is, by the paths that PVE gives them.
const Guest* guest_of(const State& state, const std::string& cgroup) {
  for (const Guest& guest : state.guests) {
    if (cgroup_of(guest) == cgroup && guest.running) return &guest;
  }
  return nullptr;
}

Json pressure(const World& world, std::optional<std::int64_t> vmid, Millis at) {
  const Model::Pressure total = world.figures.pressure_s(vmid, at);
  return {{"cpu", whole(total.cpu * 1e6)},
          {"io", whole(total.io * 1e6)},
          {"memory", whole(total.memory * 1e6)}};
}

Json cgroup_figures(World& world, const Guest& guest, Millis at) {
  const Booked booked = world.figures.booked(guest, at);
  const Model::Guest& model = world.scenario.model.guest(guest.kind);
  constexpr Millis kIntoLoad = 20'000;
  const bool pressed = std::ranges::any_of(world.state.activities, [&](const Activity& activity) {
    return activity.what == "load" && activity.vmid == guest.vmid &&
           activity.from + kIntoLoad <= at;
  });
  // A VM's own kernel counts what it kills.
  const std::int64_t kills = model.oom_kills + (pressed ? model.oom_kills_under_load : 0) +
                             (guest.is_vm() ? 0 : guest.oom_kills);
  Json figures = {{"current", in_bytes(booked.current_mib)},
                  {"anon", in_bytes(booked.anon_mib)},
                  {"file", in_bytes(booked.file_mib)},
                  {"kernel", in_bytes(booked.kernel_mib)},
                  {"usage_usec", whole(world.figures.guest_cpu_s(guest.vmid, at) * 1e6)},
                  {"oom", kills},
                  {"oom_kill", kills},
                  {"high", pressed ? model.throttled_under_load : 0},
                  {"max", 0}};
  if (world.scenario.model.node.pressure) figures["psi"] = pressure(world, guest.vmid, at);
  return figures;
}

std::string sample(World world, const SamplerOptions& options, Millis at, std::int64_t index) {
  const Model::Node& node = world.scenario.model.node;
  const double used = world.figures.ram_used_mib(at);
  const CpuTicks cpu = world.figures.cpu(at);
  const auto total_kib = whole(node.memory_mib * 1024.0);
  Json line = {{"t", static_cast<double>(world.state.wall_ms(at)) / 1000.0},
               {"mem",
                {{"total", total_kib},
                 {"available", total_kib - whole(used * 1024.0)},
                 {"swapped", whole(world.figures.swapped_mib(at) * 1024.0)}}},
               {"cpu",
                {whole(cpu.user), whole(cpu.nice), whole(cpu.system), whole(cpu.idle),
                 whole(cpu.iowait), whole(cpu.irq), whole(cpu.softirq), whole(cpu.steal),
                 whole(cpu.guest), whole(cpu.guest_nice)}},
               {"ksm", world.figures.ksm_pages_sharing(at)}};
  if (node.arc_mib > 0) {
    line["arc"] = {{"size", in_bytes(node.arc_mib)}, {"c_min", in_bytes(node.arc_min_mib)}};
  }
  if (node.pressure) line["psi"] = pressure(world, std::nullopt, at);
  if (const Guest* guest = guest_of(world.state, options.cgroup)) {
    line["cgroup"] = cgroup_figures(world, *guest, at);
  }
  for (const Guest& guest : world.state.guests) {
    if (options.pid == 0 || guest.pid != options.pid) continue;
    const Booked booked = world.figures.booked(guest, at);
    line["process"] = {{"rss_kib", whole(booked.rss_mib * 1024.0)}};
    if (index % options.pss_every == 0) line["process"]["pss_kib"] = whole(booked.pss_mib * 1024.0);
  }
  return line.dump();
}

}  // namespace

// Other scripts of ours on stdin have files of their own.
// perl - --lines N --interval-ms M [--cgroup DIR] [--pid PID [--pss-every N]]: the sampler, script
// on stdin
int perl(Call& call) {
  const auto has = [&](const char* option) { return contains(call.argv, option); };
  if (has("--bytes")) return bulk_transfer(call);
  if (has("--seconds")) return steady_writer(call);
  if (!call.is_node()) throw Unsupported{};
  if (call.argv.size() == 4) return serial_console(call);
  const SamplerOptions options = parse(call.words());
  if (call.input.empty()) throw Unsupported{};
  call.spend(0.02);
  call.output.set_source({.first = call.now(),
                          .interval = options.interval_ms,
                          .count = options.lines,
                          .line = [world = call.world, options](Millis due, std::int64_t index) {
                            return sample(world, options, due, index);
                          }});
  return 0;
}

}  // namespace pve_accept::sim
