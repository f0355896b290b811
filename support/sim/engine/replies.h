#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "support/base/json.h"

// What real tools printed, as files under support/sim/replies/.
namespace pve_accept::sim {

std::string_view reply_text(std::string_view file);

// With the arguments in the places that the text leaves for them ("{}").
template <class... Args>
std::string filled_text(std::string_view file, const Args&... args) {
  return fmt::format(fmt::runtime(reply_text(file)), args...);
}

// JSON with other values at some places ("/Server/Version"), each of which the reply has.
Json filled_json(std::string_view file, std::initializer_list<std::pair<const char*, Json>> values);

}  // namespace pve_accept::sim
