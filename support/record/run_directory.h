#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/base/file.h"
#include "support/record/record_fields.h"

namespace pve_accept {

// The directory of a run. What the run has seen so far stands in files under parts/: each fact has
// one writer, so each part is replaced whole, with no lock, and whoever needs a fact reads that
// part alone. record.json is assembled from them.
class RunDirectory {
 public:
  // A part: where it stands, and the struct whose fields it has.
  template <class T>
  struct Part {
    std::string name;
  };

  static Part<RunInfo> run() { return {"run"}; }
  static Part<NodeRecord> node() { return {"node"}; }  // but for `before`
  static Part<NodeState> before() { return {"before"}; }
  static Part<GuestRecord> guest(GuestKind kind) { return {of("guest", kind)}; }
  static Part<WindowRecord> baseline() { return {"baseline"}; }
  // Of a round; what is of a later one than the first stands in a folder of its own.
  static Part<IdleRecord> idle(GuestKind kind, int round = 1) {
    return {in_round(round, of("idle", kind))};
  }
  static Part<LoadRecord> load(GuestKind kind, int round = 1) {
    return {in_round(round, of("load", kind))};
  }
  static Part<CanaryRecord> canary(int round) { return {in_round(round, "canary")}; }
  static Part<UpgradeRecord> upgrade() { return {"upgrade"}; }
  static Part<SurvivorRecord> survivor(GuestKind kind) { return {of("survivor", kind)}; }
  static Part<TeardownRecord> teardown() { return {"teardown"}; }
  static Part<StageResult> stage(const std::string& name) { return {"stages/" + encoded(name)}; }
  static Part<ClaimResult> claim(std::string_view id, std::optional<GuestKind> guest);

  // What the report adds when a run has ended.
  struct Ending {
    std::string finished = {};
    std::vector<std::string> unknown_commands = {};
  };
  static Part<Ending> ending() { return {"ending"}; }

  // What is known of a run before it has begun.
  struct Announcement {
    std::string kind = {};  // of the node, and its name, as in NodeRecord
    std::string name = {};
    std::optional<std::vector<std::string>> selected = {};  // cases; empty: it is not known which
    bool baseline = false;                                  // whether it is to be compared with one
    std::string preflight = kDidNotReport;
  };
  static Part<Announcement> announcement() { return {"announcement"}; }

  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path record_file() const { return path_ / "record.json"; }

  bool has_parts() const { return std::filesystem::exists(file_of(run().name)); }
  void forget_parts() const { std::filesystem::remove_all(parts()); }

  // From here on until that run begins, what else is in the directory is an earlier one's.
  void announce(const Announcement& announcement) const;
  std::optional<Announcement> announced() const;
  // The run that was announced has begun: its announcement is one of its parts now.
  void begin_announced() const;

  // Replaces the part. Throws HarnessError when it cannot be written.
  template <class T>
  void put(const Part<T>& part, const T& value) const {
    write(part.name, write_fields(value));
  }

  // The part, if it was written. Throws InputError when it is damaged.
  template <class T>
  std::optional<T> get(const Part<T>& part) const {
    const auto file = file_of(part.name);
    if (!std::filesystem::exists(file)) return std::nullopt;
    const Json document = read_strict_json(file);
    return read_fields<T>(JsonCursor(document, file.string()));
  }

  // The same, or HarnessError that says that nothing of it is on record.
  template <class T>
  T need(const Part<T>& part) const {
    auto value = get(part);
    if (!value) not_on_record(part.name);
    return *std::move(value);
  }

  // The raw samples of a window, a line each, beside its part.
  template <class T>
  void put_samples(const Part<T>& part, const std::vector<std::string>& lines) const {
    write_samples(part.name, lines);
  }

  // All parts together, without cases that were not judged. Throws InputError when one is damaged.
  Record assemble() const;

  // Writes record.json.
  void save(const Record& record) const {
    write_file_atomically(record_file(), to_json_text(record));
  }

 private:
  static std::string of(const char* what, GuestKind kind);
  static std::string in_round(int round, std::string name);
  static std::string encoded(std::string name);  // "idle/lxc" is "idle@lxc" in a file's name

  std::filesystem::path parts() const { return path_ / "parts"; }
  std::filesystem::path announcement_file() const { return path_ / "announcement.json"; }
  std::filesystem::path file_of(const std::string& name) const;
  void write(const std::string& name, const Json& document) const;
  void write_samples(const std::string& name, const std::vector<std::string>& lines) const;
  std::vector<int> later_rounds() const;  // that have anything on record
  std::vector<Json> samples_of(const std::string& name) const;
  [[noreturn]] static void not_on_record(const std::string& name);

  std::filesystem::path path_;
};

template <class Fields>
void visit(RunDirectory::Announcement& announcement, Fields& fields);

template <class Fields>
void visit(RunDirectory::Ending& ending, Fields& fields);

}  // namespace pve_accept
