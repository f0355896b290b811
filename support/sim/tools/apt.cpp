#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "support/sim/engine/replies.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr const char* kDockerSources = "/etc/apt/sources.list.d/docker.sources";

struct Package {
  std::string_view name;
  double seconds;  // to fetch and install it
};

// What Debian has, and what Docker's own repository has.
constexpr std::array kDebian = std::to_array<Package>({
    {"ca-certificates", 1.5},
    {"curl", 2.5},
    {"qemu-guest-agent", 2.0},
    {"docker.io", 9.0},
    {"docker-cli", 3.0},
    {"docker-compose", 3.0},
});
constexpr std::array kDocker = std::to_array<Package>({
    {"docker-ce", 6.0},
    {"docker-ce-cli", 4.0},
    {"containerd.io", 5.0},
    {"docker-buildx-plugin", 3.0},
    {"docker-compose-plugin", 3.0},
});

const Package* find_package(const Guest& guest, const std::string& name) {
  const auto* debian = std::ranges::find(kDebian, name, &Package::name);
  if (debian != kDebian.end()) return debian;
  const auto* docker = std::ranges::find(kDocker, name, &Package::name);
  return guest.docker_source && docker != kDocker.end() ? docker : nullptr;
}

int update(Call& call) {
  if (!reaches_internet(call)) {
    call.spend(20);
    call.err(reply_text("apt_update_offline.txt"));
    return 0;  // apt-get says warnings, not errors
  }
  const auto source = call.guest->files.find(kDockerSources);
  call.out(reply_text("apt_update.txt"));
  call.spend(2.5);
  if (source != call.guest->files.end()) {
    if (source->second.find("\nSuites: ") == std::string::npos) {
      return call.fail(100, fmt::format("E: Malformed entry 1 in sources file {} (Suite)\n"
                                        "E: The list of sources could not be read.",
                                        kDockerSources));
    }
    call.out("Get:3 https://download.docker.com/linux/debian trixie InRelease [32.5 kB]\n");
    call.guest->docker_source = true;
  }
  call.spend(1.0);
  call.out("Fetched 9912 kB in 3s (3304 kB/s)\nReading package lists...\n");
  call.guest->package_lists = true;
  keep_busy(call, *call.guest, 0.5);
  return 0;
}

void installed(Call& call, const std::string& name) {
  Guest& guest = *call.guest;
  if (guest.has_package(name)) return;
  guest.packages.push_back(name);
  if (name == "docker-ce" || name == "docker.io") guest.daemon_started = call.now();
}

