#include "support/record/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/base/error.h"
#include "support/base/file.h"
#include "support/record/document.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

constexpr int kSchema = 1;

Json stage_to_json(const StageResult& stage) {
  return {{"outcome", to_string(stage.outcome)},
          {"message", stage.message},
          {"started", stage.started},
          {"duration_s", stage.duration_s}};
}

StageResult stage_from_json(const JsonCursor& place) {
  StageResult stage{.message = place.at("message").string(),
                    .started = place.at("started").string(),
                    .duration_s = place.at("duration_s").number()};
  const std::string outcome = place.at("outcome").string();
  if (outcome != "pass" && outcome != "error") {
    place.at("outcome").fail(fmt::format("expected pass or error, found \"{}\"", outcome));
  }
  stage.outcome = outcome == "pass" ? Outcome::kPass : Outcome::kError;
  return stage;
}

// Throws InputError at the first thing that is not as a record has it.
void check_shape(const JsonCursor& record) {
  if (record.at("schema").integer() != kSchema) {
    record.at("schema").fail(fmt::format("expected {}: another version wrote this", kSchema));
  }
  record.at("run").at("id").string();
  for (const char* key : {"node", "guests", "baseline", "measurements"}) {
    record.at(key).members();
  }
  for (const auto& [guest, windows] : record.at("measurements").members()) {
    for (const auto& [window, measurement] : windows.members()) measurement.members();
  }
  if (const auto stages = record.find("stages")) {
    for (const auto& [name, stage] : stages->members()) stage_from_json(stage);
  }
  for (const JsonCursor& entry : record.at("claims").elements()) claim_result_from_json(entry);
}

bool is_case(const Json& entry, std::string_view id, std::optional<GuestKind> guest) {
  return entry.at("id") == id &&
         entry.at("guest") == (guest ? Json(to_string(*guest)) : Json(nullptr));
}

Json null_if_empty(const Json& object) { return object.empty() ? Json(nullptr) : object; }

}  // namespace

RunRecord::RunRecord(std::string_view run_id, std::string_view started,
                     std::string_view suite_version)
    : document_({{"schema", kSchema},
                 {"run", {{"id", run_id}, {"started", started}, {"suite_version", suite_version}}},
                 {"node", Json::object()},
                 {"guests", Json::object()},
                 {"baseline", Json::object()},
                 {"measurements", Json::object()},
                 {"stages", Json::object()},
                 {"claims", Json::array()}}) {}

RunRecord RunRecord::from_json(Json document, const std::string& source) {
  try {
    check_shape(JsonCursor(document, source));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: this is no run record, or it is damaged", error.what()));
  }
  return RunRecord(std::move(document));
}

fs::path RunRecord::file_in(const fs::path& run_directory) { return run_directory / "record.json"; }

RunRecord RunRecord::load(const fs::path& run_directory) {
  const fs::path file = file_in(run_directory);
  return from_json(read_document(file), file.string());
}

void RunRecord::save(const fs::path& run_directory) const {
  // Output of foreign tools may hold bytes that are no UTF-8; JSON can not.
  const std::string text = document_.dump(2, ' ', false, Json::error_handler_t::replace);
  write_file_atomically(file_in(run_directory), text + "\n");
}

void RunRecord::update(const fs::path& run_directory,
                       const std::function<void(RunRecord&)>& change) {
  if (!fs::is_directory(run_directory)) {
    throw InputError(fmt::format("{}: no such run directory", run_directory.string()));
  }
  const FileLock lock(run_directory / ".record.lock");
  RunRecord record = load(run_directory);
  change(record);
  record.save(run_directory);
}

std::string RunRecord::run_id() const { return document_.at("run").at("id").get<std::string>(); }

void RunRecord::put_claim(const ClaimResult& result) {
  Json& claims = document_.at("claims");
  const auto same = std::find_if(claims.begin(), claims.end(), [&](const Json& entry) {
    return is_case(entry, result.id, result.guest);
  });
  if (same == claims.end()) {
    claims.push_back(to_json(result));
  } else {
    *same = to_json(result);
  }
}

std::vector<ClaimResult> RunRecord::claims() const {
  std::vector<ClaimResult> results;
  for (const JsonCursor& entry : JsonCursor(document_, "run record").at("claims").elements()) {
    results.push_back(claim_result_from_json(entry));
  }
  return results;
}

std::optional<ClaimResult> RunRecord::claim(std::string_view id,
                                            std::optional<GuestKind> guest) const {
  for (ClaimResult& result : claims()) {
    if (result.id == id && result.guest == guest) return std::move(result);
  }
  return std::nullopt;
}

void RunRecord::put_stage(const std::string& name, const StageResult& result) {
  document_["stages"][name] = stage_to_json(result);
}

std::map<std::string, StageResult> RunRecord::stages() const {
  std::map<std::string, StageResult> stages;
  const auto recorded = JsonCursor(document_, "run record").find("stages");
  if (!recorded) return stages;
  for (const auto& [name, place] : recorded->members()) {
    stages.emplace(name, stage_from_json(place));
  }
  return stages;
}

std::optional<StageResult> RunRecord::stage(const std::string& name) const {
  const auto all = stages();
  const auto found = all.find(name);
  if (found == all.end()) return std::nullopt;
  return found->second;
}

void RunRecord::put_measurement(GuestKind guest, const std::string& window, Json measurement) {
  document_.at("measurements")[std::string(to_string(guest))][window] = std::move(measurement);
}

Json RunRecord::measurement(GuestKind guest, const std::string& window) const {
  const Json windows =
      document_.at("measurements").value(std::string(to_string(guest)), Json::object());
  return null_if_empty(windows.value(window, Json::object()));
}

void RunRecord::put_baseline(Json measurement) {
  document_.at("baseline") = std::move(measurement);
}

Json RunRecord::baseline() const { return null_if_empty(document_.at("baseline")); }

int RunRecord::exit_status() const {
  const auto judged = claims();
  const int status = pve_accept::exit_status(judged);
  const auto all = stages();
  const bool stage_failed = std::any_of(all.begin(), all.end(), [](const auto& stage) {
    return stage.second.outcome == Outcome::kError;
  });
  return status == 0 && stage_failed ? 2 : status;
}

int exit_status(const std::vector<ClaimResult>& claims) {
  const auto any = [&](Outcome outcome) {
    return std::any_of(claims.begin(), claims.end(),
                       [&](const ClaimResult& claim) { return claim.outcome == outcome; });
  };
  if (any(Outcome::kFail)) return 1;
  return claims.empty() || any(Outcome::kError) ? 2 : 0;
}

}  // namespace pve_accept
