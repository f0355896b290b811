#pragma once

#include <string>

#include "suites/unit/mock_shell.h"
#include "support/base/json.h"

// Scripted answers of a node's or a guest's tools.
namespace pve_accept::replies {

// What a tool may answer.
inline CommandResult prints(std::string out) { return {.exit_status = 0, .out = std::move(out)}; }
inline CommandResult prints_json(const Json& reply) { return prints(reply.dump()); }
inline CommandResult fails(int exit_status, std::string err, std::string out = {}) {
  return {.exit_status = exit_status, .out = std::move(out), .err = std::move(err)};
}

// What an expression throws as HarnessError; empty when it does not.
template <typename Function>
std::string trouble_of(Function function) {
  try {
    function();
  } catch (const HarnessError& error) {
    return error.what();
  }
  return {};
}

// A node named pve1 over a mock shell.
struct MockNode {
  testing::NiceMock<MockShell> shell;
  FakeClock clock;

  // Commands without an expectation fail as a shell fails.
  MockNode() {
    using testing::_;
    ON_CALL(shell, run(_)).WillByDefault([](const Command& command) {
      return fails(127, command_line(command.argv) + ": not expected by this test");
    });
    EXPECT_CALL(shell, run(_)).Times(testing::AnyNumber());
    answers("hostname", prints("pve1\n"));
  }

  void answers(const std::string& line, const CommandResult& result) {
    ON_CALL(shell, run(CommandLine(line))).WillByDefault(testing::Return(result));
  }
};

inline std::string get(const std::string& path) {
  return "pvesh get " + path + " --output-format json";
}

inline const Json kLxcConfig = {
    {"arch", "amd64"},
    {"cores", 2},
    {"description", "pve-accept run r1\n"},
    {"features", "nesting=1,keyctl=1"},
    {"hostname", "spike-lxc"},
    {"memory", 2048},
    {"net0", "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:24:C6:70,ip=dhcp,type=veth"},
    {"rootfs", "local-lvm:vm-9001-disk-0,size=10G"},
    {"swap", 512},
    {"tags", "pve-accept"},
    {"unprivileged", 1}};

inline const Json kVmConfig = {{"agent", "1"},
                               {"boot", "order=scsi0"},
                               {"ciupgrade", 0},
                               {"ciuser", "root"},
                               {"cores", 2},
                               {"description", "pve-accept run r1"},
                               {"ide2", "local-lvm:vm-9000-cloudinit,media=cdrom"},
                               {"ipconfig0", "ip=dhcp"},
                               {"memory", "2048"},
                               {"name", "spike-vm"},
                               {"net0", "virtio=BC:24:11:49:3A:E2,bridge=vmbr0"},
                               {"scsi0", "local-lvm:vm-9000-disk-0,size=10G"},
                               {"scsihw", "virtio-scsi-single"},
                               {"sshkeys", "ssh-ed25519%20AAAA"},
                               {"tags", "pve-accept"}};

inline Json with(Json config, const std::string& key, const Json& value) {
  config[key] = value;
  return config;
}

}  // namespace pve_accept::replies
