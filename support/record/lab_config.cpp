#include "support/record/lab_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>

#include "support/base/error.h"
#include "support/record/document.h"
#include "support/record/image_archives.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kLongest_s = 24 * 60 * 60;

void read(const JsonCursor& object, const char* key, int lowest, int highest, int& value) {
  if (const auto member = object.find(key)) {
    value = static_cast<int>(member->integer_between(lowest, highest));
  }
}

void read(const JsonCursor& object, const char* key, std::int64_t lowest, std::int64_t highest,
          seconds& value) {
  if (const auto member = object.find(key)) {
    value = seconds(member->integer_between(lowest, highest));
  }
}

// A text that matches, or a complaint that says what was expected.
std::string matching(const JsonCursor& place, const char* pattern, std::string_view expected) {
  const std::string text = place.string();
  if (!std::regex_match(text, std::regex(pattern))) {
    place.fail(fmt::format("expected {}, found {}", expected, place.value().dump()));
  }
  return text;
}

template <typename Text>
void read(const JsonCursor& object, const char* key, const char* pattern, std::string_view expected,
          Text& value) {
  if (const auto member = object.find(key)) value = matching(*member, pattern, expected);
}

template <typename Choice>
void read_choice(const JsonCursor& object, const char* key, const std::vector<Choice>& choices,
                 Choice& value) {
  const auto member = object.find(key);
  if (!member) return;
  std::vector<std::string_view> names;
  for (const Choice choice : choices) {
    names.push_back(to_string(choice));
    if (member->string() != names.back()) continue;
    value = choice;
    return;
  }
  member->fail(
      fmt::format("expected one of {}, found {}", fmt::join(names, ", "), member->value().dump()));
}

bool names_a_secret(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::array kWords = {"password", "passwd",  "passphrase", "secret",
                                        "token",    "private", "api_key"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return key.find(word) != std::string::npos; });
}

// Said before anything else: a secret is wrong wherever it stands, and is not repeated.
void refuse_secrets(const JsonCursor& place) {
  if (place.value().is_array()) {
    for (const JsonCursor& element : place.elements()) refuse_secrets(element);
  }
  if (!place.value().is_object()) return;
  for (const auto& [key, member] : place.members()) {
    if (names_a_secret(key)) {
      member.fail("no secret belongs in this file; keys come from the SSH agent or ~/.ssh/config");
    }
    refuse_secrets(member);
  }
}

constexpr const char* kStorageId = "[A-Za-z][A-Za-z0-9_.-]*";
// Nothing that could end a word, a quote or a statement of the apt configuration it is put into.
constexpr const char* kUrl =
    "https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[A-Za-z0-9._~%/:+-]*)?";
constexpr const char* kUrlExpected =
    "a URL like http://192.168.0.2:3142, without user, password, quotes and blanks";

void read_vmids(const JsonCursor& lab, LabConfig& config) {
  const auto vmids = lab.find("vmids");
  if (!vmids) return;
  vmids->allow_only({"lxc", "vm"});
  for (const GuestKind guest : kGuestKinds) {
    const auto vmid = vmids->find(std::string(to_string(guest)));
    if (!vmid) continue;
    if (vmid->value() == "auto") {
      config.vmids[guest].reset();
    } else if (vmid->value().is_number_integer()) {
      config.vmids[guest] = static_cast<int>(vmid->integer_between(100, 999999999));
    } else {
      vmid->fail(fmt::format("expected a VMID from 100 to 999999999, or \"auto\", found {}",
                             vmid->value().dump()));
    }
  }
  const auto& chosen = config.vmids;
  if (chosen.at(GuestKind::kLxc) && chosen.at(GuestKind::kLxc) == chosen.at(GuestKind::kVm)) {
    vmids->fail(fmt::format("both guests have VMID {}; give each its own, or \"auto\"",
                            *chosen.at(GuestKind::kLxc)));
  }
}

void read_apt(const JsonCursor& lab, LabConfig::Apt& apt) {
  const auto section = lab.find("apt");
  if (!section) return;
  section->allow_only({"proxy", "mirror"});
  read(*section, "proxy", kUrl, kUrlExpected, apt.proxy);
  read(*section, "mirror", kUrl, kUrlExpected, apt.mirror);
}

