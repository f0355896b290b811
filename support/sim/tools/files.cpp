#include <algorithm>

#include "support/sim/model/containers.h"
#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/storage_content.h"
#include "support/sim/model/virtual_files.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr const char* kRunLock = "/run/pve-accept.lock";

std::optional<std::string> read_path(const Call& call, const std::string& path) {
  const auto& files = call.files();
  const auto file = files.find(path);
  if (file != files.end()) return file->second;
  return call.is_node() ? node_file(call, path) : guest_file(call, path);
}

// dd if=/dev/zero of=/dev/null bs=SIZE count=1
int fill_memory(Call& call) {
  const Words words = call.words();
  if (words.size() != 4 || words[0] != "if=/dev/zero" || words[1] != "of=/dev/null" ||
      !words[2].starts_with("bs=") || words[3] != "count=1") {
    throw Unsupported{};
  }
  const std::int64_t size = size_in_bytes(words[2].substr(3), "");
  if (size < 0) throw Unsupported{};
  call.spend(0.1);
  const std::int64_t limit = enforced_limit(call);
  if (limit > 0 && size > limit) return kill_for_memory(call);
  call.err(
      fmt::format("1+0 records in\n1+0 records out\n{} bytes ({} MB, {} MiB) copied, 0.1 s, "
                  "2.7 GB/s\n",
                  size, size / 1000000, size / 1048576));
  return 0;
}

// grep -sH '' FILE…: every line, with its file
int grep_lines(Call& call, const Words& files) {
  call.spend(0.002);
  int exit_status = 1;
  bool missing = false;
  for (const std::string& path : files) {
    const auto found = read_path(call, path);
    missing = missing || !found;
    const std::string text = found.value_or("");
    for (const std::string_view line : text::lines(text)) {
      call.out(fmt::format("{}:{}\n", path, line));
      exit_status = 0;
    }
  }
  return missing ? 2 : exit_status;
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

int cat(Call& call) {
  call.spend(0.001);
  if (call.argv.size() == 1) {
    call.out(call.input);
    return 0;
  }
  int exit_status = 0;
  for (const std::string& path : call.words()) {
    if (path.starts_with('-')) throw Unsupported{};
    std::optional<std::string> text;
    if (call.place == Place::kContainer) {
      if (path == "/etc/hostname") {
        call.out(call.container->id.substr(0, 12) + "\n");
        continue;
      }
      if (path != "/sys/fs/cgroup/memory.max") throw Unsupported{};
      const std::int64_t limit = enforced_limit(call);
      text = (limit > 0 ? std::to_string(limit) : "max") + "\n";
    } else {
      text = read_path(call, path);
    }
    if (text) {
      call.out(*text);
    } else {
      exit_status = call.fail(1, fmt::format("cat: {}: No such file or directory", path));
    }
  }
  return exit_status;
}

// dd of=FILE conv=excl status=none: the lock; in a container fill_memory
int dd(Call& call) {
  if (call.place == Place::kContainer) return fill_memory(call);
  std::string target;
  bool exclusive = false;
  for (const std::string& word : call.words()) {
    if (word.starts_with("of=")) {
      target = word.substr(3);
    } else if (word == "conv=excl") {
      exclusive = true;
    } else if (word != "status=none") {
      throw Unsupported{};
    }
  }
  if (target.empty()) throw Unsupported{};
  if (exclusive && call.files().contains(target)) {
    return call.fail(1, fmt::format("dd: failed to open '{}': File exists", target));
  }
  call.files()[target] = call.input;
  if (target == kRunLock) call.state().runs.push_back(call.now());
  return 0;
}

// On the node grep_lines(); in a guest grep -r -q -s -E EXPRESSION FOLDER…: of one that nothing
// matches, so that every file is read.
int grep(Call& call) {
  if (call.is_node()) {
    const Words words = call.words();
    if (words.size() < 3 || words[0] != "-sH" || !words[1].empty()) throw Unsupported{};
    return grep_lines(call, {words.begin() + 2, words.end()});
  }
  if (call.words() != Words{"-r", "-q", "-s", "-E", "x^", "/usr", "/var"}) throw Unsupported{};
  keep_busy(call, *call.guest, 9);
  call.spend(9);
  fill_memory_of(call, *call.guest);
  return 1;
}

// readlink FILE…: of the namespaces of processes. Says nothing of what is no link.
int readlink(Call& call) {
  call.spend(0.001);
  int exit_status = 0;
  for (const std::string& path : call.words()) {
    if (path.starts_with('-')) throw Unsupported{};
    const auto link = namespace_link(call, path);
    if (link) call.out(*link + "\n");
    if (!link) exit_status = 1;
  }
  return exit_status;
}

int rm(Call& call) {
  const Arguments arguments = read_options(call.words(), {"-f", "-rf", "--one-file-system"});
  const bool forced = arguments.has("-f") || arguments.has("-rf");
  int exit_status = 0;
  for (const std::string& path : arguments.rest) {
    if (call.files().erase(path) == 0 && !forced) {
      exit_status =
          call.fail(1, fmt::format("rm: cannot remove '{}': No such file or directory", path));
    }
  }
  return exit_status;
}

int ls(Call& call) {
  if (call.argv.size() != 2 || call.argv[1].starts_with('-')) throw Unsupported{};
  std::string path = call.argv[1];
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path == "/dev/kvm" && call.is_node() && call.model().node.kvm) {
    call.out("/dev/kvm\n");
    return 0;
  }
  Words names;
  if (path == "/run" && call.is_node()) {
    names = {"blkid",       "dbus",        "lock", "lvm",    "pve",
             "pve-cluster", "qemu-server", "sshd", "systemd"};
  }
  if (path == "/boot" && call.is_node()) {
    names = {"efi", "grub"};
    for (const std::string& kernel : call.state().kernels) {
      for (const char* part : {"System.map-", "config-", "initrd.img-", "vmlinuz-"}) {
        names.push_back(part + kernel);
      }
    }
  }
  const std::string guests = fmt::format("/etc/pve/nodes/{}/", call.model().node.name);
  for (const Guest& guest : call.state().guests) {
    if (path == guests + std::string(guest.facts().config_folder)) {
      names.push_back(fmt::format("{}.conf", guest.vmid));
    }
  }
  for (const auto& [file, text] : call.files()) {
    if (directory_of(file) == path) names.push_back(file.substr(path.size() + 1));
  }
  const bool known = std::ranges::any_of(kGuestTable, [&](const GuestFacts& facts) {
    return path == guests + std::string(facts.config_folder);
  });
  if (names.empty() && !known) {
    return call.fail(
        2, fmt::format("ls: cannot access '{}': No such file or directory", call.argv[1]));
  }
  std::ranges::sort(names);
  for (const std::string& name : names) call.out(name + "\n");
  return 0;
}

