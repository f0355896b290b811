#pragma once

#include <chrono>
#include <string>

#include "support/pve/vmid.h"

namespace pve_accept {

// What a guest is asked to be.
struct GuestSpec {
  Vmid vmid;
  std::string name;
  int cores = 2;
  int memory_mib = 2048;
  int disk_gib = 10;
  std::string storage = "local-lvm";
  std::string bridge = "vmbr0";
  std::string image = {};            // LXC: volume id of the template; VM: path of the cloud image
  std::string public_key_file = {};  // on the node
  std::string tag = "pve-accept";
  std::chrono::seconds create_deadline{900};  // to unpack the template, to import the image
  std::string description = {};               // description_for(run id): what makes the guest ours
};

}  // namespace pve_accept
