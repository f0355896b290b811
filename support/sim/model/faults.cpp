#include "support/sim/model/faults.h"

#include "support/base/embedded.h"
#include "support/base/fields.h"
#include "support/sim/model/scenario.h"

namespace pve_accept::sim {

PVE_ACCEPT_FIELDS(Fault::Consequences, because, red)

template <class Fields>
void visit(Fault& fault, Fields& fields) {
  fields("name", fault.name, required,
         matching("[a-z-]+\\.[a-z0-9-]+\\.[a-z0-9-]+",
                  "a claim and what is wrong: 'docker.exec.denied'"));
  fields("statement", fault.statement, required);
  fields("on", fault.on, required);
  fields("model", fault.model);
  fields("rules", fault.rules);
  fields("red", fault.red, required);
  fields("follows", fault.follows);
  fields("lab", fault.lab);
  fields("issue", fault.issue);
}

// Both are parsed where they are put, so that a mistake is found before somebody names the fault.
void check_fields(const JsonCursor& place, const Fault& fault) {
  for (const JsonCursor& target : place.at("on").elements()) {
    target.require_match("node|lxc|vm", "'node', 'lxc' or 'vm'");
    parse_scenario(fault.expand(target.string()), fault.name, {});
  }
}

Json Fault::expand(const std::string& target) const {
  Json part = {{"model", model}, {"rules", rules}};
  if (model.contains("guest")) {
    part["model"].erase("guest");
    part["model"][target].merge_patch(model.at("guest"));
  }
  for (Json& rule : part["rules"]) {
    if (!rule.contains("target")) rule["target"] = target;
  }
  return part;
}

std::vector<Fault> parse_faults(const Json& document, const std::string& source) {
  return read_fields<std::vector<Fault>>(JsonCursor(document, source));
}

const std::vector<Fault>& fault_catalogue() {
  static const std::vector<Fault> catalogue = [] {
    std::vector<Fault> all;
    for (const EmbeddedFile& file : embedded_files()) {
      if (!file.name.starts_with("support/sim/faults/")) continue;
      const std::string source(file.name);
      for (Fault& fault : parse_faults(parse_strict_json(embedded(file.name), source), source)) {
        all.push_back(std::move(fault));
      }
    }
    return all;
  }();
  return catalogue;
}

}  // namespace pve_accept::sim
