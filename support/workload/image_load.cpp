#include "support/workload/image_load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "support/base/reply.h"
#include "support/workload/network_trouble.h"

namespace pve_accept {
namespace {

constexpr std::string_view kArchitecture = "amd64";  // the only one that Proxmox VE runs on
constexpr std::chrono::seconds kInspectDeadline{60};

// The line in which `docker load` blames the archive, not itself; empty when it does not.
std::string_view archive_trouble(std::string_view errors) {
  static constexpr std::array<std::string_view, 6> kSigns = {
      "invalid tar header",
      "unexpected EOF",
      "unrecognized image format",
      "does not contain a manifest.json",
      "repositories: no such file or directory",  // Docker's older way to say so
      "failed to decompress",
  };
  return line_with(kSigns, errors, "error during connect");  // Docker's own socket
}

// "docker pull postgres:17 && docker save -o postgres.tar postgres:17"
std::string how_to_save(const std::string& image, std::string_view options = {}) {
  const std::string name = image.substr(image.rfind('/') + 1);
  return fmt::format("docker pull {}{} && docker save -o {}.tar {}", options, image,
                     name.substr(0, name.find(':')), image);
}

[[noreturn]] void refuse(Shell& guest, std::string attempted, std::string problem,
                         std::string hint) {
  throw HarnessError(HarnessError::Details{.attempted = std::move(attempted),
                                           .where = guest.name(),
                                           .problem = std::move(problem),
                                           .hint = std::move(hint)});
}

// The architecture of an image that the guest has; empty when it has none of that name.
std::string architecture_of(Shell& guest, const std::string& image) {
  const Command command = reading(
      {"docker", "image", "inspect", "--format", "{{.Architecture}}", image}, kInspectDeadline);
  const CommandResult result = guest.run(command);
  if (result.exit_status != 0 && text::contains(result.err, "No such image")) return {};
  const std::string_view architecture = text::trimmed(result.out);
  if (result.exit_status != 0 || architecture.empty()) {
    throw unusable(guest, command, result, fmt::format("look for image {} in the guest", image));
  }
  return std::string(architecture);
}

void require_images(Shell& guest, const std::vector<std::string>& wanted,
                    const std::filesystem::path& directory,
                    const std::vector<std::string>& loaded) {
  std::vector<std::string> missing;
  std::vector<std::string> remedies;
  for (const std::string& image : wanted) {
    const std::string architecture = architecture_of(guest, image);
    if (architecture.empty()) {
      missing.push_back(image);
      remedies.push_back(how_to_save(image));
    } else if (architecture != kArchitecture) {
      missing.push_back(
          fmt::format("{} for {} (it is for {})", image, kArchitecture, architecture));
      remedies.push_back(how_to_save(image, "--platform linux/amd64 "));
    }
  }
  if (missing.empty()) return;
  refuse(guest, "load the images that the suite needs",
         fmt::format("no archive in {} holds {}; they hold {}", directory.string(),
                     fmt::join(missing, ", "),
                     loaded.empty() ? "no image" : fmt::format("{}", fmt::join(loaded, ", "))),
         fmt::format("on a machine with internet: {}; then put the file into {}",
                     fmt::join(remedies, "; "), directory.string()));
}

}  // namespace

std::vector<std::string> parse_docker_load(std::string_view text) {
  std::vector<std::string> images;
  for (const std::string_view line : text::lines(text)) {
    for (const std::string_view mark : {"Loaded image: ", "Loaded image ID: "}) {
      if (line.starts_with(mark)) images.emplace_back(text::trimmed(line.substr(mark.size())));
    }
  }
  return images;
}

CommandResult load_images(Shell& guest, const std::vector<std::filesystem::path>& archives,
                          const std::vector<std::string>& wanted, Clock::Duration deadline) {
  if (archives.empty()) throw HarnessError("load images into the guest", "there is no archive");
  std::vector<std::string> loaded;
  CommandResult result;
  for (const std::filesystem::path& archive : archives) {
    const std::string attempted = fmt::format("load {} into the guest", archive.string());
    const Command load = {
        .argv = {"docker", "load", "-q"}, .input_file = archive, .deadline = deadline};
    result = probe(guest, load, attempted);
    const std::string_view trouble = archive_trouble(result.err);
    if (result.exit_status != 0 && !trouble.empty()) {
      refuse(guest, attempted, fmt::format("it is no archive that Docker reads: {}", trouble),
             fmt::format("make it anew, on a machine with internet: {}",
                         how_to_save(wanted.empty() ? "IMAGE" : wanted.front())));
    }
    if (result.exit_status != 0) return result;
    for (std::string& image : parse_docker_load(result.out)) loaded.push_back(std::move(image));
  }
  require_images(guest, wanted, archives.front().parent_path(), loaded);
  return result;
}

}  // namespace pve_accept
