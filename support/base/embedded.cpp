#include "support/base/embedded.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "support/base/error.h"

namespace pve_accept {

std::string_view embedded(std::string_view name) {
  const auto found = std::ranges::find(embedded_files(), name, &EmbeddedFile::name);
  if (found == embedded_files().end()) {
    throw HarnessError(fmt::format("read {}", name), "it was not built into the program");
  }
  return {found->begin, found->end};
}

}  // namespace pve_accept
