#include "support/record/record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "support/base/embedded.h"
#include "support/base/error.h"
#include "support/base/units.h"
#include "support/record/record_fields.h"

namespace pve_accept {
namespace {

constexpr int kSchema = 1;

std::string joined(const std::vector<std::string>& problems) {
  return fmt::format("{}", fmt::join(problems, "; "));
}

template <class Value>
const Value* find(const std::map<GuestKind, Value>& values, GuestKind kind) {
  const auto found = values.find(kind);
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

void check_fields(const JsonCursor& place, const StageResult& stage) {
  if (stage.outcome == Outcome::kPass || stage.outcome == Outcome::kError) return;
  place.at("outcome").fail(
      fmt::format("expected pass or error, found \"{}\"", to_string(stage.outcome)));
}

void check_fields(const JsonCursor& place, const Record& record) {
  if (record.schema == kSchema) return;
  place.at("schema").fail(fmt::format("expected {}: another version wrote this", kSchema));
}

const Figure& WindowRecord::figure(const std::string& name) const {
  if (!problems.empty()) {
    throw HarnessError(fmt::format("read the figure {}", name), joined(problems));
  }
  const auto found = figures.find(name);
  if (found == figures.end()) {
    throw HarnessError(fmt::format("read the figure {}", name), "the window does not have it");
  }
  return found->second;
}

void WindowRecord::require_whole() const {
  if (broke_off) throw HarnessError("watch the window to its end", joined(problems));
}

void require_no_swapping(const WindowRecord& first, const WindowRecord& second) {
  const Figure swapped = second.figure("swapped_mib") - first.figure("swapped_mib");
  if (swapped.median <= kMaxSwapGrowthMib) return;
  throw HarnessError(
      "compare the RAM in use",
      fmt::format("{:.0f} MiB more are in the swap than in the window before", swapped.median));
}

const PgbenchRecord& PgbenchRecord::usable() const {
  if (problem) throw HarnessError("read pgbench's report", *problem);
  return *this;
}

const PgbenchRecord& PgbenchRecord::whole() const {
  if (!usable().aborted.value_or(true) && ran_full_time.value_or(false)) return *this;
  throw HarnessError("read pgbench's report", "the run broke off before its full time");
}

void LoadRecord::require_in_time() const {
  if (late) throw HarnessError("confirm the load", joined(problems));
}

const ClaimResult* Record::claim(std::string_view id, std::optional<GuestKind> guest) const {
  const auto found = std::ranges::find_if(
      claims, [&](const ClaimResult& claim) { return claim.id == id && claim.guest == guest; });
  return found == claims.end() ? nullptr : &*found;
}

const GuestRecord* Record::guest(GuestKind kind) const { return find(guests, kind); }

const IdleRecord* Record::idle(GuestKind kind) const {
  const Measurements* measured = find(measurements, kind);
  return measured != nullptr && measured->idle ? &*measured->idle : nullptr;
}

const LoadRecord* Record::load(GuestKind kind) const {
  const Measurements* measured = find(measurements, kind);
  return measured != nullptr && measured->load ? &*measured->load : nullptr;
}

std::vector<RoundRecord> Record::all_rounds() const {
  std::vector<RoundRecord> all = {{.number = 1, .measurements = measurements, .canary = canary}};
  all.insert(all.end(), rounds.begin(), rounds.end());
  return all;
}

int Record::exit_status() const {
  const int status = pve_accept::exit_status(claims);
  const bool stage_failed = std::ranges::any_of(
      stages, [](const auto& stage) { return stage.second.outcome == Outcome::kError; });
  return status == 0 && stage_failed ? 2 : status;
}

Record parse_record(const Json& document, const std::string& source) {
  try {
    return read_fields<Record>(JsonCursor(document, source));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: this is no run record, or it is damaged", error.what()));
  }
}

Record load_record(const std::filesystem::path& file) {
  return parse_record(read_strict_json(file), file.string());
}

const std::vector<std::string>& provenance_packages() {
  static const std::vector<std::string> names = {
      "pve-manager",   "running kernel", "pve-qemu-kvm", "qemu-server",
      "pve-container", "lxc-pve",        "lxcfs",        "criu"};
  return names;
}

const Record& reference_run() {
  static const Record kSpike = [] {
    constexpr const char* kFile = "fixtures/assets/reference_run.json";
    return parse_record(parse_strict_json(embedded(kFile), kFile), kFile);
  }();
  return kSpike;
}

std::string to_json_text(const Record& record) {
  // Output of foreign tools may hold bytes that are no UTF-8; JSON can not.
  return json_text(write_fields(record), 2) + "\n";
}

int exit_status(const std::vector<ClaimResult>& claims) {
  const auto any_red = [&](Outcome outcome) {
    return std::ranges::any_of(
        claims, [&](const ClaimResult& claim) { return claim.red() && claim.outcome == outcome; });
  };
  if (any_red(Outcome::kFail)) return 1;
  return claims.empty() || any_red(Outcome::kError) ? 2 : 0;
}

}  // namespace pve_accept
