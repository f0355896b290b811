#pragma once

#include "support/sim/engine/call.h"

// Volumes on the storages: their names, their sizes, and what the storages' tools say.
namespace pve_accept::sim {

// The guest without its volumes is gone; its volumes, with what LVM says about each.
void remove_guest(Call& call, std::int64_t vmid, bool purge);

// New volumes, with what the storage's tools say. Throws a Refusal for a storage that is not there
// or does not take such volumes.
const Model::Storage& require_storage(const Call& call, const std::string& name,
                                      std::string_view content, std::string_view problem);
std::string allocate_volume(Call& call, const Model::Storage& storage, std::int64_t vmid,
                            std::string_view suffix, std::int64_t size, std::string_view content);

// The others, likewise; of a volume that is not there nothing is said.
void resize_volume(Call& call, const std::string& volid, std::int64_t size);
void remove_volume(Call& call, const std::string& volid);

// Where the node has a volume of that name; empty where it is none of such a storage.
std::string volume_path(const Model::Storage& storage, const std::string& name);

// "2", "10G", "+1G" with the unit that a bare number has: bytes. Negative when it is not a size.
std::int64_t size_in_bytes(std::string_view text, std::string_view bare_unit);
// "10G", "512M": as sizes stand in configurations.
std::string size_text(std::int64_t bytes);

}  // namespace pve_accept::sim
