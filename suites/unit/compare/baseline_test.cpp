#include "support/compare/baseline.h"

#include "suites/unit/compare/runs.h"
#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/record/record_testing.h"

namespace pve_accept {
namespace {

const Metric& metric(const char* id) { return *find_metric(id); }

TEST(Figures, AreReadFromEveryRound) {
  const Baseline run = runs_with({{.lxc_tps = {2200, 2210, 2190}, .vm_tps = {1800, 1810}}});
  EXPECT_THAT(run.figures(metric("throughput"), kLxc), ElementsAre(ElementsAre(2200, 2210, 2190)));
  EXPECT_THAT(run.figures(metric("throughput"), kVm), ElementsAre(ElementsAre(1800, 1810)));
  EXPECT_THAT(run.figures(metric("memory-idle"), kLxc), ElementsAre(ElementsAre(211, 211, 211)));
  EXPECT_THAT(run.figures(metric("ready"), kVm), ElementsAre(ElementsAre(70)));  // once a run
  EXPECT_EQ(made_of(run), "1 run, 1 boot, 3 rounds");
}

TEST(Figures, OfAWindowThatIsNotUsableAreNoData) {
  Record record = record_with({});
  record.measurements[kLxc].idle->problems = {"measurement not usable: KSM moved"};
  const Baseline run = one_run(record);
  EXPECT_THAT(run.figures(metric("memory-idle"), kLxc), IsEmpty());
  EXPECT_THAT(run.missing(metric("memory-idle"), kLxc), HasSubstr("KSM moved"));
  EXPECT_THAT(run.figures(metric("throughput"), kLxc), Not(IsEmpty()));
}

TEST(Figures, OfALoadThatBrokeOffOrCameLateAreNoData) {
  Record record = record_with({});
  record.measurements[kLxc].load->pgbench.ran_full_time = false;
  record.measurements[kVm].load->late = true;
  const Baseline run = one_run(record);
  EXPECT_THAT(run.figures(metric("throughput"), kLxc), IsEmpty());
  EXPECT_THAT(run.figures(metric("throughput"), kVm), IsEmpty());
  EXPECT_THAT(run.figures(metric("disk-used"), kVm), IsEmpty());
}

TEST(Figures, OfRamThatWasSwappedOutAreNoData) {
  Record record = record_with({});
  record.measurements[kLxc].idle->figures["swapped_mib"].median = 300;
  EXPECT_THAT(one_run(record).missing(metric("memory-idle"), kLxc), HasSubstr("swap"));
}

TEST(Figures, ThatAreNotAboveZeroHaveNoRatio) {
  Record record = record_with({});
  record.measurements[kLxc].load->pgbench.tps = 0;
  EXPECT_THAT(one_run(record).figures(metric("throughput"), kLxc), IsEmpty());
}

// ---- the file -----------------------------------------------------------------------------------

Baseline written_and_read(const Baseline& baseline) {
  return parse_baseline(parse_strict_json(to_json_text(baseline), "b.json"), "b.json");
}

TEST(BaselineFile, IsReadAsItWasWritten) {
  Record lacking = record_with({.id = "run-9", .boot = "boot-3"});
  lacking.measurements[kLxc].idle->problems = {"too noisy"};
  auto runs = five_runs();
  const Baseline baseline = together({runs_with(runs), one_run(lacking)});
  const Baseline read = written_and_read(baseline);
  EXPECT_EQ(to_json_text(read), to_json_text(baseline));
  EXPECT_EQ(made_of(read), "6 runs, 3 boots, 11 rounds");
  EXPECT_EQ(read.figures(metric("throughput"), kLxc), baseline.figures(metric("throughput"), kLxc));
  EXPECT_THAT(read.missing(metric("memory-idle"), kLxc), HasSubstr("too noisy"));
  EXPECT_EQ(read.node.packages.at("pve-manager"), "9.2.2");
  EXPECT_TRUE(looks_like_baseline(parse_json(to_json_text(baseline))));
}

TEST(BaselineFile, HasNothingOfTheMomentInIt) {
  EXPECT_THAT(to_json_text(runs_with(five_runs())),
              AllOf(Not(HasSubstr("ssh-ed25519")), Not(HasSubstr("192.168"))));
}

struct BadBaseline {
  const char* patch;
  const char* complaint;
};

class BaselineFiles : public testing::TestWithParam<BadBaseline> {};

TEST_P(BaselineFiles, ThatAreWrongAreRefusedInOneLineWithTheRemedy) {
  Json document = parse_json(to_json_text(runs_with(five_runs())));
  document.merge_patch(parse_json(GetParam().patch));
  const std::string complaint = message_of<InputError>([&] { parse_baseline(document, "b.json"); });
  EXPECT_THAT(complaint, AllOf(HasSubstr("b.json: "), HasSubstr(GetParam().complaint),
                               HasSubstr("pve-accept adopt RUN"), Not(HasSubstr("\n"))));
}

INSTANTIATE_TEST_SUITE_P(
    , BaselineFiles,
    testing::Values(
        BadBaseline{R"({"schema": 2})", "schema: expected 1, found 2"},
        BadBaseline{R"({"schema": null})", "'schema' is missing"},
        BadBaseline{R"({"runs": null})", "'runs' is missing"},
        BadBaseline{R"({"runs": []})", "runs: expected at least one run"},
        BadBaseline{R"({"node": {"kernel": 7}})", "node/kernel: expected a string"},
        BadBaseline{R"({"spread": 3})", "spread: unknown key"},
        BadBaseline{R"({"runs": [{"id": "a", "started": "", "figures": {"tps": {}}}]})",
                    "no metric has that id"},
        BadBaseline{R"({"runs": [{"id": "a", "started": "", "figures": {"ready": {"node": []}}}]})",
                    "runs/0/figures/ready/node: the metric is not measured of that"},
        BadBaseline{R"({"runs": [{"id": "a", "started": "",
                                  "figures": {"ready": {"lxc": ["12"]}}}]})",
                    "runs/0/figures/ready/lxc/0: expected a number"}),
    [](const auto& test) { return fmt::format("{}", test.index); });

