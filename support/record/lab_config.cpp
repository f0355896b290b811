#include "support/record/lab_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/error.h"
#include "support/base/text.h"
#include "support/record/image_archives.h"
#include "support/record/lab_fields.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr std::array kDockerSources = {DockerSource::kOfficial, DockerSource::kDistribution,
                                       DockerSource::kPreinstalled};

bool names_a_secret(const std::string& written) {
  const std::string key = text::lower_case(written);
  static constexpr std::array kWords = {"password", "passwd",  "passphrase", "secret",
                                        "token",    "private", "api_key"};
  return std::ranges::any_of(kWords, [&](const char* word) { return text::contains(key, word); });
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
  const Json document = read_strict_json(file);
  LabConfig config = parse(document, file.string());
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

LabConfig LabConfig::parse(const Json& document, const std::string& source) {
  const JsonCursor place(document, source);
  refuse_secrets(place);
  return read_fields<LabConfig>(place);
}

}  // namespace pve_accept
