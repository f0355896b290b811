#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/base/docker_source.h"
#include "support/base/guest_kind.h"
#include "support/base/json.h"

namespace pve_accept {

enum class ImageSource {
  kPull,
  kLoad,  // from a directory of tar files, for labs without internet
};

std::string_view to_string(DockerSource source);
std::string_view to_string(ImageSource source);

// A VMID, or none: "auto", the next free one.
struct VmidChoice {
  std::optional<int> vmid = {};
};

// What differs from lab to lab: lab.json. Everything is optional; the defaults are the spike's.
// There is no secret in it: keys come from the SSH agent or the files that ~/.ssh/config names.
struct LabConfig {
  struct Apt {
    std::optional<std::string> proxy = {};   // URL of an apt proxy
    std::optional<std::string> mirror = {};  // URL of a Debian mirror
  };

  struct Images {
    ImageSource source = ImageSource::kPull;
    // Of the tar files, on this side. In a file: beside it, unless it is absolute.
    std::optional<std::string> directory = {};
  };

  struct Pgbench {
    int scale = 10;
    int clients = 4;
    std::chrono::seconds duration{60};
  };

  struct Windows {
    std::chrono::seconds baseline{30};
    std::chrono::seconds idle{30};
    std::chrono::seconds load_lead_in{5};       // of the load, before the first sample that counts
    std::chrono::seconds settle{30};            // how long RAM used must have stopped falling
    std::chrono::seconds settle_deadline{300};  // then the drift that remains is recorded
    int settle_tolerance_mib = 20;              // a fall of less than this is no fall
    int max_ram_spread_mib = 300;               // a window with more is not usable
  };

  struct Timeouts {
    std::chrono::seconds command{30};     // the least that any command gets, here and in the guests
    std::chrono::seconds create{900};     // unpacking the template, importing the cloud image
    std::chrono::seconds ready{240};      // from the start of a guest until it answers over SSH
    std::chrono::seconds install{900};    // each of apt's steps
    std::chrono::seconds pull{900};       // pulling an image, loading an archive
    std::chrono::seconds load_start{60};  // from the load's command until it works
  };

  std::optional<std::string> node = {};  // [user@]host[:port]; none: the simulated node
  std::string storage = "local-lvm";
  std::string template_storage = "local";
  std::optional<std::string> backup_storage = {};  // none: backup.consistent is not applicable
  std::string bridge = "vmbr0";
  std::map<GuestKind, VmidChoice> vmids = {{GuestKind::kLxc, {9001}}, {GuestKind::kVm, {9000}}};
  std::optional<std::string> template_volume = {};  // none: the newest debian-13-standard
  std::string cloud_image = "/var/lib/vz/template/qcow2/debian-13-genericcloud-amd64.qcow2";
  int cores = 2;
  int memory_mib = 2048;
  int disk_gib = 10;
  int rounds = 1;              // how often both guests are measured
  bool upgrade_guests = true;  // after an upgrade of the node, those that were left for it
  DockerSource docker_source = DockerSource::kOfficial;
  Apt apt = {};
  Images images = {};
  Pgbench pgbench = {};
  Windows windows = {};
  Timeouts timeouts = {};
  std::string resolve_name = "debian.org";  // what a healthy guest has to resolve

  // Throws InputError that names the file, the JSON path and the remedy; also when images are to be
  // loaded and there are none to load.
  static LabConfig load(const std::filesystem::path& file);

  // The same of a document; `source` names it in errors. A directory of images stays as it is.
  static LabConfig parse(const Json& document, const std::string& source);
};

}  // namespace pve_accept
