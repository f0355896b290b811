#pragma once

#include <string>

#include "suites/unit/mock_host.h"
#include "support/pve/guest.h"

// Scripted answers of a node's tools.
namespace pve_accept::replies {

// A node named pve1.
struct MockNode : MockHost {
  FakeClock clock;

  MockNode() : MockHost("node") {
    answers("hostname", prints("pve1\n"));
    has_files({});
  }

  // The cluster file system shows these below the node's folder: "lxc/9001.conf".
  void has_files(const std::vector<std::string>& paths) {
    std::string all = "/etc/pve/nodes\n/etc/pve/nodes/pve1\n/etc/pve/nodes/pve1/lxc\n";
    for (const std::string& path : paths) all += "/etc/pve/nodes/pve1/" + path + "\n";
    answers("find /etc/pve/nodes -maxdepth 3", prints(all));
  }
};

inline const std::string kConfig = "cat /etc/pve/nodes/pve1/lxc/9001.conf";
inline const std::string kVmConfigPath = "cat /etc/pve/nodes/pve1/qemu-server/9000.conf";
inline const CommandResult kNoGuest = {
    .exit_status = 1, .err = "cat: /etc/pve/nodes/pve1/x.conf: No such file or directory\n"};
inline CommandResult prints_config(const Json& config) { return prints(config_file(config)); }

// Whether a container runs, whether a VM does.
inline const std::string kStatus = "lxc-info -n 9001 -s -p";
inline const std::string kVmStatus = "cat /var/run/qemu-server/9000.pid";
inline const CommandResult kRunning = prints("State:          RUNNING\nPID:            3516\n");
inline const CommandResult kStopped = prints("State:          STOPPED\n");
inline const CommandResult kVmRunning = prints("3517\n");
inline const CommandResult kVmStopped = {
    .exit_status = 1, .err = "cat: /var/run/qemu-server/9000.pid: No such file or directory\n"};

// The guests 9001 and 9000 of such a node.
class GuestTest : public testing::Test {
 protected:
  GuestTest() {
    const std::string command_line =
        "/usr/bin/kvm -id 9000 -pidfile /var/run/qemu-server/9000.pid ";
    std::string shown = command_line;
    std::ranges::replace(shown, ' ', '\0');
    mock.answers("cat /proc/3517/cmdline", prints(shown));
  }

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
    {"ostype", "debian"},
    {"rootfs", "local-lvm:vm-9001-disk-0,size=10G"},
    {"swap", 512},
    {"tags", "pve-accept"},
    {"unprivileged", 1}};

inline const Json kVmConfig = {{"agent", "1"},
                               {"balloon", 0},
                               {"boot", "order=scsi0"},
                               {"ciupgrade", 0},
                               {"ciuser", "root"},
                               {"cores", 2},
                               {"description", "pve-accept run r1"},
                               {"ide2", "local-lvm:vm-9000-cloudinit,media=cdrom"},
                               {"ipconfig0", "ip=dhcp"},
                               {"memory", "2048"},
                               {"meta", "creation-qemu=10.0.13,ctime=1795400263"},
                               {"name", "spike-vm"},
                               {"net0", "virtio=BC:24:11:49:3A:E2,bridge=vmbr0"},
                               {"scsi0", "local-lvm:vm-9000-disk-0,size=10G"},
                               {"scsihw", "virtio-scsi-single"},
                               {"serial0", "socket"},
                               {"smbios1", "uuid=a2a4475b-6cbe-4a4f-949d-40dc42c7ae4f"},
                               {"sshkeys", "ssh-ed25519%20AAAA"},
                               {"tags", "pve-accept"},
                               {"vga", "serial0"},
                               {"vmgenid", "9b58e083-03be-41c4-a969-de8f75b1166d"}};

inline Json with(Json config, const std::string& key, const Json& value) {
  config[key] = value;
  return config;
}

}  // namespace pve_accept::replies