// find -H FOLDER -maxdepth 1: a storage's folder of backups
int find_backups(Call& call, const std::string& folder) {
  for (const Model::Storage& storage : call.model().storages) {
    if (storage.type != "dir" || folder != storage.path + "/dump") continue;
    call.out(folder + "\n");
    for (const Volume& volume : call.state().volumes) {
      if (volume.storage != storage.storage || volume.content != "backup") continue;
      call.out(fmt::format("{}/{}\n", folder, volume.name.substr(7)));
    }
    for (const auto& [file, text] : call.files()) {
      if (directory_of(file) == folder) call.out(file + "\n");
    }
    return 0;
  }
  return call.fail(1, fmt::format("find: ‘{}’: No such file or directory", folder));
}

// find /etc/pve/nodes -maxdepth 3: the cluster file system, a folder for each node
int find(Call& call) {
  const std::string top = "/etc/pve/nodes";
  const Words words = call.words();
  if (words.size() == 4 && words[0] == "-H" && words[2] == "-maxdepth" && words[3] == "1") {
    return find_backups(call, words[1]);
  }
  if (call.words() != Words{top, "-maxdepth", "3"}) throw Unsupported{};
  call.spend(0.003);
  const std::string node = fmt::format("{}/{}", top, call.model().node.name);
  call.out(fmt::format("{}\n{}\n", top, node));
  for (const char* entry : {"lrm_status", "openvz", "priv", "pve-ssl.key", "pve-ssl.pem"}) {
    call.out(fmt::format("{}/{}\n", node, entry));
  }
  for (const GuestFacts& facts : kGuestTable) {
    call.out(fmt::format("{}/{}\n", node, facts.config_folder));
    for (const Guest* guest : sorted_guests(call.state(), facts.kind)) {
      call.out(fmt::format("{}/{}/{}.conf\n", node, facts.config_folder, guest->vmid));
    }
  }
  return 0;
}

int sha512sum(Call& call) {
  if (call.argv.size() != 2) throw Unsupported{};
  const std::string sum = sha512sum_of(call, call.argv[1]);
  if (sum.empty()) {
    return call.fail(1, fmt::format("sha512sum: {}: No such file or directory", call.argv[1]));
  }
  call.spend(0.4);
  call.out(fmt::format("{}  {}\n", sum, call.argv[1]));
  return 0;
}

}  // namespace pve_accept::sim
