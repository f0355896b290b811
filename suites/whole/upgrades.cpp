#include "suites/whole/upgrades.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "suites/whole/expectation.h"
#include "support/base/file.h"
#include "support/base/text.h"
#include "support/compare/metric.h"
#include "support/record/judge.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;
using enum Outcome;

// Another kernel, LXC and QEMU and, in the guests, Docker with runc, of versions that have the
// known issue with unix sockets; `breaks` are faults that come with it.
Json upgrade_that(const Texts& breaks) {
  const auto guests_with = [](const Json& docker) {
    return Json{{"lxc", {{"docker", docker}}}, {"vm", {{"docker", docker}}}};
  };
  Json model = guests_with({{"version", "29.4.2"}, {"containerd", "2.2.5"}, {"runc", "1.3.6"}});
  model["node"] = {{"kernel", "7.0.10-1-pve"},
                   {"packages", {{"lxc-pve", "7.0.1-1"}, {"qemu-server", "9.2.6"}}}};
  return {{"model", guests_with({{"version", "29.4.0"}})},
          {"upgrade", {{"model", model}, {"faults", breaks}}}};
}

Texts all_changes() {
  return {"| kernel | node | 7.0.2-6-pve | 7.0.10-1-pve |",
          "| lxc-pve | node | 7.0.0-2 | 7.0.1-1 |", "| runc | vm | 1.3.5 | 1.3.6 |",
          "| machine | vm | pc-i440fx-11.0+pve0 | pc-i440fx-11.0+pve2 |"};
}

struct Expected {
  RedSet red = {};
  int exit_status = 0;
  Texts findings = all_changes();  // what findings.md says
  // Where the run is compared with the one before: what keeps each of these claims from a verdict,
  // and as what it counts.
  std::string not_compared = {};
  Outcome compared_as = kError;
};

Texts missing_in_findings(const fs::path& directory, const Texts& wanted) {
  const std::string findings = read_file(directory / "findings.md");
  Texts missing;
  for (const std::string& text : wanted) {
    if (!text::contains(findings, text)) missing.push_back("findings.md does not say: " + text);
  }
  return missing;
}

// The claims that compare say nothing but why.
Texts wrongly_compared(const Record& record, const std::string& why, Outcome outcome) {
  Texts wrong;
  for (const Metric& metric : metrics()) {
    if (!metric.primary()) continue;
    for (const GuestKind kind : kGuestKinds) {
      const ClaimResult* claim = record.claim(claim_of(metric), kind);
      const bool said = claim != nullptr && text::contains(claim->message, why);
      if (said && claim->outcome == outcome) continue;
      wrong.push_back(fmt::format("{} does not say: {}", case_name(claim_of(metric), kind), why));
    }
  }
  return wrong;
}

RedSet without_comparison(RedSet red) {
  std::erase_if(red, [](const auto& one) { return one.first.starts_with("regression."); });
  return red;
}

WholeRun check(const std::string& name, const Json& scenario, const UpgradeCheck& how,
               const Expected& expected) {
  const auto complaints = [=](const Record& record, const fs::path& directory) {
    Texts all = differences(expected.red, without_comparison(observed(record)));
    std::ranges::move(missing_in_findings(directory, expected.findings), std::back_inserter(all));
    if (how.compares) {
      std::ranges::move(wrongly_compared(record, expected.not_compared, expected.compared_as),
                        std::back_inserter(all));
    }
    if (record.exit_status() != expected.exit_status) {
      all.push_back(
          fmt::format("exit status {}, not {}", record.exit_status(), expected.exit_status));
    }
    return all;
  };
  return {.name = name, .scenario = scenario, .complaints = complaints, .upgrade = how};
}

// What Docker's restart breaks: named with the issue, and what changed in the order of suspicion.
Expected broken_socket() {
  Expected expected{.red = {{"survivor.refreshed-unix-socket/lxc", kFail},
                            {"survivor.refreshed-stack-returns/lxc", kFail},
                            {"survivor.refreshed-rows/lxc", kError}},
                    .exit_status = 1};
  std::ranges::copy(
      Texts{
          "matches a known issue: kernels from 6.17 on",
          "`survivor.refreshed-unix-socket/lxc`: held after the node's upgrade, and no more after",
          "1. containerd v2.2.4 → v2.2.5 (lxc)", "2. docker 29.4.0 → 29.4.2 (lxc)",
          "3. runc 1.3.5 → 1.3.6 (lxc)", "4. lxc-pve 7.0.0-2 → 7.0.1-1 (node)",
          "5. kernel 7.0.2-6-pve → 7.0.10-1-pve (node)"},
      std::back_inserter(expected.findings));
  return expected;
}

Expected broken_docker() {
  return {.red = {{"survivor.refreshed-stack-returns/lxc", kFail},
                  {"survivor.refreshed-http-200/lxc", kFail},
                  {"survivor.refreshed-rows/lxc", kError},
                  {"survivor.refreshed-unix-socket/lxc", kFail},
                  {"survivor.refreshed-new-container/lxc", kFail}},
          .exit_status = 1};
}

Expected pending_reboot() {
  return {.red = {{"node.rebooted", kFail}},
          .exit_status = 1,
          .findings = {"reboot pending: kernel 7.0.10-1-pve is installed and 7.0.2-6-pve runs",
                       "The node was not rebooted since."},
          .not_compared = "not comparable: reboot pending now: in run "};
}

// What the new guests show is compared with those of the run before it.
Expected broken_new_guests() {
  Expected expected{.red = {{"docker.storage-driver/lxc", kFail}}, .exit_status = 1};
  expected.findings.emplace_back("`docker.storage-driver/lxc`: held last in run ");
  return expected;
}

}  // namespace

std::vector<WholeRun> upgrade_checks() {
  Json other_cpu = upgrade_that({});
  other_cpu["upgrade"]["model"]["node"]["cpu_model"] = "AMD EPYC 3151";
  return {check("nothing-broken", upgrade_that({}), {.compares = true},
                {.not_compared = "so few tell no change from noise", .compared_as = kSkip}),
          check("socket-denied-after-dockers-restart",
                upgrade_that({"survivor.refreshed-unix-socket.denied@lxc"}), {}, broken_socket()),
          check("docker-broken-by-its-own-upgrade",
                upgrade_that({"survivor.refreshed-stack-returns.daemon-dead@lxc"}), {},
                broken_docker()),
          check("new-guests-broken", upgrade_that({"docker.storage-driver.fuse@lxc"}), {},
                broken_new_guests()),
          check("not-rebooted", upgrade_that({}), {.reboots = false, .compares = true, .rounds = 4},
                pending_reboot()),
          check("other-cpu", other_cpu, {.compares = true, .rounds = 4},
                {.not_compared = "not comparable: CPU: "})};
}

}  // namespace pve_accept
