#include "support/record/image_archives.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "support/base/error.h"

namespace pve_accept {
namespace {

constexpr const char* kRemedy =
    "on a machine with internet: docker pull postgres:17 && docker save -o postgres.tar "
    "postgres:17";

bool is_archive(const std::filesystem::directory_entry& entry) {
  static constexpr std::array kEndings = {".tar",     ".tar.gz", ".tgz",
                                          ".tar.bz2", ".tar.xz", ".tar.zst"};
  const std::string name = entry.path().filename().string();
  return entry.is_regular_file() && !name.starts_with('.') &&
         std::ranges::any_of(kEndings, [&](const char* ending) { return name.ends_with(ending); });
}

}  // namespace

std::vector<std::filesystem::path> image_archives(const std::filesystem::path& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> archives;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (is_archive(entry)) archives.push_back(entry.path());
  }
  if (error) {
    throw InputError(fmt::format("{} cannot be read: {}", directory.string(), error.message()));
  }
  if (archives.empty()) {
    throw InputError(
        fmt::format("{} has no image archive (*.tar, or compressed: .gz, .bz2, .xz, "
                    ".zst); make them {}",
                    directory.string(), kRemedy));
  }
  std::ranges::sort(archives);
  return archives;
}

}  // namespace pve_accept
