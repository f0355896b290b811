#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/record/record.h"

namespace pve_accept {

// What is on record of a node and its guests that can shift a result, each fact by whose it is, its
// kind and its name: "node package:lxc-pve", "node kernel", "lxc component:docker", "vm machine".
// What could not be read has no entry.
using Facts = std::map<std::string, std::string>;

Facts recorded_facts(const Record& record);

// A fact that is not what it was. Nothing before: it came; nothing after: it went.
struct Change {
  std::string name = {};
  std::optional<std::string> before = {}, after = {};

  std::string what() const;   // "lxc-pve"
  std::string whose() const;  // "node", "lxc", "vm"
  // "lxc-pve 6.0.5-1 → 6.0.5-2 (node)"
  std::string text() const;

  friend bool operator==(const Change&, const Change&) = default;
};

// What differs, in the order of the names. Of facts that one side has none of their kind of, an
// older record perhaps, nothing is known to have come or gone.
std::vector<Change> changes(const Facts& before, const Facts& after);

// All differences, a line each, for people to read; and how many facts only one side has.
std::string facts_text(const Facts& before, const Facts& after);

}  // namespace pve_accept