TEST(BaselineFile, IsToldFromARecord) {
  EXPECT_FALSE(looks_like_baseline(parse_json(to_json_text(record_with({})))));
}

// ---- runs together ------------------------------------------------------------------------------

TEST(Together, AreInTheOrderOfTheirTime) {
  const Baseline all =
      together({one_run(record_with({.id = "run-2"})), one_run(record_with({.id = "run-1"}))});
  EXPECT_EQ(all.runs[0].id, "run-1");
  EXPECT_EQ(all.runs[1].id, "run-2");
}

TEST(Together, AreRunsOfOneKindAndNode) {
  Record simulated = record_with({.id = "run-2"});
  simulated.node.kind = "sim";
  EXPECT_THAT(message_of<InputError>([&] {
                together({one_run(record_with({})), one_run(simulated)});
              }),
              HasSubstr("a model's figures say nothing of hardware"));
  Record elsewhere = record_with({.id = "run-2"});
  elsewhere.node.host = "pve2";
  EXPECT_THAT(message_of<InputError>([&] {
                together({one_run(record_with({})), one_run(elsewhere)});
              }),
              HasSubstr("run run-1 does not belong with the others: node: pve1 before, pve2 now"));
  EXPECT_THAT(message_of<InputError>([&] {
                together({one_run(record_with({})), one_run(record_with({}))});
              }),
              HasSubstr("run run-1 is there twice"));
  EXPECT_THAT(message_of<InputError>([] { together({}); }), HasSubstr("not a single run"));
}

TEST(Adopting, RefusesWhatSaysNothing) {
  Record pending = record_with({});
  pending.node.pending_kernel = "7.0.6-2-pve";
  EXPECT_THAT(message_of<InputError>([&] { require_adoptable(one_run(pending)); }),
              AllOf(HasSubstr("a reboot was pending (7.0.6-2-pve"), HasSubstr("reboot the node")));
  Record empty = record_with({});
  empty.baseline.reset();
  empty.measurements.clear();
  empty.guests.clear();
  EXPECT_THAT(message_of<InputError>([&] { require_adoptable(one_run(empty)); }),
              HasSubstr("not a single usable figure"));
  require_adoptable(runs_with(five_runs()));
}

TEST(Adopting, WarnsOfOneBootAndOfFewRuns) {
  auto runs = five_runs();
  EXPECT_THAT(warnings(runs_with(runs)), IsEmpty());
  for (RunMade& run : runs) run.boot = "boot-1";
  EXPECT_THAT(warnings(runs_with(runs)), ElementsAre(HasSubstr("all runs share one boot")));
  runs.pop_back();
  EXPECT_THAT(warnings(runs_with(runs)),
              ElementsAre(HasSubstr("4 runs: with fewer than 5"), HasSubstr("share one boot")));
  Record old = record_with({});
  old.node.boot_id.reset();
  EXPECT_THAT(warnings(one_run(old)),
              ElementsAre(HasSubstr("1 run:"), HasSubstr("boot on record")));
}

TEST(BaselineOfANode, IsRefusedForAnother) {
  const Baseline baseline = runs_with(five_runs());
  require_of_node(baseline, "b.json", false, "pve1");
  EXPECT_THAT(message_of<InputError>([&] { require_of_node(baseline, "b.json", false, "pve2"); }),
              AllOf(HasSubstr("b.json: it is of node pve1, and the run is of pve2"),
                    HasSubstr("pve-accept adopt RUN")));
  EXPECT_THAT(message_of<InputError>([&] { require_of_node(baseline, "b.json", true, "sim"); }),
              HasSubstr("b.json: it is of a real node, and the run is of a simulated one"));
}

