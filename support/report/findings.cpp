#include <fmt/format.h>

#include "support/report/comparison.h"
#include "support/report/lookup.h"
#include "support/report/report.h"
#include "support/report/sections.h"

namespace pve_accept {
namespace {

std::string run_text(const Json& record, std::string_view key) {
  return markdown_escaped(text_or_missing(lookup(record, {"run", key})));
}

std::string head(const Json& record) {
  std::string text;
  if (simulated(record)) text += fmt::format("> **{}**\n\n", simulation_notice(record));
  text += "# VM vs LXC overhead: findings of an acceptance run\n\n";
  text += fmt::format("**Node:** {} ({}). **Run:** {}, {} to {}, suite {}. **Result:** {}.\n\n",
                      markdown_escaped(node_label(record)),
                      simulated(record) ? "simulated" : "Proxmox VE", run_text(record, "id"),
                      run_text(record, "started"), run_text(record, "finished"),
                      run_text(record, "suite_version"), counts_text(record));
  return text +
         "\"Spike\" is what Phase 0 measured on demo-felhom (Proxmox VE 9.2.2) on 2026-06-07.\n\n";
}

// A package of the node and the version that the spike had.
struct Component {
  std::string_view name;
  std::string_view spike;
};

constexpr Component kPackages[] = {
    {"pve-manager", "9.2.2"},     {"running kernel", "7.0.2-6-pve"},
    {"pve-qemu-kvm", "11.0.0-3"}, {"qemu-server", "9.1.15"},
    {"pve-container", "6.1.10"},  {"lxc-pve", "7.0.0-2"},
    {"lxcfs", "7.0.0-pve1"},      {"criu", "4.1.1-1"},
};

Table platform_table(const Json& record) {
  Table table{.header = {"Component", "spike", "this run"}, .rows = {}};
  for (const Component& package : kPackages) {
    table.rows.push_back({std::string(package.name), std::string(package.spike),
                          text_or_missing(lookup(record, {"node", "packages", package.name}))});
  }
  const auto add = [&](std::string name, std::string spike, const Json& value) {
    table.rows.push_back({std::move(name), std::move(spike), text_or_missing(value)});
  };
  add("CPU model", std::string(kMissing), lookup(record, {"node", "cpu", "model"}));
  add("CPUs", "4", lookup(record, {"node", "cpu", "cpus"}));
  add("CPU governor", std::string(kMissing), lookup(record, {"node", "cpu", "governor"}));
  add("Memory, MiB", "15771", lookup(record, {"node", "memory_mib"}));
  add("KSM", std::string(kMissing), lookup(record, {"node", "ksm"}));
  add("Storage of the guests", "local-lvm", lookup(record, {"node", "storage", "name"}));
  add("Type of the storage", "lvmthin", lookup(record, {"node", "storage", "type"}));
  return table;
}

Table image_table(const Json& record) {
  Table table{.header = {"Image", "spike", "this run"}, .rows = {}};
  table.rows.push_back({"LXC template", "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
                        text_or_missing(lookup(record, {"node", "template"}))});
  table.rows.push_back({"VM cloud image", "debian-13-genericcloud-amd64.qcow2",
                        text_or_missing(lookup(record, {"node", "cloud_image"}))});
  return table;
}

Table guest_table(const Json& record) {
  Table table{.header = {"In the guest", "spike, both", "LXC", "VM"}, .rows = {}};
  const auto add = [&](std::string name, std::string spike, auto... keys) {
    table.rows.push_back({std::move(name), std::move(spike),
                          text_or_missing(lookup(record, {"guests", "lxc", keys...})),
                          text_or_missing(lookup(record, {"guests", "vm", keys...}))});
  };
  add("VMID", "9001, 9000", "vmid");
  add("Debian", "13.1, 13.5", "debian");
  add("Docker", "29.5.3", "components", "docker");
  add("Docker build", "d1c06ef", "components", "docker_build");
  add("containerd", std::string(kMissing), "components", "containerd");
  add("runc", std::string(kMissing), "components", "runc");
  add("Compose", std::string(kMissing), "components", "compose");
  add("systemd", std::string(kMissing), "components", "systemd");
  return table;
}

std::string baseline_line(const Json& record) {
  const auto figure = [&](std::string_view name, std::string_view statistic, int decimals) {
    return number_or_missing(lookup(record, {"baseline", "figures", name, statistic}), decimals);
  };
  return fmt::format(
      "Baseline, no guest running: host RAM used median {} MiB (range {}–{}; spike 1702, range "
      "1699–1703), host CPU used {} % (spike 0.1 %). RAM used is MemTotal − MemAvailable; deltas "
      "are "
      "against this baseline.\n\n",
      figure("ram_used_mib", "median", 0), figure("ram_used_mib", "min", 0),
      figure("ram_used_mib", "max", 0), figure("cpu_used_percent", "mean", 1));
}

// The shares of host CPU that the totals of the comparison are made of.
Table cpu_table(const Json& record) {
  Table table{.header = {"Host CPU, % (mean)", "used", "busy", "user", "system", "iowait",
                         "softirq", "guest", "steal"},
              .rows = {}};
  const auto add = [&](std::string name, const Json& figures) {
    Table::Row row = {std::move(name)};
    for (const char* figure :
         {"cpu_used_percent", "cpu_busy_percent", "cpu_user_percent", "cpu_system_percent",
          "cpu_iowait_percent", "cpu_softirq_percent", "cpu_guest_percent", "cpu_steal_percent"}) {
      row.push_back(number_or_missing(lookup(figures, {figure, "mean"}), 2));
    }
    table.rows.push_back(std::move(row));
  };
  add("baseline", lookup(record, {"baseline", "figures"}));
  for (const char* window : {"idle", "load"}) {
    for (const GuestKind guest : kGuestKinds) {
      add(fmt::format("{}, {}", window, to_string(guest)),
          lookup(record, {"measurements", to_string(guest), window, "figures"}));
    }
  }
  return table;
}

}  // namespace

std::string provenance_section(const Json& record) {
  return "## 1. Provenance\n\n### Platform\n\n" + markdown(platform_table(record)) +
         "\n### Guest images\n\n" + markdown(image_table(record)) + "\n### Guests and Docker\n\n" +
         markdown(guest_table(record)) + "\n";
}

std::string comparison_section(const Json& record) {
  return "## 2. Comparison table\n\n" + baseline_line(record) + markdown(comparison_table(record)) +
         "\nΔ is VM − LXC. The spike booked 1961 MiB on the idle container and 2031 MiB on the "
         "idle "
         "VM; its figures of provisioning are rough (10–15 s, 60–75 s).\n\n" +
         markdown(cpu_table(record)) + "\n";
}

std::string findings_markdown(const Json& record) {
  return head(record) + provenance_section(record) + comparison_section(record) +
         viability_section(record) + observations_section(record) + command_log_section(record) +
         teardown_section(record);
}

}  // namespace pve_accept