int install_packages(Call& call, const std::vector<std::string>& names) {
  call.out(
      "Reading package lists...\nBuilding dependency tree...\nReading state "
      "information...\n");
  call.spend(1.0);
  if (!call.guest->package_lists) {
    return call.fail(100, fmt::format("E: Unable to locate package {}", names.front()));
  }
  double seconds = 0;
  std::string added;
  for (const std::string& name : names) {
    const Package* package = find_package(*call.guest, name);
    if (package == nullptr) {
      return call.fail(100, fmt::format("E: Unable to locate package {}", name));
    }
    if (call.guest->has_package(name)) continue;
    seconds += package->seconds;
    added += " " + name;
  }
  if (added.empty()) {
    call.out("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
    return 0;
  }
  call.out(fmt::format("The following NEW packages will be installed:\n {}\n", added));
  keep_busy(call, *call.guest, seconds);
  call.spend(seconds);
  for (const std::string& name : names) {
    call.out(fmt::format("Setting up {} ...\n", name));
    installed(call, name);
  }
  // Package files pass through the page cache and leave it slowly.
  const double level = ram_of(call.state(), call.guest->vmid, call.now());
  settle_ram(call.state(), call.world.scenario, *call.guest, call.now());
  auto& last = call.state().ram[std::to_string(call.guest->vmid)].back();
  last.value = level + 60;
  last.time_constant_s = 8;
  return 0;
}

// A package that gets another version.
struct Upgrade {
  std::string name, from, to;
};

void add_upgrade(std::vector<Upgrade>& upgrades, const std::string& name, const std::string& from,
                 const std::string& to) {
  if (from != to) upgrades.push_back({name, from, to});
}

// Says what is upgraded, and takes the time for it.
void upgrade_packages(Call& call, const std::vector<Upgrade>& upgrades, const Words& added) {
  call.out(
      "Reading package lists...\nBuilding dependency tree...\nReading state information...\n"
      "Calculating upgrade...\n");
  if (!added.empty()) {
    call.out(fmt::format("The following NEW packages will be installed:\n  {}\n",
                         fmt::join(added, " ")));
  }
  Words names;
  for (const Upgrade& one : upgrades) names.push_back(one.name);
  if (!names.empty()) {
    call.out(
        fmt::format("The following packages will be upgraded:\n  {}\n", fmt::join(names, " ")));
  }
  call.out(fmt::format("{} upgraded, {} newly installed, 0 to remove and 0 not upgraded.\n",
                       names.size(), added.size()));
  call.spend(1.0 + 4.0 * static_cast<double>(names.size() + added.size()));
  for (const Upgrade& one : upgrades) {
    call.out(fmt::format("Unpacking {} ({}) over ({}) ...\n", one.name, one.to, one.from));
  }
  for (const Upgrade& one : upgrades) {
    call.out(fmt::format("Setting up {} ({}) ...\n", one.name, one.to));
  }
}

// What the scenario has under "upgrade": from here on it is in force, but for the kernel.
int upgrade_node(Call& call) {
  const auto after = call.world.scenario.upgraded;
  std::vector<Upgrade> upgrades;
  Words added;
  if (after && !call.state().upgraded) {
    const Model::Node &was = call.model().node, &is = after->model.node;
    add_upgrade(upgrades, "pve-manager", was.version, is.version);
    for (const auto& [name, version] : is.packages) {
      const auto had = was.packages.find(name);
      add_upgrade(upgrades, name, had == was.packages.end() ? "" : had->second, version);
    }
    auto& kernels = call.state().kernels;
    if (!contains(kernels, is.kernel)) {
      kernels.push_back(is.kernel);
      added.push_back(fmt::format("proxmox-kernel-{}-signed", is.kernel));
    }
    call.state().upgraded = true;
  }
  upgrade_packages(call, upgrades, added);
  return 0;
}

// The packages of a guest that was made before the node's upgrade. What dpkg sets up of Docker, it
// starts anew.
int upgrade_guest(Call& call) {
  constexpr double kDockerStartS = 2.5;
  Guest& guest = *call.guest;
  const Model::Guest& was = call.guest_model();
  guest.upgraded = guest.upgraded || call.state().upgraded;
  const Model::Guest& is = call.guest_model();
  std::vector<Upgrade> upgrades;
  const auto add = [&](const char* name, const std::string& from, const std::string& to) {
    if (guest.has_package(name)) add_upgrade(upgrades, name, from, to);
  };
  // It brings runc.
  if (was.docker.runc != is.docker.runc || was.docker.containerd != is.docker.containerd) {
    upgrades.push_back({"containerd.io", was.docker.containerd, is.docker.containerd});
  }
  add("docker-ce", was.docker.version, is.docker.version);
  add("docker-ce-cli", was.docker.version, is.docker.version);
  add("docker-compose-plugin", was.docker.compose, is.docker.compose);
  add("docker.io", was.docker.version, is.docker.version);
  const bool restarts = !upgrades.empty();
  add_upgrade(upgrades, "systemd", was.systemd_version, is.systemd_version);
  upgrade_packages(call, upgrades, {});
  if (restarts) {
    restart_docker(call, guest, kDockerStartS);
    call.spend(kDockerStartS);
  }
  return 0;
}

}  // namespace

