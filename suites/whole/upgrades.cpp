#include "suites/whole/upgrades.h"

#include <fmt/format.h>

#include "suites/whole/expectation.h"
#include "support/base/file.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;

// Another kernel, LXC and, in the guests, Docker with runc; `breaks` are faults that come with it.
Json upgrade_that(const Texts& breaks) {
  const Json docker = {{"version", "29.6.1"}, {"containerd", "2.2.5"}, {"runc", "1.3.6"}};
  const Json node = {{"kernel", "7.0.10-1-pve"}, {"packages", {{"lxc-pve", "7.0.1-1"}}}};
  const Json model = {{"node", node}, {"lxc", {{"docker", docker}}}, {"vm", {{"docker", docker}}}};
  return {{"upgrade", {{"model", model}, {"faults", breaks}}}};
}

Texts missing_in_findings(const fs::path& directory, const Texts& wanted) {
  const std::string findings = read_file(directory / "findings.md");
  Texts missing;
  for (const std::string& text : wanted) {
    if (!text::contains(findings, text)) missing.push_back("findings.md does not say: " + text);
  }
  return missing;
}

WholeRun check(const std::string& name, const Texts& breaks, const RedSet& red, const Texts& said) {
  return {.name = name,
          .scenario = upgrade_that(breaks),
          .complaints =
              [=](const Record& record, const fs::path& directory) {
                Texts complaints = differences(red, observed(record));
                for (std::string& one : missing_in_findings(directory, said)) {
                  complaints.push_back(std::move(one));
                }
                return complaints;
              },
          .upgrades = true};
}

}  // namespace

std::vector<WholeRun> upgrade_checks() {
  using enum Outcome;
  const Texts changes = {"| running kernel | 7.0.2-6-pve | 7.0.10-1-pve |",
                         "| lxc-pve | 7.0.0-2 | 7.0.1-1 |", "| runc (vm) | 1.3.5 | 1.3.6 |"};
  return {
      check("nothing-broken", {}, {}, changes),
      check("socket-denied-after-dockers-restart", {"survivor.refreshed-unix-socket.denied@lxc"},
            {{"survivor.refreshed-unix-socket/lxc", kFail},
             {"survivor.refreshed-stack-returns/lxc", kFail},
             {"survivor.refreshed-rows/lxc", kError}},
            changes),
      check("docker-broken-by-its-own-upgrade",
            {"survivor.refreshed-stack-returns.daemon-dead@lxc"},
            {{"survivor.refreshed-stack-returns/lxc", kFail},
             {"survivor.refreshed-http-200/lxc", kFail},
             {"survivor.refreshed-rows/lxc", kError},
             {"survivor.refreshed-unix-socket/lxc", kFail},
             {"survivor.refreshed-new-container/lxc", kFail}},
            changes)};
}

}  // namespace pve_accept
