#include "support/suspects/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace pve_accept {
namespace {

// The part of a name that all facts of its kind share: "node package:" of "node package:lxc-pve".
// One that has no kind is its own.
std::string_view kind_of(std::string_view name) { return name.substr(0, name.find(':') + 1); }

// Whether that side says anything of facts of that kind; one by itself is known or it is not.
bool speaks_of(const Facts& facts, std::string_view name) {
  const std::string_view kind = kind_of(name);
  if (kind.empty()) return facts.contains(std::string(name));
  const auto first = facts.lower_bound(std::string(kind));
  return first != facts.end() && first->first.starts_with(kind);
}

class Collector {
 public:
  explicit Collector(std::string owner) : owner_(std::move(owner)) {}

  void add(const std::string& name, const std::optional<std::string>& value) {
    if (value && !value->empty()) facts_[owner_ + " " + name] = *value;
  }
  void add(const std::string& kind, const std::map<std::string, Fact<std::string>>& values) {
    for (const auto& [name, value] : values) add(kind + name, value);
  }

  Facts facts() && { return std::move(facts_); }

 private:
  std::string owner_;
  Facts facts_;
};

Facts facts_of_node(const NodeRecord& node) {
  Collector collected("node");
  auto packages = node.packages;
  packages.erase("running kernel");  // it is the kernel
  collected.add("package:", packages);
  collected.add("", node.facts);
  collected.add("kernel", node.kernel);
  if (node.cpu) {
    collected.add("cpu", node.cpu->model);
    if (node.cpu->cpus) collected.add("cpus", std::to_string(*node.cpu->cpus));
    collected.add("governor", node.cpu->governor);
  }
  if (node.memory_mib) collected.add("memory", fmt::format("{} MiB", *node.memory_mib));
  collected.add("ksm", node.ksm);
  if (node.storage) {
    collected.add("storage", fmt::format("{} ({})", node.storage->name, node.storage->type));
  }
  collected.add("hypervisor", node.hypervisor);
  return std::move(collected).facts();
}

Facts facts_of_guest(GuestKind kind, const GuestRecord& guest, const NodeRecord& node) {
  Collector collected{std::string(to_string(kind))};
  collected.add("component:", guest.components);
  collected.add("", guest.facts);
  collected.add("debian", guest.debian);
  collected.add("source", kind == GuestKind::kLxc ? node.template_volume : node.cloud_image);
  return std::move(collected).facts();
}

}  // namespace

Facts recorded_facts(const Record& record) {
  Facts all = facts_of_node(record.node);
  for (const auto& [kind, guest] : record.guests) {
    all.merge(facts_of_guest(kind, guest, record.node));
  }
  return all;
}

std::string Change::whose() const { return name.substr(0, name.find(' ')); }

std::string Change::what() const {
  std::string what = name.substr(name.find(' ') + 1);
  for (const std::string_view kind : {"package:", "component:"}) {
    if (what.starts_with(kind)) what.erase(0, kind.size());
  }
  return what;
}

std::string Change::text() const {
  if (!before) return fmt::format("{} came: {} ({})", what(), *after, whose());
  if (!after) return fmt::format("{} went: {} ({})", what(), *before, whose());
  return fmt::format("{} {} → {} ({})", what(), *before, *after, whose());
}

std::vector<Change> changes(const Facts& before, const Facts& after) {
  std::vector<Change> found;
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now != after.end()) {
      if (now->second != value) found.push_back({name, value, now->second});
    } else if (speaks_of(after, name)) {
      found.push_back({name, value, std::nullopt});
    }
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name) && speaks_of(before, name)) {
      found.push_back({name, std::nullopt, value});
    }
  }
  std::ranges::sort(found, {}, &Change::name);
  return found;
}

std::string facts_text(const Facts& before, const Facts& after) {
  const auto unknown_to = [](const Facts& other, const Facts& facts) {
    return std::ranges::count_if(facts,
                                 [&](const auto& fact) { return !speaks_of(other, fact.first); });
  };
  std::string text;
  for (const Change& change : changes(before, after)) text += change.text() + "\n";
  if (text.empty()) text = "no fact on record differs\n";
  if (const auto only = unknown_to(after, before); only > 0) {
    text += fmt::format("{} facts are on record before only\n", only);
  }
  if (const auto only = unknown_to(before, after); only > 0) {
    text += fmt::format("{} facts are on record now only\n", only);
  }
  return text;
}

}  // namespace pve_accept
