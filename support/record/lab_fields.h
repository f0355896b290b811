#pragma once

#include "support/base/fields.h"
#include "support/record/lab_config.h"

// The keys of lab.json.
namespace pve_accept {

void read_field(const JsonCursor& place, DockerSource& source);
Json write_field(const DockerSource& source);
void read_field(const JsonCursor& place, ImageSource& source);
Json write_field(const ImageSource& source);
void read_field(const JsonCursor& place, VmidChoice& choice);
Json write_field(const VmidChoice& choice);

namespace lab_rules {

inline constexpr std::int64_t kLongest_s = 24 * 60 * 60;
inline constexpr const char* kStorageId = "[A-Za-z][A-Za-z0-9_.-]*";
// Nothing that could end a word, a quote or a statement of the apt configuration it is put into.
inline constexpr const char* kUrl =
    "https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[A-Za-z0-9._~%/:+-]*)?";
inline constexpr const char* kUrlExpected =
    "a URL like http://192.168.0.2:3142, without user, password, quotes and blanks";

}  // namespace lab_rules

template <class Fields>
void visit(LabConfig::Apt& apt, Fields& fields) {
  fields("proxy", apt.proxy, matching(lab_rules::kUrl, lab_rules::kUrlExpected));
  fields("mirror", apt.mirror, matching(lab_rules::kUrl, lab_rules::kUrlExpected));
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
  fields("seconds", pgbench.duration, between(10, lab_rules::kLongest_s));
}

template <class Fields>
void visit(LabConfig::Windows& windows, Fields& fields) {
  fields("baseline_s", windows.baseline, between(5, lab_rules::kLongest_s));
  fields("idle_s", windows.idle, between(5, lab_rules::kLongest_s));
  fields("load_lead_in_s", windows.load_lead_in, between(0, lab_rules::kLongest_s));
  fields("settle_s", windows.settle, between(4, lab_rules::kLongest_s));
  fields("settle_deadline_s", windows.settle_deadline, between(4, lab_rules::kLongest_s));
  fields("settle_tolerance_mib", windows.settle_tolerance_mib, between(1, 100000));
  fields("max_ram_spread_mib", windows.max_ram_spread_mib, between(1, 1000000));
}

template <class Fields>
void visit(LabConfig::Timeouts& timeouts, Fields& fields) {
  fields("command_s", timeouts.command, between(30, lab_rules::kLongest_s));
  fields("create_s", timeouts.create, between(1, lab_rules::kLongest_s));
  fields("ready_s", timeouts.ready, between(1, lab_rules::kLongest_s));
  fields("install_s", timeouts.install, between(1, lab_rules::kLongest_s));
  fields("pull_s", timeouts.pull, between(1, lab_rules::kLongest_s));
  fields("load_start_s", timeouts.load_start, between(1, lab_rules::kLongest_s));
}

template <class Fields>
void visit(LabConfig& lab, Fields& fields) {
  fields("node", lab.node,
         matching("([A-Za-z_][A-Za-z0-9_.-]*@)?([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+\\])"
                  "(:[0-9]{1,5})?",
                  "sim, or [user@]host[:port] without a password"));
  fields("storage", lab.storage, matching(lab_rules::kStorageId, "the name of a storage"));
  fields("template_storage", lab.template_storage,
         matching(lab_rules::kStorageId, "the name of a storage"));
  fields("backup_storage", lab.backup_storage,
         matching(lab_rules::kStorageId, "the name of a storage"));
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

// Throws InputError for what several keys say together.
void check_fields(const JsonCursor& place, const LabConfig& lab);

}  // namespace pve_accept
