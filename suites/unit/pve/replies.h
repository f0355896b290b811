#pragma once

#include <string>

#include "suites/unit/mock_host.h"
#include "support/pve/guest.h"

// Scripted answers of a node's tools.
namespace pve_accept::replies {

// A node named pve1.
struct MockNode : MockHost {
  FakeClock clock;

  MockNode() : MockHost("node") { answers("hostname", prints("pve1\n")); }
};

// The guests 9001 and 9000 of such a node.
class GuestTest : public testing::Test {
 protected:
  MockNode mock;
  Node node = Node::connect(mock.shell);
  std::unique_ptr<Guest> lxc = make_guest(GuestKind::kLxc, node, mock.clock, Vmid(9001));
  std::unique_ptr<Guest> vm = make_guest(GuestKind::kVm, node, mock.clock, Vmid(9000));
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