void read_images(const JsonCursor& lab, LabConfig::Images& images) {
  const auto section = lab.find("images");
  if (!section) return;
  section->allow_only({"source", "directory"});
  read_choice(*section, "source", {ImageSource::kPull, ImageSource::kLoad}, images.source);
  read(*section, "directory", ".+", "a directory", images.directory);
  if (images.source == ImageSource::kLoad && !images.directory) {
    section->fail("'directory' is missing: source load reads the tar files in it");
  }
}

void read_pgbench(const JsonCursor& lab, LabConfig::Pgbench& pgbench) {
  const auto section = lab.find("pgbench");
  if (!section) return;
  section->allow_only({"scale", "clients", "seconds"});
  read(*section, "scale", 1, 10000, pgbench.scale);
  read(*section, "clients", 1, 1000, pgbench.clients);
  read(*section, "seconds", 10, kLongest_s, pgbench.duration);
}

void read_windows(const JsonCursor& lab, LabConfig::Windows& windows) {
  const auto section = lab.find("windows");
  if (!section) return;
  section->allow_only({"baseline_s", "idle_s", "load_lead_in_s", "settle_s", "settle_deadline_s",
                       "settle_tolerance_mib", "max_ram_spread_mib"});
  read(*section, "baseline_s", 5, kLongest_s, windows.baseline);
  read(*section, "idle_s", 5, kLongest_s, windows.idle);
  read(*section, "load_lead_in_s", 0, kLongest_s, windows.load_lead_in);
  read(*section, "settle_s", 4, kLongest_s, windows.settle);
  read(*section, "settle_deadline_s", 4, kLongest_s, windows.settle_deadline);
  read(*section, "settle_tolerance_mib", 1, 100000, windows.settle_tolerance_mib);
  read(*section, "max_ram_spread_mib", 1, 1000000, windows.max_ram_spread_mib);
}

void read_timeouts(const JsonCursor& lab, LabConfig::Timeouts& timeouts) {
  const auto section = lab.find("timeouts");
  if (!section) return;
  section->allow_only({"command_s", "create_s", "ready_s", "install_s", "pull_s"});
  read(*section, "command_s", 30, kLongest_s, timeouts.command);
  read(*section, "create_s", 1, kLongest_s, timeouts.create);
  read(*section, "ready_s", 1, kLongest_s, timeouts.ready);
  read(*section, "install_s", 1, kLongest_s, timeouts.install);
  read(*section, "pull_s", 1, kLongest_s, timeouts.pull);
}

// What two values say together.
void check_together(const JsonCursor& lab, const LabConfig& config) {
  const LabConfig::Windows& windows = config.windows;
  if (windows.settle_deadline < windows.settle) {
    lab.fail(
        fmt::format("windows/settle_deadline_s ({}) is shorter than windows/settle_s ({}); "
                    "RAM could never settle: raise the deadline",
                    windows.settle_deadline.count(), windows.settle.count()));
  }
  if (windows.load_lead_in + seconds(2) >= config.pgbench.duration) {
    lab.fail(
        fmt::format("pgbench/seconds ({}) leaves no time to measure after "
                    "windows/load_lead_in_s ({}): raise it",
                    config.pgbench.duration.count(), windows.load_lead_in.count()));
  }
}

void set_if(Json& object, const char* key, const std::optional<std::string>& value) {
  if (value) object[key] = *value;
}

}  // namespace

std::string_view to_string(DockerSource source) {
  switch (source) {
    case DockerSource::kOfficial:
      return "official";
    case DockerSource::kDistribution:
      return "distribution";
    case DockerSource::kPreinstalled:
      return "preinstalled";
  }
  return "official";
}

std::string_view to_string(ImageSource source) {
  return source == ImageSource::kPull ? "pull" : "load";
}

