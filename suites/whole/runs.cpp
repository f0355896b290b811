#include "suites/whole/runs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "suites/whole/jobs.h"
#include "support/base/error.h"
#include "support/base/file.h"
#include "support/base/text.h"
#include "support/compare/baseline.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSaid = "said";
constexpr const char* kExitStatus = "exit";

void redirect_output(const fs::path& file) {
  const int target = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (target < 0) throw HarnessError("write " + file.string(), "it cannot be opened");
  ::dup2(target, STDOUT_FILENO);
  ::dup2(target, STDERR_FILENO);
  ::close(target);
}

// A tmpfs of that size that nobody else sees, until this process ends.
void mount_small_disk(const fs::path& place, int kib) {
  fs::create_directories(place);
  const std::string size = fmt::format("size={}k", kib);
  const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount("none", place.c_str(), "tmpfs", 0, size.c_str()) == 0;
  if (!mounted) throw std::system_error(errno, std::generic_category(), "mount a small disk");
}

// The run directory there, with its simulated node in `directory`.
fs::path on_small_disk(const fs::path& directory, int kib) {
  const fs::path place = directory / "disk";
  mount_small_disk(place, kib);
  fs::create_directories(directory / "sim");
  fs::create_directory_symlink(directory / "sim", place / "sim");
  return place;
}

std::vector<std::string> complaints_of(const WholeRun& run, const fs::path& directory) {
  try {
    const fs::path file = directory / "record.json";
    const bool no_room = run.disk_kib && !fs::exists(file);
    return run.complaints(no_room ? Record{} : load_record(file), directory);
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

}  // namespace

int exit_status_of(const fs::path& directory) {
  const auto status = text::to_whole(read_file(directory / kExitStatus));
  if (!status) throw HarnessError("see how the run ended", "it left no exit status");
  return static_cast<int>(*status);
}

std::string said_by(const fs::path& directory) { return read_file(directory / kSaid); }

bool may_have_small_disks() {
  const TemporaryDirectory place;
  bool may = false;
  const auto try_it = [&](std::size_t) {
    mount_small_disk(place.path() / "disk", 64);
    write_file_atomically(place.path() / "mounted", "");
  };
  in_processes(1, 1, try_it, [&](std::size_t) { may = fs::exists(place.path() / "mounted"); });
  return may;
}

Json quiet_lab() {
  const Json little = {{"tps_percent", 0.1}, {"cpu_percent", 0.1}, {"ram_mib", 0.5}};
  return {{"model", {{"variation", {{"boot", little}, {"run", little}, {"round", little}}}}}};
}

WholeRuns::WholeRuns()
    : at_once(static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))) {}

void WholeRuns::make_one(const WholeRun& run, const fs::path& directory) const {
  fs::create_directories(directory);
  redirect_output(directory / kSaid);
  const fs::path place = run.disk_kib ? on_small_disk(directory, *run.disk_kib) : directory;
  const int status = run.upgrade ? run_upgrade_check(place, run.scenario, *run.upgrade)
                                 : run_suite(place, run.scenario,
                                             {run.baseline, run.rounds, run.with_claims, run.lab});
  if (place != directory) {  // which is gone with this process
    fs::remove(place / "sim");
    fs::copy(place, directory, fs::copy_options::recursive);
  }
  write_file_atomically(directory / kExitStatus, std::to_string(status));
  if (run.afterwards) run.afterwards(directory);
}

void WholeRuns::keep(const fs::path& directory, const std::string& name) const {
  fs::create_directories(kept);
  fs::remove_all(kept / name);
  fs::copy(directory, kept / name, fs::copy_options::recursive);
}

int WholeRuns::make(const std::vector<WholeRun>& runs) {
  const auto begin = std::chrono::steady_clock::now();
  int wrong = 0;
  const auto directory = [&](std::size_t i) { return place_.path() / std::to_string(i); };
  in_processes(
      runs.size(), at_once, [&](std::size_t i) { make_one(runs[i], directory(i)); },
      [&](std::size_t i) {
        const auto complaints = complaints_of(runs[i], directory(i));
        if (!complaints.empty()) {
          ++wrong;
          fmt::print("WRONG {}\n  {}\n", runs[i].name, fmt::join(complaints, "\n  "));
          if (!kept.empty()) keep(directory(i), runs[i].name);
        }
        fs::remove_all(directory(i));
      });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print("{} runs, {} wrong, {:.0f} s\n", runs.size(), wrong, took.count());
  return wrong;
}

fs::path WholeRuns::make_baseline(int runs) {
  std::vector<WholeRun> healthy;
  std::vector<Baseline> parts;
  for (int i = 0; i < runs; ++i) {
    healthy.push_back({.name = fmt::format("baseline-{}", i + 1),
                       .scenario = quiet_lab(),
                       .complaints = [&](const Record& record, const fs::path& /*directory*/) {
                         parts.push_back(one_run(record));
                         return std::vector<std::string>{};
                       }});
    healthy.back().scenario["model"]["boot"] = i + 2;
  }
  if (make(healthy) > 0) throw HarnessError("make a baseline", "a run without a fault ended wrong");
  const fs::path file = place_.path() / "baseline.json";
  write_file_atomically(file, to_json_text(together(std::move(parts))));
  return file;
}

}  // namespace pve_accept
