#include "support/base/file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "support/base/error.h"

namespace pve_accept {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || std::filesystem::is_directory(file) || !(text << in.rdbuf() || in.peek() == EOF)) {
    throw InputError(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  }
  return text.str();
}

void write_file_atomically(const std::filesystem::path& file, std::string_view text) {
  const auto temporary =
      file.parent_path() / fmt::format(".{}.{}", file.filename().string(), ::getpid());
  const auto fail = [&](const std::string& problem) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw HarnessError(fmt::format("write {}", file.string()), problem);
  };
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();  // a full disk may show only here
  if (!out) fail(std::strerror(errno));
  std::error_code error;
  std::filesystem::rename(temporary, file, error);
  if (error) fail(error.message());
}

}  // namespace pve_accept
