#include "suites/unit/sim/lab.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"
#include "support/base/file.h"
#include "support/base/pattern.h"
#include "support/sim/engine/command_words.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* kKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 run\n";

void must(const CommandResult& result, const std::string& line) {
  if (result.exit_status != 0) throw std::runtime_error(line + ": " + result.err);
}

std::vector<std::string> words(const std::string& line) {
  auto split = sim::command_words(line);
  if (!split) throw std::runtime_error("not a simple command: " + line);
  return *split;
}

}  // namespace

Lab::Lab(Scenario scenario) { reopen(std::move(scenario)); }

Lab::Lab(const std::string& scenario)
    : Lab(parse_scenario(parse_strict_json(scenario, "test"), "test")) {}

void Lab::reopen() { reopen(scenario_); }

void Lab::reopen(Scenario scenario) {
  shell_.reset();
  node_.reset();
  scenario_ = std::move(scenario);
  node_ = std::make_unique<SimulatedNode>(directory_.path(), scenario_);
  shell_ = node_->connect();
}

CommandResult Lab::run(const std::string& line, const std::string& input) {
  return run_in(*shell_, line, input);
}

CommandResult Lab::run_in(Shell& shell, const std::string& line, const std::string& input) {
  return shell.run({.argv = words(line), .input = input, .deadline = 600s});
}

void Lab::create_lxc() {
  must(run("install -m 0600 /dev/stdin /run/key.pub", kKey), "install");
  const std::string line =
      "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --hostname spike-lxc "
      "--cores 2 --memory 2048 --rootfs local-lvm:10 --net0 name=eth0,bridge=vmbr0,ip=dhcp "
      "--features nesting=1,keyctl=1 --unprivileged 1 --ssh-public-keys /run/key.pub "
      "--tags pve-accept --description x";
  must(run(line), line);
}

void Lab::create_vm() {
  must(run("install -m 0600 /dev/stdin /run/key.pub", kKey), "install");
  for (const char* line :
       {"qm create 9000 --name spike-vm --cores 2 --memory 2048 --net0 virtio,bridge=vmbr0 "
        "--scsihw virtio-scsi-single --agent 1 --balloon 0 --tags pve-accept --description x",
        "qm set 9000 --scsi0 local-lvm:0,import-from=/var/lib/vz/template/qcow2/"
        "debian-13-genericcloud-amd64.qcow2",
        "qm set 9000 --ide2 local-lvm:cloudinit --boot order=scsi0 --serial0 socket --vga serial0",
        "qm disk resize 9000 scsi0 10G",
        "qm set 9000 --ciuser root --sshkeys /run/key.pub --ipconfig0 ip=dhcp"}) {
    must(run(line), line);
  }
}

std::unique_ptr<Shell> Lab::start_lxc() {
  create_lxc();
  must(run("pct start 9001"), "pct start");
  pass(8);
  return hop("lxc", 9001);
}

std::unique_ptr<Shell> Lab::start_vm() {
  create_vm();
  must(run("qm start 9000"), "qm start");
  pass(40);
  return hop("vm", 9000);
}

std::unique_ptr<Shell> Lab::hop(const std::string& name, int vmid) {
  const std::string type = name == "vm" ? "qemu" : "lxc";
  const CommandResult config =
      run(fmt::format("pvesh get /nodes/{}/{}/{}/config --output-format json",
                      scenario_.model.node.name, type, vmid));
  std::string net0 = parse_json(config.out).at("net0");
  std::ranges::transform(net0, net0.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Json& entry : parse_json(run("ip -j neigh show dev vmbr0").out)) {
    if (net0.find(entry.at("lladdr").get<std::string>()) == std::string::npos) continue;
    return shell_->hop({.name = name, .address = entry.at("dst"), .host_keys = {host_key(vmid)}});
  }
  throw std::runtime_error("the guest is not on the network");
}

std::string Lab::host_key(int vmid) const {
  const Json state = parse_json(read_file(directory() / "sim-state.json"));
  for (const Json& guest : state.at("guests")) {
    if (guest.at("vmid") == vmid) return guest.at("files").at("/etc/ssh/ssh_host_ed25519_key.pub");
  }
  throw std::runtime_error("there is no such guest");
}

