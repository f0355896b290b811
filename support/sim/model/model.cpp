#include "support/sim/model/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "support/sim/model/model_fields.h"

namespace pve_accept {
namespace {

// Reads those members of a JSON object that are there; says no to all others.
class Reader {
 public:
  explicit Reader(JsonCursor cursor) : cursor_(std::move(cursor)) {}

  template <class Value>
  void operator()(const char* name, Value& value) {
    known_.emplace_back(name);
    if (const auto member = cursor_.find(name)) read(*member, value);
  }

  void refuse_others() const {
    for (const auto& [key, member] : cursor_.members()) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
        member.fail(fmt::format("unknown name; known here: {}", fmt::join(known_, ", ")));
      }
    }
  }

 private:
  static void read(const JsonCursor& from, double& value) {
    value = from.number();
    if (value < 0) from.fail(fmt::format("must not be negative, found {}", from.value().dump()));
  }
  static void read(const JsonCursor& from, std::int64_t& value) {
    value = from.integer();
    if (value < 0) from.fail(fmt::format("must not be negative, found {}", value));
  }
  static void read(const JsonCursor& from, bool& value) { value = from.boolean(); }
  static void read(const JsonCursor& from, std::string& value) { value = from.string(); }
  static void read(const JsonCursor& from, std::map<std::string, std::string>& value) {
    for (const auto& [key, member] : from.members()) value[key] = member.string();
  }
  template <class Element>
  static void read(const JsonCursor& from, std::vector<Element>& value) {
    value.clear();
    for (const JsonCursor& element : from.elements()) read(element, value.emplace_back());
  }
  template <class Struct>
  static void read(const JsonCursor& from, Struct& value) {
    Reader reader(from);
    sim::visit(value, reader);
    reader.refuse_others();
  }

  JsonCursor cursor_;
  std::vector<std::string> known_;
};

class Writer {
 public:
  template <class Value>
  void operator()(const char* name, Value& value) {
    object_[name] = written(value);
  }

  Json object_ = Json::object();

 private:
  template <class Value>
  static Json written(Value& value) {
    if constexpr (requires(Writer & writer) { sim::visit(value, writer); }) {
      Writer writer;
      sim::visit(value, writer);
      return writer.object_;
    } else {
      return value;
    }
  }
  template <class Element>
  requires(!std::is_same_v<Element, std::string>) static Json written(std::vector<Element>& value) {
    Json array = Json::array();
    for (Element& element : value) array.push_back(written(element));
    return array;
  }
};

void check(const JsonCursor& document, const Model& model) {
  const auto require = [&](bool holds, const char* place, std::string_view problem) {
    if (!holds) document.at(place).fail(problem);
  };
  require(model.node.cpus > 0, "node", "'cpus' must be at least 1");
  require(model.node.pace > 0, "node", "'pace' must be positive");
  require(model.node.baseline_ram_mib < model.node.memory_mib, "node",
          "'baseline_ram_mib' must be less than 'memory_mib'");
  require(model.lxc.load.tps > 0, "lxc", "'load/tps' must be positive");
  require(model.vm.load.tps > 0, "vm", "'load/tps' must be positive");
  std::set<std::int64_t> vmids;
  for (const Model::ForeignGuest& guest : model.guests) {
    require(guest.vmid >= 100 && vmids.insert(guest.vmid).second, "guests",
            "every guest needs a 'vmid' of its own, 100 or more");
    require(guest.kind == "lxc" || guest.kind == "vm", "guests", "'kind' must be 'lxc' or 'vm'");
    require(guest.status == "running" || guest.status == "stopped", "guests",
            "'status' must be 'running' or 'stopped'");
    require(guest.unfinished || !guest.name.empty(), "guests", "every guest needs a 'name'");
  }
  for (const Model::LooseVolume& volume : model.volumes) {
    require(!volume.name.empty() && volume.vmid >= 100, "volumes",
            "every volume needs a 'name' and the 'vmid' in it");
  }
  for (const Model::ActiveTask& task : model.tasks) {
    require(!task.type.empty() && task.vmid >= 100 && task.ends_s > 0, "tasks",
            "every task needs a 'type', a 'vmid' and a time at which it ends, 'ends_s'");
  }
  for (const Model::Storage& storage : model.storages) {
    require(!storage.storage.empty() && storage.total_kib > 0, "storages",
            "every storage needs a name ('storage') and a size ('total_kib')");
    require(storage.type == "dir" || storage.type == "lvmthin" || storage.type == "zfspool",
            "storages", "'type' must be 'dir', 'lvmthin' or 'zfspool'");
  }
}

}  // namespace

Model parse_model(const JsonCursor& document) {
  Model model;
  Reader reader(document);
  sim::visit(model, reader);
  reader.refuse_others();
  check(document, model);
  return model;
}

Json to_json(const Model& model) {
  Model copy = model;
  Writer writer;
  sim::visit(copy, writer);
  return writer.object_;
}

}  // namespace pve_accept
