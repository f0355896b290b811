#pragma once

#include <filesystem>
#include <vector>

namespace pve_accept {

// The archives in a directory that `docker load` reads: tar, plain or compressed by gzip, bzip2, xz
// or zstd. By name. Throws InputError, with how to make one, when there is none.
std::vector<std::filesystem::path> image_archives(const std::filesystem::path& directory);

}  // namespace pve_accept
