#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pve_accept {

// Writes an archive as `docker save` does, of one small image with these names; without a name, as
// if it had been saved by its id. Throws std::runtime_error.
void save_image(const std::filesystem::path& archive, const std::vector<std::string>& names);

// Archives of the four images that the suite needs, two of them in one file.
void save_needed_images(const std::filesystem::path& directory);

}  // namespace pve_accept