TEST(BaselineOfANode, UnderAnotherNameIsToldByTheHostKey) {
  Baseline baseline = runs_with(five_runs());
  baseline.node.host_key = "ssh-ed25519 AAAA1";
  require_of_node(baseline, "b.json", false, "10.0.0.5");  // not known yet
  EXPECT_THAT(
      message_of<InputError>([&] { require_of_node(baseline, "b.json", true, "10.0.0.5"); }),
      HasSubstr("simulated"));
  NodeRecord node = baseline.node;
  node.name = "10.0.0.5";
  require_of_node(baseline, "b.json", node);
  node.host_key = "ssh-ed25519 AAAA2";
  EXPECT_THAT(message_of<InputError>([&] { require_of_node(baseline, "b.json", node); }),
              HasSubstr("b.json: it is of node pve1, and the run is of 10.0.0.5"));
  node.host_key.reset();
  EXPECT_THAT(message_of<InputError>([&] { require_of_node(baseline, "b.json", node); }),
              HasSubstr("it is of node pve1"))
      << "no key is no proof";
  node.name = "pve1";
  require_of_node(baseline, "b.json", node);
  node.kind = "sim";
  EXPECT_THAT(message_of<InputError>([&] { require_of_node(baseline, "b.json", node); }),
              HasSubstr("it is of a real node"));
}

// ---- what has to be the same --------------------------------------------------------------------

struct WhatDiffers {
  const char* name;
  void (*change)(Record&);
  const char* text;
};

class Comparability : public testing::TestWithParam<WhatDiffers> {};

TEST_P(Comparability, IsLostBy) {
  Record other = record_with({.id = "run-2"});
  GetParam().change(other);
  EXPECT_THAT(differences_that_matter(one_run(record_with({})), one_run(other)),
              ElementsAre(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    , Comparability,
    testing::Values(
        WhatDiffers{"Node", [](Record& run) { run.node.host = "pve2"; },
                    "node: pve1 before, pve2 now"},
        WhatDiffers{"Cpu", [](Record& run) { run.node.cpu->model = "EPYC"; },
                    "CPU: N100, 4 CPUs before, EPYC, 4 CPUs now"},
        WhatDiffers{"Cpus", [](Record& run) { run.node.cpu->cpus = 8; },
                    "CPU: N100, 4 CPUs before, N100, 8 CPUs now"},
        WhatDiffers{"Memory", [](Record& run) { run.node.memory_mib = 31900; },
                    "memory: 15771 MiB before, 31900 MiB now"},
        WhatDiffers{"Hypervisor", [](Record& run) { run.node.hypervisor = "kvm"; },
                    "hypervisor of the node: none (hardware) before, kvm now"},
        WhatDiffers{"Storage", [](Record& run) { run.node.storage->type = "zfspool"; },
                    "storage: local-lvm (lvmthin) before, local-lvm (zfspool) now"},
        WhatDiffers{"Governor", [](Record& run) { run.node.cpu->governor = "performance"; },
                    "CPU governor: powersave before, performance now"},
        WhatDiffers{"Ksm", [](Record& run) { run.node.ksm = "running"; },
                    "KSM: off before, running now"},
        WhatDiffers{"Guest", [](Record& run) { run.guests[kVm].spec->cores = 4; },
                    "vm: 2 cores, 2048 MiB, 10 GiB before, 4 cores, 2048 MiB, 10 GiB now"},
        WhatDiffers{"Load", [](Record& run) { run.measurements[kLxc].load->pgbench.clients = 8; },
                    "load of the lxc: pgbench scale 10, 4 clients, 60 s before, pgbench scale 10, "
                    "8 clients, 60 s now"},
        WhatDiffers{"Reboot", [](Record& run) { run.node.pending_kernel = "7.0.6-2-pve"; },
                    "reboot pending now: in run run-2 kernel 7.0.6-2-pve was installed and did not "
                    "run"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ComparabilityOfTwoRuns, IsNotLostByWhatAnUpgradeChanges) {
  Record upgraded = record_with({.id = "run-2", .boot = "boot-2"});
  upgraded.node.kernel = "7.0.6-2-pve";
  upgraded.node.packages["pve-manager"] = "9.2.4";
  upgraded.node.memory_mib = 15744;  // the new kernel keeps more of it for itself
  EXPECT_THAT(differences_that_matter(one_run(record_with({})), one_run(upgraded)), IsEmpty());
}

TEST(ComparabilityOfTwoRuns, IsNotLostByAnotherNameOfTheSameNode) {
  Record before = record_with({}), renamed = record_with({.id = "run-2"});
  before.node.host_key = renamed.node.host_key = "ssh-ed25519 AAAA1";
  renamed.node.host = "pve-east";
  EXPECT_THAT(differences_that_matter(one_run(before), one_run(renamed)), IsEmpty());
  renamed.node.host_key = "ssh-ed25519 AAAA2";
  EXPECT_THAT(differences_that_matter(one_run(before), one_run(renamed)),
              ElementsAre("node: pve1 before, pve-east now"));
}

TEST(ComparabilityOfTwoRuns, IsNotLostByWhatIsNotOnRecord) {
  Record older = record_with({});
  older.node.cpu->governor = Fact<std::string>::unread("I/O error");
  older.guests[kVm].spec.reset();
  older.node.storage.reset();
  EXPECT_THAT(differences_that_matter(one_run(older), one_run(record_with({}))), IsEmpty());
}

}  // namespace
}  // namespace pve_accept
