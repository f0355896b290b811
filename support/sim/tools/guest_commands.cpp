#include "support/sim/tools/guest_commands.h"

#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/pve_options.h"

namespace pve_accept::sim {
namespace {

// The guest that "status VMID" or the like is about.
Guest& named_guest(Call& call, GuestKind kind, const Arguments& arguments) {
  return require_guest(call, arguments.vmid(), kind, 2);
}

Arguments arguments_of(const Call& call, GuestKind kind, std::string_view command) {
  return pve_arguments(call, fmt::format("{} {}", facts_of(kind).tool, command));
}

void print_nested(Call& call, const Json& object, const std::string& indent) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      call.out(fmt::format("{}{}:\n", indent, key));
      print_nested(call, value, indent + "\t");
    } else {
      call.out(fmt::format("{}{}: {}\n", indent, key,
                           value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

}  // namespace

std::string option_file(const Call& call, const Arguments& arguments, const std::string& option) {
  if (!arguments.has(option)) return "";
  const std::string path = arguments.get(option);
  const auto file = call.files().find(path);
  if (file != call.files().end()) return file->second;
  throw Refusal{2, fmt::format("can't open '{}' - No such file or directory\n", path)};
}

void start_new_guest(Call& call) {
  try {
    start_guest(call, call.state().guests.back());
  } catch (const Refusal& refusal) {
    call.out(refusal.text);
  }
}

int guest_status(Call& call, GuestKind kind) {
  const Arguments arguments = arguments_of(call, kind, "status");
  const Guest& guest = named_guest(call, kind, arguments);
  if (!arguments.flag("verbose")) {
    call.out(fmt::format("status: {}\n", guest.running ? "running" : "stopped"));
    return 0;
  }
  Json current = current_status(call, guest);
  for (const char* hidden : {"ha", "cpu", "agent"}) current.erase(hidden);
  print_nested(call, current, "");
  return 0;
}

int guest_config(Call& call, GuestKind kind) {
  call.out(config_listing(named_guest(call, kind, arguments_of(call, kind, "config"))));
  return 0;
}

int guest_unlock(Call& call, GuestKind kind) {
  Guest& guest = named_guest(call, kind, arguments_of(call, kind, "unlock"));
  const bool was_locked = guest.config.erase("lock") > 0;
  if (was_locked || guest.is_vm()) return 0;  // qm does not mind
  return call.fail(255, "no lock found trying to remove any lock");
}

}  // namespace pve_accept::sim
