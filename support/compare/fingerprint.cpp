#include <fmt/format.h>

#include <cmath>

#include "support/base/contains.h"
#include "support/compare/baseline.h"

namespace pve_accept {
namespace {

using Text = std::optional<std::string>;

// Collects in what two sides differ.
class Differing {
 public:
  // What is not on record of either says nothing.
  void compare(const std::string& what, const Text& before, const Text& now) {
    if (before && now && *before != *now) add(what, *before, *now);
  }

  void add(const std::string& what, const std::string& before, const std::string& now) {
    lines_.push_back(fmt::format("{}: {} before, {} now", what, before, now));
  }
  void add(std::string line) { lines_.push_back(std::move(line)); }

  std::vector<std::string> lines() && { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

Text cpu_text(const NodeRecord& node) {
  if (!node.cpu || !node.cpu->model) return std::nullopt;
  return fmt::format("{}, {} CPUs", *node.cpu->model, node.cpu->cpus.value_or(0));
}

Text governor_text(const NodeRecord& node) {
  if (!node.cpu || !node.cpu->governor.known()) return std::nullopt;
  return node.cpu->governor.value_or("none");
}

// Asked for wherever a CPU was; an empty one is hardware.
Text hypervisor_text(const NodeRecord& node) {
  if (!node.cpu) return std::nullopt;
  const std::string name = node.hypervisor.value_or("");
  return name.empty() ? "none (hardware)" : name;
}

Text storage_text(const NodeRecord& node) {
  if (!node.storage) return std::nullopt;
  return fmt::format("{} ({})", node.storage->name, node.storage->type);
}

Text spec_text(const Baseline& side, GuestKind kind) {
  const auto guest = side.guests.find(kind);
  if (guest == side.guests.end() || !guest->second.spec) return std::nullopt;
  const GuestRecord::Spec& spec = *guest->second.spec;
  return fmt::format("{} cores, {} MiB, {} GiB", spec.cores, spec.memory_mib, spec.disk_gib);
}

Text load_text(const Baseline& side, GuestKind kind) {
  const auto load = side.loads.find(kind);
  if (load == side.loads.end() || !load->second.scale || !load->second.clients) return std::nullopt;
  return fmt::format("pgbench scale {}, {} clients, {:.0f} s", *load->second.scale,
                     *load->second.clients, load->second.duration_s.value_or(0));
}

// What the node sees of its memory: kernels keep some MiB more or less of it for themselves.
bool same_memory(std::int64_t before, std::int64_t now) {
  constexpr double kOfKernels = 0.02;
  const auto difference = static_cast<double>(before - now);
  return std::abs(difference) <= kOfKernels * static_cast<double>(before);
}

void add_pending(Differing& differing, const Baseline& side, const char* when) {
  for (const RunFigures& run : side.runs) {
    if (!run.pending_kernel) continue;
    differing.add(
        fmt::format("reboot pending {}: in run {} kernel {} was installed and did not run", when,
                    run.id, *run.pending_kernel));
  }
}

}  // namespace

std::vector<std::string> differences_that_matter(const Baseline& before, const Baseline& now) {
  Differing differing;
  const NodeRecord &then = before.node, &here = now.node;
  if (then.host_key && then.host_key == here.host_key) {
    // The same one, under whatever name.
  } else if (then.host && here.host) {
    differing.compare("node", then.host, here.host);
  } else {
    differing.compare("node", then.name, here.name);
  }
  differing.compare("CPU", cpu_text(then), cpu_text(here));
  if (then.memory_mib && here.memory_mib && !same_memory(*then.memory_mib, *here.memory_mib)) {
    differing.add("memory", fmt::format("{} MiB", *then.memory_mib),
                  fmt::format("{} MiB", *here.memory_mib));
  }
  differing.compare("hypervisor of the node", hypervisor_text(then), hypervisor_text(here));
  differing.compare("storage", storage_text(then), storage_text(here));
  differing.compare("CPU governor", governor_text(then), governor_text(here));
  differing.compare("KSM", then.ksm, here.ksm);
  for (const GuestKind kind : kGuestKinds) {
    const std::string name(to_string(kind));
    differing.compare(name, spec_text(before, kind), spec_text(now, kind));
    differing.compare("load of the " + name, load_text(before, kind), load_text(now, kind));
  }
  add_pending(differing, before, "before");
  add_pending(differing, now, "now");
  return std::move(differing).lines();
}

}  // namespace pve_accept