// apt-get update -q; apt-get install -y -q PACKAGE…; apt-get upgrade -y -q; on the node as its
// operator does: apt-get update; apt-get -y dist-upgrade
int apt_get(Call& call) {
  const Arguments arguments = read_options(
      call.words(), {"-y", "-q", "-qq", "-o=", "--with-new-pkgs", "--no-install-recommends"});
  if (arguments.rest.empty()) throw Unsupported{};
  const std::string& verb = arguments.rest[0];
  if (call.is_node()) {
    if (arguments.rest.size() != 1) throw Unsupported{};
    if (verb == "dist-upgrade" || verb == "full-upgrade") return upgrade_node(call);
    if (verb != "update") throw Unsupported{};
    call.out(reply_text("apt_update.txt"));
    call.spend(2.5);
    return 0;
  }
  if (verb == "upgrade" && arguments.rest.size() == 1) return upgrade_guest(call);
  const Words names(arguments.rest.begin() + 1, arguments.rest.end());
  if (verb == "update" && names.empty()) return update(call);
  if (verb == "install" && !names.empty()) return install_packages(call, names);
  throw Unsupported{};
}

// dpkg-query -W -f '${db:Status-Status} ${Package}[ ${Version}]\n' PACKAGE…
int dpkg_query(Call& call) {
  const Words words = call.words();
  const std::string format = "${db:Status-Status} ${Package}";
  if (words.size() < 3 || words[0] != "-W" || words[1] != "-f") throw Unsupported{};
  const bool with_version = words[2] == format + " ${Version}\\n";
  if (!with_version && words[2] != format + "\\n") throw Unsupported{};
  static const Json kVersions = Json::parse(reply_text("guest_packages.json"));
  call.spend(0.02);
  int exit_status = 0;
  for (const std::string& name : Words(words.begin() + 3, words.end())) {
    // The system's own come with the guest; cloud-init only with a cloud image.
    const bool own = with_version && kVersions.contains(name) && name != "qemu-guest-agent" &&
                     (name != "cloud-init" || call.guest->is_vm());
    if (with_version && (own || call.guest->has_package(name))) {
      call.out(fmt::format("installed {} {}\n", name, kVersions.value(name, "1.0-1")));
    } else if (call.guest->has_package(name)) {
      call.out(fmt::format("installed {}\n", name));
    } else {
      exit_status = call.fail(1, fmt::format("dpkg-query: no packages found matching {}", name));
    }
  }
  return exit_status;
}

// apt-cache policy docker-ce, or docker.io
int apt_cache(Call& call) {
  if (call.argv.size() != 3 || call.argv[1] != "policy") throw Unsupported{};
  const std::string& name = call.argv[2];
  const Model::Docker& docker = call.guest_model().docker;
  call.spend(0.3);
  if (name != "docker-ce" && name != "docker.io") throw Unsupported{};
  const bool have = call.guest->has_package(name);
  const bool listed = call.guest->package_lists && find_package(*call.guest, name) != nullptr;
  if (!have && !listed) {
    call.err(fmt::format("N: Unable to locate package {}\n", name));
    return 0;
  }
  const bool official = name == "docker-ce";
  const std::string version =
      official ? fmt::format("5:{}-1~debian.13~{}", docker.version, docker.codename)
               : "26.1.5+dfsg1-9+b12";
  const std::string origin =
      official ? fmt::format("{} {}/stable amd64 Packages", docker.origin, docker.codename)
               : "http://deb.debian.org/debian trixie/main amd64 Packages";
  call.out(fmt::format("{0}:\n  Installed: {1}\n  Candidate: {2}\n  Version table:\n {3} {2} {4}\n",
                       name, have ? version : "(none)", version, have ? "***" : "   ",
                       listed ? 500 : 100));
  if (listed) call.out(fmt::format("        500 {}\n", origin));
  if (have) call.out("        100 /var/lib/dpkg/status\n");
  return 0;
}

}  // namespace pve_accept::sim