LabConfig LabConfig::load(const std::filesystem::path& file) {
  LabConfig config = from_json(read_document(file), file.string());
  if (!config.images.directory) return config;
  const auto directory = std::filesystem::absolute(file).parent_path() / *config.images.directory;
  config.images.directory = directory.lexically_normal().string();
  if (config.images.source != ImageSource::kLoad) return config;
  try {
    image_archives(*config.images.directory);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: images/directory: {}", file.string(), error.what()));
  }
  return config;
}

LabConfig LabConfig::from_json(const Json& document, const std::string& source) {
  const JsonCursor lab(document, source);
  refuse_secrets(lab);
  lab.allow_only({"node", "storage", "template_storage", "bridge", "vmids", "template",
                  "cloud_image", "cores", "memory_mib", "disk_gib", "docker_source", "apt",
                  "images", "pgbench", "windows", "timeouts", "resolve_name"});
  LabConfig config;
  read(lab, "node",
       "([A-Za-z_][A-Za-z0-9_.-]*@)?([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?",
       "sim, or [user@]host[:port] without a password", config.node);
  read(lab, "storage", kStorageId, "the name of a storage", config.storage);
  read(lab, "template_storage", kStorageId, "the name of a storage", config.template_storage);
  read(lab, "bridge", "[A-Za-z][A-Za-z0-9_.-]{0,14}", "the name of a bridge, like vmbr0",
       config.bridge);
  read_vmids(lab, config);
  read(lab, "template", "[A-Za-z][A-Za-z0-9_.-]*:vztmpl/[^/\\s]+",
       "a volume like local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
       config.template_volume);
  read(lab, "cloud_image", "/[^\\s,]+", "an absolute path on the node, without blanks and commas",
       config.cloud_image);
  read(lab, "cores", 1, 128, config.cores);
  read(lab, "memory_mib", 512, 1048576, config.memory_mib);
  read(lab, "disk_gib", 4, 65536, config.disk_gib);
  read_choice(lab, "docker_source",
              {DockerSource::kOfficial, DockerSource::kDistribution, DockerSource::kPreinstalled},
              config.docker_source);
  read_apt(lab, config.apt);
  read_images(lab, config.images);
  read_pgbench(lab, config.pgbench);
  read_windows(lab, config.windows);
  read_timeouts(lab, config.timeouts);
  read(lab, "resolve_name", "[A-Za-z0-9][A-Za-z0-9.-]*", "a host name", config.resolve_name);
  check_together(lab, config);
  return config;
}

Json LabConfig::to_json() const {
  Json json = {
      {"storage", storage},
      {"template_storage", template_storage},
      {"bridge", bridge},
      {"cloud_image", cloud_image},
      {"cores", cores},
      {"memory_mib", memory_mib},
      {"disk_gib", disk_gib},
      {"docker_source", to_string(docker_source)},
      {"apt", Json::object()},
      {"images", {{"source", to_string(images.source)}}},
      {"pgbench",
       {{"scale", pgbench.scale},
        {"clients", pgbench.clients},
        {"seconds", pgbench.duration.count()}}},
      {"windows",
       {{"baseline_s", windows.baseline.count()},
        {"idle_s", windows.idle.count()},
        {"load_lead_in_s", windows.load_lead_in.count()},
        {"settle_s", windows.settle.count()},
        {"settle_deadline_s", windows.settle_deadline.count()},
        {"settle_tolerance_mib", windows.settle_tolerance_mib},
        {"max_ram_spread_mib", windows.max_ram_spread_mib}}},
      {"timeouts",
       {{"command_s", timeouts.command.count()},
        {"create_s", timeouts.create.count()},
        {"ready_s", timeouts.ready.count()},
        {"install_s", timeouts.install.count()},
        {"pull_s", timeouts.pull.count()}}},
      {"resolve_name", resolve_name},
  };
  for (const auto& [guest, vmid] : vmids) {
    json["vmids"][std::string(to_string(guest))] = vmid ? Json(*vmid) : Json("auto");
  }
  set_if(json, "node", node);
  set_if(json, "template", template_volume);
  set_if(json["apt"], "proxy", apt.proxy);
  set_if(json["apt"], "mirror", apt.mirror);
  set_if(json["images"], "directory", images.directory);
  return json;
}

}  // namespace pve_accept
