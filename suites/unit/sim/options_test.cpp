#include "suites/unit/matchers.h"
#include "suites/unit/sim/lab.h"

// What `qm create/set` and `pct create/set` take, against the schemas in qemu-server
// (QemuServer.pm, QemuServer/Drive.pm, QemuServer/Network.pm; configurations as in
// src/test/cfg2cmd) and pve-container (LXC/Config.pm).
namespace pve_accept::sim_testing {
namespace {

struct Line {
  const char* options;
  const char* problem;  // empty: none
};

constexpr const char* kPctCreate =
    "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --rootfs local-lvm:1 ";

constexpr Line kQm[] = {
    {"--agent 1,type=isa --balloon 0 --numa yes --onboot off", ""},
    {"--agent enabled=on,fstrim_cloned_disks=1", ""},
    {"--net0 e1000e=BC:24:11:00:00:01,bridge=vmbr0,tag=20,firewall=1 --net1 model=vmxnet3", ""},
    {"--cpu host,flags=+aes --machine q35,viommu=intel --rng0 source=/dev/urandom", ""},
    {"--memory current=2048 --vga virtio,memory=32 --watchdog model=i6300esb", ""},
    {"--serial0 /dev/ttyS0 --serial1 socket --boot order=net0 --net0 virtio", ""},
    {"--ipconfig0 ip=10.0.0.2/24,gw=10.0.0.1 --nameserver 10.0.0.1 --ciupgrade 0", ""},
    {"--memory abc", "memory.current: type check ('integer') failed - got 'abc'"},
    {"--cores 0", "cores: value must have a minimum value of 1"},
    {"--cpuunits 300000", "cpuunits: value must have a maximum value of 262144"},
    {"--agent type=isa", "agent.enabled: property is missing and it is not optional"},
    {"--agent maybe", "agent.enabled: type check ('boolean') failed - got 'maybe'"},
    {"--vga serial9", "vga.type: value 'serial9' does not have a value in the enumeration"},
    {"--serial0 tty", "serial0: value does not match the regex pattern"},
    {"--net0 ne3000,bridge=vmbr0", "net0.model: value 'ne3000' does not have a value"},
    {"--net0 virtio,tag=blue", "net0.tag: type check ('integer') failed - got 'blue'"},
    {"--ipconfig0 dhcp", "value without key, but schema does not define a default key"},
    {"--scsi0 local-lvm:0,import-from=image.qcow2", "unable to parse volume ID 'image.qcow2'"},
    {"--ostype debian", "value 'debian' does not have a value in the enumeration 'other, wxp"},
};

constexpr Line kPct[] = {
    {"--net0 name=eth0,bridge=vmbr0,ip=dhcp,ip6=auto,type=veth,tag=5,rate=1.5", ""},
    {"--features nesting=1,keyctl=1,fuse=0,mount=nfs --cmode shell --swap 0", ""},
    {"--arch arm64 --timezone host --unprivileged yes --tty 2", ""},
    {"--cores 9000", "cores: value must have a maximum value of 8192"},
    {"--cpulimit much", "cpulimit: type check ('number') failed - got 'much'"},
    {"--arch sparc", "in the enumeration 'amd64, i386, arm64, armhf, riscv32, riscv64'"},
    {"--features nesting=2", "features.nesting: type check ('boolean') failed - got '2'"},
    {"--net0 name=eth0,type=tap", "net0.type: value 'tap' does not have a value"},
    {"--net0 name=eth0,ip=10.0.0.2", "does not look like a valid ipv4 network configuration"},
    {"--mp0 local-lvm:1", "mp0.mp: property is missing and it is not optional"},
};

void expect(const std::string& command, std::span<const Line> lines) {
  for (const Line& line : lines) {
    Lab lab;
    const CommandResult result = lab.run(command + line.options);
    const bool fine = std::string_view(line.problem).empty();
    EXPECT_EQ(result.exit_status, fine ? 0 : 2) << line.options << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(line.problem)) << line.options;  // "" is in every text
  }
}

TEST(SimOptions, OfVmsAreThoseOfTheSchema) { expect("qm create 9000 ", kQm); }

TEST(SimOptions, OfContainersAreThoseOfTheSchema) { expect(kPctCreate, kPct); }

TEST(SimOptions, ArgumentsOfOtherToolsAreKnownOrRefused) {
  Lab lab;
  for (const char* line : {"lvs --reportformat json --units b --nosuffix -o lv_name pve",
                           "rm -f -- /run/x", "install -m 0600 -D /dev/stdin /run/y"}) {
    EXPECT_EQ(lab.run(line).exit_status, 0) << line;
  }
  for (const char* line : {"lvs --reportformat xml --units b --nosuffix -o lv_name pve",
                           "rm -r /run", "install -m", "ping -c 3 -I vmbr0 ff02::1"}) {
    EXPECT_EQ(lab.run(line).exit_status, 127) << line;
  }
}

}  // namespace
}  // namespace pve_accept::sim_testing
