#pragma once

#include <string_view>

namespace pve_accept {

// What a unit of thresholds.json is in Prometheus' base units: how the metric's name ends, and what
// its values are multiplied with and divided by.
struct BaseUnit {
  std::string_view suffix = {};  // "_bytes"; empty for what is counted, as rows are
  double times = 1;
  double per = 1;
};

BaseUnit base_unit(std::string_view unit);

}  // namespace pve_accept
