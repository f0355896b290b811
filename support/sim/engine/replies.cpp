#include "support/sim/engine/replies.h"

#include "support/base/embedded.h"

namespace pve_accept::sim {

std::string_view reply_text(std::string_view file) {
  return embedded(fmt::format("support/sim/replies/{}", file));
}

Json filled_json(std::string_view file,
                 std::initializer_list<std::pair<const char*, Json>> values) {
  Json reply = Json::parse(reply_text(file));
  for (const auto& [place, value] : values) reply.at(Json::json_pointer(place)) = value;
  return reply;
}

}  // namespace pve_accept::sim