void Lab::install_docker(Shell& guest) {
  const std::string env = "env DEBIAN_FRONTEND=noninteractive apt-get ";
  const auto step = [&](const std::string& line, const std::string& input = {}) {
    must(run_in(guest, line, input), line);
  };
  step(env + "update -q");
  step(env + "install -y -q ca-certificates curl qemu-guest-agent");
  step("install -D -m 0644 /dev/stdin /etc/apt/sources.list.d/docker.sources",
       "Types: deb\nSuites: trixie\n");
  step(env + "update -q");
  step(env +
       "install -y -q docker-ce docker-ce-cli containerd.io docker-buildx-plugin "
       "docker-compose-plugin");
}

void Lab::start_stack(Shell& guest) {
  must(run_in(guest, "install -D -m 0644 /dev/stdin /root/pve-accept/compose.yaml",
              read_file(PVE_ACCEPT_SOURCE_DIR "/fixtures/assets/compose.yaml")),
       "install");
  must(run_in(guest, std::string(kCompose) + "up -d --wait --wait-timeout 120"), "up");
}

std::unique_ptr<Shell> Lab::start_all(GuestKind kind) {
  auto guest = kind == GuestKind::kVm ? start_vm() : start_lxc();
  install_docker(*guest);
  start_stack(*guest);
  must(run_in(*guest, kInit), kInit);
  return guest;
}

Scenario without_chance() {
  Scenario scenario;
  scenario.model.variation = {.boot = {}, .run = {}, .round = {}, .drift_per_hour = {}};
  return scenario;
}

Scenario recorded_node() {
  Scenario scenario;
  scenario.model.node.name = "pve1";
  scenario.model.templates.at(0).size = 164671006;
  return scenario;
}

std::string masked(const std::string& text) {
  static const std::vector<std::pair<Pattern, std::string>> masks = {
      {Pattern("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"},
      {Pattern("SHA256:[A-Za-z0-9+/]{43}"), "SHA256:KEY"},
      {Pattern("BC:24:11(:[0-9A-F]{2}){3}"), "MAC"},
      {Pattern("bc:24:11(:[0-9a-f]{2}){3}"), "mac"},
      {Pattern("creation-qemu=[0-9.]+,ctime=[0-9]+"), "meta"},
      {Pattern("Total bytes read: .*"), "Total bytes read"},
      {Pattern("ssh_host_(rsa|ecdsa|ed25519)_key"), "ssh_host_TYPE_key"},
  };
  std::string result = text;
  for (const auto& [pattern, with] : masks) result = pattern.replaced(result, with);
  return result;
}

std::vector<Sample> sample(Lab& lab, int lines, const std::string& options) {
  const std::string line = fmt::format("perl - --lines {} --interval-ms 1000 {}", lines, options);
  const CommandResult result =
      lab.shell().run({.argv = words(line), .input = "script", .deadline = 600s});
  must(result, line);
  std::vector<Sample> samples;
  std::istringstream text(result.out);
  for (std::string entry; std::getline(text, entry);) {
    const Json json = parse_json(entry);
    const Json& mem = json.at("mem");
    samples.push_back(
        {.used_mib = (mem.at("total").get<double>() - mem.at("available").get<double>()) / 1024,
         .ticks = json.at("cpu").get<std::vector<double>>(),
         .line = json});
  }
  return samples;
}

double percent(const std::vector<Sample>& samples, std::size_t column) {
  double total = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    total += samples.back().ticks.at(i) - samples.front().ticks.at(i);
  }
  return 100 * (samples.back().ticks.at(column) - samples.front().ticks.at(column)) / total;
}

double median_used_mib(const std::vector<Sample>& samples) {
  std::vector<double> used;
  used.reserve(samples.size());
  for (const Sample& entry : samples) used.push_back(entry.used_mib);
  std::ranges::sort(used);
  return used.at(used.size() / 2);
}

void expect_as_recorded(Lab& lab, const std::string& file, const std::string& command,
                        int occurrence) {
  const CommandResult real = recorded(file, command, occurrence);
  const CommandResult ours = lab.run(command);
  EXPECT_EQ(ours.exit_status, real.exit_status) << command;
  EXPECT_EQ(masked(ours.out), masked(real.out)) << command;
  EXPECT_EQ(masked(ours.err), masked(real.err)) << command;
}

void expect_as_recorded(Lab& lab, const std::string& file,
                        std::initializer_list<const char*> commands) {
  for (const char* command : commands) expect_as_recorded(lab, file, command);
}

}  // namespace pve_accept::sim_testing
