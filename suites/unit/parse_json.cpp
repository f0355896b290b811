#include "suites/unit/parse_json.h"

namespace pve_accept {

Json parse_json(std::string_view text) { return Json::parse(text); }

}  // namespace pve_accept
