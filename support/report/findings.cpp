#include <fmt/format.h>

#include "support/base/contains.h"
#include "support/report/comparison.h"
#include "support/report/report.h"
#include "support/report/sections.h"
#include "support/report/shared.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

std::string head(const Record& record) {
  const Record& spike = reference_run();
  const auto escaped = [](const std::optional<std::string>& text) {
    return markdown_escaped(text_or_missing(text));
  };
  std::string text;
  if (record.node.simulated()) text += fmt::format("> **{}**\n\n", simulation_notice(record));
  text += "# VM vs LXC overhead: findings of an acceptance run\n\n";
  text += fmt::format("**Node:** {} ({}). **Run:** {}, {} to {}, suite {}. **Result:** {}.\n\n",
                      markdown_escaped(node_label(record)),
                      record.node.simulated() ? "simulated" : "Proxmox VE", escaped(record.run.id),
                      escaped(record.run.started), escaped(record.run.finished),
                      escaped(record.run.suite_version), counts_text(record));
  return text + fmt::format("\"Spike\" is what Phase 0 measured on {} (Proxmox VE {}) on {}.\n\n",
                            spike.node.name, *spike.node.packages.at("pve-manager"),
                            spike.run.started);
}

std::string at_or_missing(const std::map<std::string, Fact<std::string>>& values,
                          const std::string& key) {
  return text_or_missing(value_or(values, key));
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Figure figure_of(const WindowRecord* window, const std::string& name) {
  return window == nullptr ? Figure{} : value_or(window->figures, name);
}

Table platform_table(const Record& record) {
  const NodeRecord& spike = reference_run().node;
  const NodeRecord& node = record.node;
  Table table{.header = {"Component", "spike", "this run"}, .rows = {}};
  for (const std::string& package : provenance_packages()) {
    table.rows.push_back(
        {package, at_or_missing(spike.packages, package), at_or_missing(node.packages, package)});
  }
  const auto add = [&](const char* name, auto value) {
    table.rows.push_back({name, text_or_missing(value(spike)), text_or_missing(value(node))});
  };
  const auto cpu = [](const NodeRecord& n) { return n.cpu.value_or(NodeRecord::Cpu{}); };
  const auto storage = [](const NodeRecord& n) {
    return n.storage.value_or(NodeRecord::Storage{});
  };
  add("CPU model", [&](const NodeRecord& n) { return cpu(n).model; });
  add("CPUs", [&](const NodeRecord& n) { return cpu(n).cpus; });
  add("CPU governor", [&](const NodeRecord& n) { return cpu(n).governor; });
  add("Memory, MiB", [](const NodeRecord& n) {
    return n.memory_mib ? std::optional(std::to_string(*n.memory_mib)) : std::nullopt;
  });
  add("Boot", [](const NodeRecord& n) { return n.boot_id; });
  add("KSM", [](const NodeRecord& n) { return n.ksm; });
  add("Storage of the guests", [&](const NodeRecord& n) { return storage(n).name; });
  add("Type of the storage", [&](const NodeRecord& n) { return storage(n).type; });
  return table;
}

Table image_table(const Record& record) {
  const NodeRecord& spike = reference_run().node;
  Table table{.header = {"Image", "spike", "this run"}, .rows = {}};
  table.rows.push_back({"LXC template", text_or_missing(spike.template_volume),
                        text_or_missing(record.node.template_volume)});
  table.rows.push_back({"VM cloud image", file_name(text_or_missing(spike.cloud_image)),
                        text_or_missing(record.node.cloud_image)});
  return table;
}

Table guest_table(const Record& record) {
  Table table{.header = {"In the guest", "spike, both", "LXC", "VM"}, .rows = {}};
  const auto add = [&](const char* name, auto value) {
    const auto of = [&](const Record& run, GuestKind kind) {
      const GuestRecord* guest = run.guest(kind);
      return guest == nullptr ? std::string(kMissing) : value(*guest);
    };
    const std::string spike_lxc = of(reference_run(), GuestKind::kLxc);
    const std::string spike_vm = of(reference_run(), GuestKind::kVm);
    table.rows.push_back({name, spike_lxc == spike_vm ? spike_lxc : spike_lxc + ", " + spike_vm,
                          of(record, GuestKind::kLxc), of(record, GuestKind::kVm)});
  };
  add("VMID", [](const GuestRecord& guest) { return std::to_string(guest.vmid); });
  add("Debian", [](const GuestRecord& guest) { return text_or_missing(guest.debian); });
  for (const auto& [name, key] : {std::pair("Docker", "docker"),
                                  {"Docker build", "docker_build"},
                                  {"containerd", "containerd"},
                                  {"runc", "runc"},
                                  {"Compose", "compose"},
                                  {"systemd", "systemd"}}) {
    add(name,
        [&key = key](const GuestRecord& guest) { return at_or_missing(guest.components, key); });
  }
  return table;
}

std::string baseline_text(const Record& record) {
  const auto baseline = [](const Record& run) { return run.baseline ? &*run.baseline : nullptr; };
  const Figure spike = figure_of(baseline(reference_run()), "ram_used_mib");
  const Figure ram = figure_of(baseline(record), "ram_used_mib");
  const auto cpu = [&](const Record& run) {
    return number_or_missing(figure_of(baseline(run), "cpu_used_percent").mean, 1);
  };
  const auto mib = [](double value) { return number_or_missing(value, 0); };
  return fmt::format(
      "Baseline, no guest running: host RAM used median {} MiB (range {}–{}; spike {}, range "
      "{}–{}), host CPU used {} % (spike {} %). RAM used is MemTotal − MemAvailable; deltas "
      "are against this baseline.",
      mib(ram.median), mib(ram.min), mib(ram.max), mib(spike.median), mib(spike.min),
      mib(spike.max), cpu(record), cpu(reference_run()));
}

Table cpu_table(const Record& record) {
  Table table{.header = {"Host CPU, % (mean)", "used", "busy", "user", "system", "iowait",
                         "softirq", "guest", "steal"},
              .rows = {}};
  const auto add = [&](std::string name, const WindowRecord* window) {
    Table::Row row = {std::move(name)};
    for (const char* figure :
         {"cpu_used_percent", "cpu_busy_percent", "cpu_user_percent", "cpu_system_percent",
          "cpu_iowait_percent", "cpu_softirq_percent", "cpu_guest_percent", "cpu_steal_percent"}) {
      row.push_back(number_or_missing(figure_of(window, figure).mean, 2));
    }
    table.rows.push_back(std::move(row));
  };
  add("baseline", record.baseline ? &*record.baseline : nullptr);
  for (const GuestKind guest : kGuestKinds) {
    add(fmt::format("idle, {}", to_string(guest)), record.idle(guest));
  }
  for (const GuestKind guest : kGuestKinds) {
    add(fmt::format("load, {}", to_string(guest)), record.load(guest));
  }
  return table;
}

std::string reference_note() {
  const Record& spike = reference_run();
  const auto mib = [](const WindowRecord* window, const char* figure) {
    return number_or_missing(figure_of(window, figure).median, 0);
  };
  return fmt::format(
      "Δ is VM − LXC. The spike booked {} MiB on the idle container and {} MiB on the idle VM; "
      "its figures of provisioning are rough (10–15 s, 60–75 s).",
      mib(spike.idle(GuestKind::kLxc), "cgroup_current_mib"),
      mib(spike.idle(GuestKind::kVm), "process_rss_mib"));
}

std::string provenance_section(const Record& record) {
  return "## 1. Provenance\n\n### Platform\n\n" + markdown(platform_table(record)) +
         "\n### Guest images\n\n" + markdown(image_table(record)) + "\n### Guests and Docker\n\n" +
         markdown(guest_table(record)) + "\n";
}

std::string comparison_section(const Record& record) {
  return "## 2. Comparison table\n\n" + baseline_text(record) + "\n\n" +
         markdown(comparison_table(reference_run(), record)) + "\n" + reference_note() + "\n\n" +
         markdown(cpu_table(record)) + "\n";
}

std::string findings_markdown(const Record& record, std::span<const Record> earlier) {
  return head(record) + upgrade_section(record) + own_bounds_section(record) +
         changes_section(record, earlier) + provenance_section(record) +
         comparison_section(record) + rounds_section(record) + viability_section(record) +
         observations_section(record) + command_log_section(record) + teardown_section(record) +
         preview_section(record);
}

}  // namespace pve_accept
