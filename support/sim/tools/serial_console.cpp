#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr std::string_view kSocketDir = "/var/run/qemu-server/";
constexpr std::string_view kSocketEnd = ".serial0";

std::int64_t number(std::string_view text) {
  const auto value = text::to_whole(text);
  if (!value) throw Unsupported{};
  return *value;
}

// The VM whose QEMU listens there, nullptr when there is no such socket.
const Guest* guest_behind(const State& state, std::string_view path) {
  path.remove_prefix(kSocketDir.size());
  path.remove_suffix(kSocketEnd.size());
  const Guest* guest = state.find_guest(number(path));
  const bool listens =
      guest != nullptr && guest->is_vm() && guest->running && guest->option("serial0") == "socket";
  return listens ? guest : nullptr;
}

struct Boot {
  Call& call;
  const Guest& guest;
  Millis alarm;

  // What the VM prints at so many times the length of its boot after its start. What was printed
  // before anyone listened is lost.
  void print(double share, std::string_view text) {
    const auto length = static_cast<double>(guest.reachable - guest.started);
    const Millis due = guest.started + static_cast<Millis>(share * length);
    if (due < call.now() || due > alarm) return;
    call.output.wait_until(due);
    call.out(text);
  }

  void print_unit(double share, std::string_view unit) {
    print(share,
          fmt::format("[\x1b[0;32m  OK  \x1b[0m] Started \x1b[0;1;39m{}\x1b[0m.\r\r\n", unit));
  }
};

}  // namespace

// perl - /var/run/qemu-server/VMID.serial0 SECONDS: the reader of a VM's console, script on stdin
int serial_console(Call& call) {
  const std::string& path = call.argv[2];
  if (call.argv[1] != "-" || !path.starts_with(kSocketDir) || !path.ends_with(kSocketEnd) ||
      call.input.empty()) {
    throw Unsupported{};
  }
  const Millis alarm = call.now() + number(call.argv[3]) * 1000;
  call.spend(0.02);
  const Guest* guest = guest_behind(call.state(), path);
  if (guest == nullptr) {
    return call.fail(2, fmt::format("connect to {}: No such file or directory", path));
  }
  // A machine that does not come up prints no more than its firmware does.
  if (guest->reachable != kNever) {
    Boot boot{call, *guest, alarm};
    boot.print(0.1, fmt::format("[    0.000000] Linux version {}\r\n", call.model().vm.kernel));
    boot.print_unit(1.0, "ssh.service");
    // cloud-init's last stage comes after sshd, and prints the keys once in the life of a machine.
    if (guest->boots == 1 && contains(guest->option("ide2"), "cloudinit")) {
      boot.print(1.08, fmt::format("-----BEGIN SSH HOST KEY KEYS-----\r\n{}\r\n"
                                   "-----END SSH HOST KEY KEYS-----\r\n",
                                   trimmed(guest->files.at("/etc/ssh/ssh_host_ed25519_key.pub"))));
    }
    boot.print(1.1,
               fmt::format("\r\nDebian GNU/Linux 13 {0} ttyS0\r\n\r\n{0} login: ", guest->name()));
  }
  call.output.wait_until(alarm);
  return 142;  // 128 + SIGALRM
}

}  // namespace pve_accept::sim
