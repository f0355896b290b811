#include "support/sim/model/faults.h"

#include "support/base/contains.h"
#include "support/base/embedded.h"
#include "support/base/fields.h"
#include "support/base/guest_kind.h"
#include "support/base/text.h"
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

// A name that counts on one guest alone names one that the fault can be put on.
static void check_names(const std::optional<JsonCursor>& object, const Fault& fault) {
  if (!object) return;
  for (const auto& [name, value] : object->members()) {
    const auto at = name.find('@');
    if (at == std::string::npos || contains(fault.on, name.substr(at + 1))) continue;
    value.fail("it is never put on what stands behind the '@'");
  }
}

// Both are parsed where they are put, so that a mistake is found before somebody names the fault.
void check_fields(const JsonCursor& place, const Fault& fault) {
  const auto follows = place.find("follows");
  for (const auto& names :
       {place.find("model"), place.find("red"), follows ? follows->find("red") : std::nullopt}) {
    check_names(names, fault);
  }
  for (const JsonCursor& target : place.at("on").elements()) {
    target.require_match("node|lxc|vm", "'node', 'lxc' or 'vm'");
    parse_scenario(fault.expand(target.string()), fault.name, {});
  }
}

namespace {

// The rules with the words of that guest.
Json rules_for(GuestKind kind, const Json& rules) {
  const GuestFacts& facts = facts_of(kind);
  const std::string cgroup = fmt::format(fmt::runtime(facts.cgroup), "[0-9]+");
  std::string written = rules.dump();
  for (const auto& [word, meant] : std::initializer_list<std::pair<const char*, std::string_view>>{
           {"<vmid>", kind == GuestKind::kLxc ? "9001" : "9000"},
           {"<noun>", facts.noun},
           {"<tool>", facts.tool},
           {"<api>", facts.api_path},
           {"<config>", facts.config_folder},
           {"<memory>", facts.memory_key},
           {"<cgroup>", cgroup}}) {
    written = text::replaced(written, word, meant);
  }
  return Json::parse(written);
}

}  // namespace

std::string Fault::meaning(std::string_view name, std::string_view target) {
  const auto at = name.find('@');
  if (at != std::string_view::npos && name.substr(at + 1) != target) return {};
  return std::string(name.substr(0, at));
}

Json Fault::expand(const std::string& target) const {
  const auto kind = guest_kind(target);
  Json part = {{"model", Json::object()}, {"rules", kind ? rules_for(*kind, rules) : rules}};
  for (const auto& [written, figures] : model.items()) {
    const std::string meant = meaning(written, target);
    if (!meant.empty()) part["model"][meant == "guest" ? target : meant].merge_patch(figures);
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
