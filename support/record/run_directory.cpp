#include "support/record/run_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/error.h"
#include "support/base/text.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoundFolder = "round-";

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".json" && !entry.path().filename().string().starts_with('.')) {
      files.push_back(entry.path());
    }
  }
  return files;
}

}  // namespace

RunDirectory::Part<ClaimResult> RunDirectory::claim(std::string_view id,
                                                    std::optional<GuestKind> guest) {
  return {"claims/" + encoded(case_name(id, guest))};
}

std::string RunDirectory::of(const char* what, GuestKind kind) {
  return fmt::format("{}@{}", what, to_string(kind));
}

std::string RunDirectory::in_round(int round, std::string name) {
  return round == 1 ? name : fmt::format("{}{}/{}", kRoundFolder, round, name);
}

std::vector<int> RunDirectory::later_rounds() const {
  std::vector<int> rounds;
  if (!fs::exists(parts())) return rounds;
  for (const auto& entry : fs::directory_iterator(parts())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kRoundFolder)) continue;
    if (const auto number = text::to_whole(name.substr(kRoundFolder.size()))) {
      rounds.push_back(static_cast<int>(*number));
    }
  }
  std::ranges::sort(rounds);
  return rounds;
}

std::string RunDirectory::encoded(std::string name) {
  std::ranges::replace(name, '/', '@');
  return name;
}

fs::path RunDirectory::file_of(const std::string& name) const { return parts() / (name + ".json"); }

void RunDirectory::write(const std::string& name, const Json& document) const {
  const fs::path file = file_of(name);
  fs::create_directories(file.parent_path());
  // Output of foreign tools may hold bytes that are no UTF-8; JSON can not.
  write_file_atomically(file, json_text(document, 1) + "\n");
}

void RunDirectory::write_samples(const std::string& name,
                                 const std::vector<std::string>& lines) const {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  const fs::path file = parts() / (name + ".samples");
  fs::create_directories(file.parent_path());
  write_file_atomically(file, text);
}

std::vector<Json> RunDirectory::samples_of(const std::string& name) const {
  const fs::path file = parts() / (name + ".samples");
  std::vector<Json> samples;
  if (!fs::exists(file)) return samples;
  const std::string text = read_file(file);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    samples.push_back(parse_strict_json(text.substr(from, end - from), file.string()));
    from = end + 1;
  }
  return samples;
}

void RunDirectory::announce(const Announcement& announcement) const {
  write_file_atomically(announcement_file(), json_text(write_fields(announcement), 1) + "\n");
}

std::optional<RunDirectory::Announcement> RunDirectory::announced() const {
  if (!fs::exists(announcement_file())) return std::nullopt;
  const Json document = read_strict_json(announcement_file());
  return read_fields<Announcement>(JsonCursor(document, announcement_file().string()));
}

void RunDirectory::begin_announced() const {
  if (fs::exists(announcement_file())) {
    fs::rename(announcement_file(), file_of(announcement().name));
  }
}

void RunDirectory::not_on_record(const std::string& name) {
  throw HarnessError("read the run's record", fmt::format("it has no {}: not done yet", name));
}

Record RunDirectory::assemble() const {
  Record record{.run = need(run()), .node = need(node())};
  record.node.before = get(before());
  const auto with_samples = [&](const auto& part) {
    auto window = get(part);
    if (window) window->samples = samples_of(part.name);
    return window;
  };
  record.baseline = with_samples(baseline());
  for (const GuestKind kind : kGuestKinds) {
    if (auto of_guest = get(guest(kind))) record.guests.emplace(kind, *std::move(of_guest));
    if (auto one = get(survivor(kind))) record.survivors.emplace(kind, *std::move(one));
  }
  const auto measured_in = [&](int round) {
    std::map<GuestKind, Measurements> measurements;
    for (const GuestKind kind : kGuestKinds) {
      Measurements measured{.idle = with_samples(idle(kind, round)),
                            .load = with_samples(load(kind, round))};
      if (measured.idle || measured.load) measurements.emplace(kind, std::move(measured));
    }
    return measurements;
  };
  record.measurements = measured_in(1);
  record.canary = get(canary(1));
  for (const int round : later_rounds()) {
    record.rounds.push_back(
        {.number = round, .measurements = measured_in(round), .canary = get(canary(round))});
  }
  for (const fs::path& file : files_in(parts() / "stages")) {
    std::string name = file.stem().string();
    std::ranges::replace(name, '@', '/');
    record.stages.emplace(name, need(stage(name)));
  }
  for (const ClaimCase& expected : every_case()) {
    if (auto result = get(claim(expected.id, expected.guest))) {
      record.claims.push_back(*std::move(result));
    }
  }
  record.upgrade = get(upgrade());
  record.teardown = get(teardown());
  if (const auto end = get(ending())) {
    record.run.finished = end->finished;
    record.node.unknown_commands = end->unknown_commands;
  }
  return record;
}

template <class Fields>
void visit(RunDirectory::Announcement& announcement, Fields& fields) {
  fields("kind", announcement.kind, required);
  fields("name", announcement.name, required);
  fields("selected", announcement.selected, if_set);
  fields("baseline", announcement.baseline);
  fields("preflight", announcement.preflight);
}

template <class Fields>
void visit(RunDirectory::Ending& ending, Fields& fields) {
  fields("finished", ending.finished, required);
  fields("unknown_commands", ending.unknown_commands);
}

PVE_ACCEPT_COMPILE_FIELDS(RunDirectory::Announcement);
PVE_ACCEPT_COMPILE_FIELDS(RunDirectory::Ending);

}  // namespace pve_accept
