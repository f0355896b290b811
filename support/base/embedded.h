#pragma once

#include <span>
#include <string_view>

namespace pve_accept {

// A file of the source tree that was built into the program (embed.cmake), which so runs wherever
// it is installed.
struct EmbeddedFile {
  std::string_view name;  // its path below the source tree: "fixtures/assets/sampler.pl"
  const char* begin;
  const char* end;
};

std::span<const EmbeddedFile> embedded_files();

// The text of one. Throws HarnessError for a name that the build did not embed.
std::string_view embedded(std::string_view name);

}  // namespace pve_accept
