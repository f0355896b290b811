#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pve_accept {

// The whole file. Throws InputError that names it when it cannot be read.
std::string read_file(const std::filesystem::path& file);

// Writes to a temporary name beside `file` and renames it, so that a reader sees the old text or
// the new one, never half of it. Throws HarnessError that names the file when it cannot be written.
void write_file_atomically(const std::filesystem::path& file, std::string_view text);

}  // namespace pve_accept
