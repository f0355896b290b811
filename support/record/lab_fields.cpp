#include "support/record/lab_fields.h"

#include <fmt/format.h>

#include <array>

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr std::array kDockerSources = {DockerSource::kOfficial, DockerSource::kDistribution,
                                       DockerSource::kPreinstalled};

constexpr std::int64_t kLongest_s = 24 * 60 * 60;
constexpr const char* kStorageId = "[A-Za-z][A-Za-z0-9_.-]*";
// Nothing that could end a word, a quote or a statement of the apt configuration it is put into.
constexpr const char* kUrl =
    "https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[A-Za-z0-9._~%/:+-]*)?";
constexpr const char* kUrlExpected =
    "a URL like http://192.168.0.2:3142, without user, password, quotes and blanks";

}  // namespace

void read_field(const JsonCursor& place, DockerSource& source) {
  source = read_choice<DockerSource>(place, kDockerSources,
                                     [](DockerSource each) { return to_string(each); });
}
Json write_field(const DockerSource& source) { return to_string(source); }

void read_field(const JsonCursor& place, ImageSource& source) {
  static constexpr std::array kSources = {ImageSource::kPull, ImageSource::kLoad};
  source =
      read_choice<ImageSource>(place, kSources, [](ImageSource each) { return to_string(each); });
}
Json write_field(const ImageSource& source) { return to_string(source); }

void read_field(const JsonCursor& place, VmidChoice& choice) {
  if (place.value() == "auto") {
    choice.vmid.reset();
  } else if (place.value().is_number_integer()) {
    choice.vmid = static_cast<int>(place.integer_between(100, 999999999));
  } else {
    place.fail(fmt::format("expected a VMID from 100 to 999999999, or \"auto\", found {}",
                           place.value().dump()));
  }
}
Json write_field(const VmidChoice& choice) {
  return choice.vmid ? Json(*choice.vmid) : Json("auto");
}

template <class Fields>
void visit(LabConfig::Apt& apt, Fields& fields) {
  fields("proxy", apt.proxy, matching(kUrl, kUrlExpected));
  fields("mirror", apt.mirror, matching(kUrl, kUrlExpected));
}

template <class Fields>
void visit(LabConfig::Images& images, Fields& fields) {
  fields("source", images.source);
  fields("directory", images.directory, matching(".+", "a directory"));
}

template <class Fields>
void visit(LabConfig::Pgbench& pgbench, Fields& fields) {
  fields("scale", pgbench.scale, between(1, 10000));
  fields("clients", pgbench.clients, between(1, 1000));
  fields("seconds", pgbench.duration, between(10, kLongest_s));
}

template <class Fields>
void visit(LabConfig::Windows& windows, Fields& fields) {
  fields("baseline_s", windows.baseline, between(5, kLongest_s));
  fields("idle_s", windows.idle, between(5, kLongest_s));
  fields("load_lead_in_s", windows.load_lead_in, between(0, kLongest_s));
  fields("settle_s", windows.settle, between(4, kLongest_s));
  fields("settle_deadline_s", windows.settle_deadline, between(4, kLongest_s));
  fields("settle_tolerance_mib", windows.settle_tolerance_mib, between(1, 100000));
  fields("max_ram_spread_mib", windows.max_ram_spread_mib, between(1, 1000000));
}

template <class Fields>
void visit(LabConfig::Timeouts& timeouts, Fields& fields) {
  fields("command_s", timeouts.command, between(30, kLongest_s));
  fields("create_s", timeouts.create, between(1, kLongest_s));
  fields("ready_s", timeouts.ready, between(1, kLongest_s));
  fields("install_s", timeouts.install, between(1, kLongest_s));
  fields("pull_s", timeouts.pull, between(1, kLongest_s));
  fields("load_start_s", timeouts.load_start, between(1, kLongest_s));
}

template <class Fields>
void visit(LabConfig& lab, Fields& fields) {
  fields("node", lab.node,
         matching("([A-Za-z_][A-Za-z0-9_.-]*@)?([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+\\])"
                  "(:[0-9]{1,5})?",
                  "sim, or [user@]host[:port] without a password"));
  fields("storage", lab.storage, matching(kStorageId, "the name of a storage"));
  fields("template_storage", lab.template_storage, matching(kStorageId, "the name of a storage"));
  fields("backup_storage", lab.backup_storage, matching(kStorageId, "the name of a storage"));
  fields("bridge", lab.bridge,
         matching("[A-Za-z][A-Za-z0-9_.-]{0,14}", "the name of a bridge, like vmbr0"));
  fields("vmids", lab.vmids);
  fields("template", lab.template_volume,
         matching("[A-Za-z][A-Za-z0-9_.-]*:vztmpl/[^/\\s]+",
                  "a volume like local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"));
  fields("cloud_image", lab.cloud_image,
         matching("/[^\\s,]+", "an absolute path on the node, without blanks and commas"));
  fields("cores", lab.cores, between(1, 128));
  fields("memory_mib", lab.memory_mib, between(512, 1048576));
  fields("disk_gib", lab.disk_gib, between(4, 65536));
  fields("rounds", lab.rounds, between(1, 100));
  fields("upgrade_guests", lab.upgrade_guests);
  fields("docker_source", lab.docker_source);
  fields("apt", lab.apt);
  fields("images", lab.images);
  fields("pgbench", lab.pgbench);
  fields("windows", lab.windows);
  fields("timeouts", lab.timeouts);
  fields("resolve_name", lab.resolve_name, matching("[A-Za-z0-9][A-Za-z0-9.-]*", "a host name"));
}

void check_fields(const JsonCursor& place, const LabConfig& lab) {
  const auto& vmids = lab.vmids;
  const auto lxc = vmids.at(GuestKind::kLxc).vmid;
  if (lxc && lxc == vmids.at(GuestKind::kVm).vmid) {
    place.at("vmids").fail(
        fmt::format("both guests have VMID {}; give each its own, or \"auto\"", *lxc));
  }
  if (lab.images.source == ImageSource::kLoad && !lab.images.directory) {
    place.at("images").fail("'directory' is missing: source load reads the tar files in it");
  }
  const LabConfig::Windows& windows = lab.windows;
  if (windows.settle_deadline < windows.settle) {
    place.fail(
        fmt::format("windows/settle_deadline_s ({}) is shorter than windows/settle_s ({}); "
                    "RAM could never settle: raise the deadline",
                    windows.settle_deadline.count(), windows.settle.count()));
  }
  if (windows.load_lead_in + seconds(2) >= lab.pgbench.duration) {
    place.fail(
        fmt::format("pgbench/seconds ({}) leaves no time to measure after "
                    "windows/load_lead_in_s ({}): raise it",
                    lab.pgbench.duration.count(), windows.load_lead_in.count()));
  }
}

PVE_ACCEPT_COMPILE_FIELDS(LabConfig);

}  // namespace pve_accept
