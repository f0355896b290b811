#include "support/sim/model/guest_config.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr std::int64_t kIds = 65536, kNobody = 65534;

// A file of a guest, by a path in the guest or, on the node, by way of its init.
struct GuestFilePlace {
  Guest* guest = nullptr;
  std::string path;
};

GuestFilePlace in_a_guest(Call& call, const std::string& path) {
  if (!call.is_node()) return {call.guest, path};
  for (Guest& guest : call.state().guests) {
    const std::string root = fmt::format("/proc/{}/root/", guest.pid);
    if (guest.running && path.starts_with(root)) return {&guest, path.substr(root.size() - 1)};
  }
  return {};
}

std::int64_t base_of(const Call& call, const Guest& guest) {
  const bool mapped = guest.option("unprivileged") == "1";
  return mapped ? call.model().guest(guest.kind).uid_base : 0;
}

bool is_mount(const Guest& guest, const std::string& path) {
  return property(guest.option("mp0"), "mp") == path;
}

// The user on the node whose file that is; empty where there is none. What is mounted hides the
// directory below it.
std::optional<std::int64_t> owner_of(const Call& call, const Guest& guest,
                                     const std::string& path) {
  const auto known = guest.owners.find(path);
  if (is_mount(guest, path) && !call.model().guest(guest.kind).mount_inherits) {
    return base_of(call, guest);
  }
  if (known != guest.owners.end()) return known->second;
  if (guest.files.contains(path)) return base_of(call, guest);
  return std::nullopt;
}

// stat -c '%u:%g %n' FILE…
int print_owners(Call& call, const Words& paths) {
  int exit_status = 0;
  for (const std::string& path : paths) {
    const GuestFilePlace place = in_a_guest(call, path);
    if (place.guest == nullptr) throw Unsupported{};
    const auto owner = owner_of(call, *place.guest, place.path);
    if (!owner) {
      exit_status =
          call.fail(1, fmt::format("stat: cannot statx '{}': No such file or directory", path));
      continue;
    }
    std::int64_t seen = *owner;
    if (!call.is_node()) {
      seen -= base_of(call, *place.guest);
      if (seen < 0 || seen >= kIds) seen = kNobody;
    }
    call.out(fmt::format("{0}:{0} {1}\n", seen, path));
  }
  return exit_status;
}

// stat -c '%b %B %s' FILE: a volume on directory storage
int print_blocks(Call& call, const std::string& path) {
  for (const Volume& volume : call.state().volumes) {
    const Model::Storage* storage = call.model().find_storage(volume.storage);
    if (storage == nullptr || storage->type != "dir") continue;
    if (path != volume_path(*storage, volume.name)) continue;
    const double used = call.world.figures.volume_used_mib(volume) * kMib;
    call.out(fmt::format("{} 512 {}\n", static_cast<std::int64_t>(used / 512), volume.size));
    return 0;
  }
  return call.fail(1, fmt::format("stat: cannot statx '{}': No such file or directory", path));
}

}  // namespace

// install -m 0600 [-o USER -g GROUP] /dev/stdin FILE, install -D -m 0644 /dev/stdin FILE,
// install -d -m 0755 [-o USER -g GROUP] DIR
int install(Call& call) {
  const Arguments arguments = read_options(call.words(), {"-d", "-D", "-m=", "-o=", "-g="});
  const Words& paths = arguments.rest;
  call.spend(0.003);
  const bool owned = arguments.has("-o");
  const std::int64_t owner = arguments.number("-o", 0);
  if (owned != arguments.has("-g") || arguments.number("-g", 0) != owner) throw Unsupported{};
  const bool directory = arguments.has("-d");
  if (directory ? paths.size() != 1 : paths.size() != 2 || paths[0] != "/dev/stdin") {
    throw Unsupported{};
  }
  const std::string& path = paths.back();
  const GuestFilePlace place = in_a_guest(call, path);
  if (place.guest == nullptr) {
    if (owned) throw Unsupported{};
    if (!directory) call.files()[path] = call.input;
    return 0;
  }
  if (!directory) place.guest->files[place.path] = call.input;
  if (owned) {
    const std::int64_t base = call.is_node() ? 0 : base_of(call, *place.guest);
    place.guest->owners[place.path] = base + owner;
  }
  return 0;
}

int stat(Call& call) {
  const Words words = call.words();
  const bool owners = words.size() > 2 && words[0] == "-c" && words[1] == "%u:%g %n";
  if (owners) return print_owners(call, call.words(3));
  const Arguments arguments = read_options(words, {"-c=%b %B %s"});
  arguments.require({"-c"});
  if (arguments.rest.size() != 1) throw Unsupported{};
  return print_blocks(call, arguments.rest[0]);
}

}  // namespace pve_accept::sim
