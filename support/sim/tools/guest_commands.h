#pragma once

#include "support/sim/engine/call.h"
#include "support/sim/tools/options.h"

namespace pve_accept::sim {

// What pct and qm do alike.
int guest_status(Call& call, GuestKind kind);
int guest_config(Call& call, GuestKind kind);
int guest_unlock(Call& call, GuestKind kind);

// The text of the file that an option names, empty without the option. Refuses one that is not
// there.
std::string option_file(const Call& call, const Arguments& arguments, const std::string& option);
// "--start 1" of a guest that was just made: when it fails, the creation counts as done.
void start_new_guest(Call& call);

int pct_create(Call& call);
int pct_restore(Call& call);
// What mkfs prints of a new volume for a container; nothing where the volume is a file system.
void print_file_system(Call& call, const Model::Storage& storage, std::int64_t vmid,
                       std::int64_t size);
int qm_create(Call& call);
int qm_set(Call& call);
int qm_resize(Call& call);
int qm_agent(Call& call);
int qm_guest_exec(Call& call);

// The agent's answer to network-get-interfaces.
Json agent_interfaces(const Call& call, const Guest& guest);
// Refuses as `qm guest` does when the agent does not answer; takes the seconds that it waits.
void require_agent(Call& call, const Guest& guest);

}  // namespace pve_accept::sim
