#include "support/sim/model/scenario.h"

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/parse_json.h"
#include "support/base/error.h"
#include "support/base/file.h"
#include "support/base/temporary_directory.h"
#include "support/sim/model/faults.h"

namespace pve_accept {
namespace {

Scenario parsed(const std::string& text) {
  return parse_scenario(parse_strict_json(text, "s.json"), "s.json");
}

std::string complaint(const std::string& text) {
  return message_of<InputError>([&] { parsed(text); }, "accepted");
}

TEST(SimScenario, DefaultsAreTheSpikes) {
  const Scenario scenario = parsed("{}");
  EXPECT_EQ(scenario.seed, 42U);
  EXPECT_DOUBLE_EQ(scenario.model.node.baseline_ram_mib, 1702);
  EXPECT_DOUBLE_EQ(scenario.model.lxc.idle_ram_mib, 211);
  EXPECT_DOUBLE_EQ(scenario.model.vm.load.tps, 1819.6);
}

TEST(SimScenario, OverridesFiguresByName) {
  const Scenario scenario = parsed(
      R"({"schema":1,"seed":7,"model":{"lxc":{"idle_ram_mib":400,"idle_cpu":{"user":2}},
          "node":{"packages":{"lxcfs":"8"}},
          "guests":[{"vmid":101,"kind":"lxc","name":"theirs","status":"running","tags":"prod"}]}})");
  EXPECT_EQ(scenario.seed, 7U);
  EXPECT_DOUBLE_EQ(scenario.model.lxc.idle_ram_mib, 400);
  EXPECT_DOUBLE_EQ(scenario.model.lxc.idle_cpu.user_percent, 2);
  EXPECT_DOUBLE_EQ(scenario.model.lxc.idle_cpu.system_percent, 0.10);
  EXPECT_EQ(scenario.model.node.packages.at("lxcfs"), "8");
  EXPECT_EQ(scenario.model.node.packages.at("criu"), "4.1.1-1");
  EXPECT_EQ(scenario.model.guests.at(0).name, "theirs");
}

TEST(SimScenario, ReadsEveryAction) {
  const Scenario scenario = parsed(
      R"({"rules":[{"target":"vm","command":"pgbench","stdout":"o","stderr":"e","exit":3,
          "replace":{"pattern":"a+","with":"b"},"delay_s":1.5,"hang":true,"drop_connection":true,
          "drop_connection_after_s":20,"times":2,"skip":1}]})");
  const CommandRule& rule = scenario.rules.at(0);
  EXPECT_EQ(rule.target, "vm");
  EXPECT_EQ(rule.out, "o");
  EXPECT_EQ(rule.err, "e");
  EXPECT_EQ(rule.exit_status, 3);
  EXPECT_EQ(rule.replace.value().with, "b");
  EXPECT_EQ(rule.delay_s.millis, 1500);
  EXPECT_TRUE(rule.hang);
  EXPECT_TRUE(rule.drop_connection);
  EXPECT_EQ(rule.drop_after_s.value().millis, 20'000);
  EXPECT_EQ(rule.times, 2);
  EXPECT_EQ(rule.skip, 1);
}

TEST(SimScenario, SurvivesItsOwnJson) {
  const Scenario scenario = parsed(
      R"({"seed":5,"model":{"vm":{"load":{"tps":900}}},
          "rules":[{"command":"x","exit":1,"delay_s":2,"drop_connection_after_s":3,"times":4}]})");
  const Json written = to_json(scenario);
  EXPECT_EQ(to_json(parse_scenario(written, "again")), written);
}

TEST(SimScenario, NamesFileAndPlaceOfEveryMistake) {
  EXPECT_THAT(complaint(R"({"sede":1})"), AllOf(HasSubstr("s.json"), HasSubstr("sede")));
  EXPECT_THAT(complaint(R"({"schema":2})"), HasSubstr("schema"));
  EXPECT_THAT(complaint(R"({"model":{"lxc":{"idle_ram":1}}})"),
              AllOf(HasSubstr("model/lxc/idle_ram"), HasSubstr("idle_ram_mib")));
  EXPECT_THAT(complaint(R"({"model":{"lxc":{"idle_ram_mib":"x"}}})"),
              AllOf(HasSubstr("model/lxc/idle_ram_mib"), HasSubstr("expected a number")));
  EXPECT_THAT(complaint(R"({"model":{"vm":{"boot_s":-1}}})"),
              AllOf(HasSubstr("model/vm/boot_s"), HasSubstr("negative")));
  EXPECT_THAT(complaint(R"({"model":{"guests":[{"vmid":7,"kind":"lxc","name":"x"}]}})"),
              HasSubstr("model/guests"));
  EXPECT_THAT(complaint(R"({"model":{"volumes":[{"vmid":9000}]}})"),
              HasSubstr("every volume needs a 'name'"));
  EXPECT_THAT(complaint(R"({"rules":[{"command":"(","exit":1}]})"),
              AllOf(HasSubstr("rules/0/command"), HasSubstr("regular expression")));
  EXPECT_THAT(complaint(R"({"rules":[{"exit":1}]})"), HasSubstr("'command' is missing"));
  EXPECT_THAT(complaint(R"({"rules":[{"command":"x","exit":1,"delay_s":-1}]})"),
              HasSubstr("rules/0/delay_s"));
  EXPECT_THAT(complaint(R"({"rules":[{"command":"x","exit":1,"times":-1}]})"),
              HasSubstr("rules/0/times"));
  EXPECT_THAT(complaint(R"({"rules":[{"command":"x","exit":1,"target":"pve"}]})"),
              HasSubstr("rules/0/target"));
  EXPECT_THAT(complaint(R"({"rules":[{"command":"x","times":1}]})"), HasSubstr("does nothing"));
  EXPECT_THAT(complaint(R"({"rules":[{"command":"x","sdtout":""}]})"), HasSubstr("sdtout"));
}

TEST(SimScenario, AnUnreadableFileIsNamed) {
  const TemporaryDirectory directory;
  EXPECT_THROW(load_scenario(directory.path() / "none.json"), InputError);
  write_file_atomically(directory.path() / "bad.json", "{\"seed\": }");
  EXPECT_THAT(message_of<InputError>([&] { load_scenario(directory.path() / "bad.json"); }),
              HasSubstr("bad.json"));
}

TEST(SimFaults, AnUnknownNameSaysWhichAreKnown) {
  const Json document = {{"faults", {"nope@lxc"}}};
  const std::vector<sim::Fault> catalogue = {{.name = "a.b.c", .statement = "", .on = {"lxc"}}};
  EXPECT_THAT(message_of<InputError>([&] { parse_scenario(document, "s.json", &catalogue); }),
              AllOf(HasSubstr("faults/0"), HasSubstr("nope"), HasSubstr("a.b.c")));
}

TEST(SimFaults, AFaultIsAPartOfAScenarioForItsTarget) {
  const Json faults =
      parse_json(R"([{"name": "memory.idle-delta.high", "statement": "it costs more",
      "on": ["lxc", "vm"], "model": {"guest": {"idle_ram_mib": 900}},
      "rules": [{"command": "free", "exit": 1}], "red": {"memory.idle-delta": "FAIL"}}])");
  const auto catalogue = sim::parse_faults(faults, "faults.json");
  const Json document = {{"faults", {"memory.idle-delta.high@lxc"}},
                         {"model", {{"lxc", {{"load_ram_mib", 950}}}}}};
  const Scenario scenario = parse_scenario(document, "s.json", &catalogue);
  EXPECT_DOUBLE_EQ(scenario.model.lxc.idle_ram_mib, 900);
  EXPECT_DOUBLE_EQ(scenario.model.lxc.load_ram_mib, 950);
  EXPECT_DOUBLE_EQ(scenario.model.vm.idle_ram_mib, 2056);
  EXPECT_EQ(scenario.rules.at(0).target, "lxc");
  EXPECT_EQ(scenario.faults.at(0), "memory.idle-delta.high@lxc");
  EXPECT_THROW(parse_scenario({{"faults", {"memory.idle-delta.high@node"}}}, "s", &catalogue),
               InputError);
  EXPECT_THROW(parse_scenario({{"faults", {"memory.idle-delta.high"}}}, "s", &catalogue),
               InputError);
}

TEST(SimFaults, SayWhatDiffersWithTheGuest) {
  const sim::Fault fault = {
      .name = "a.b.c",
      .statement = "",
      .on = {"lxc", "vm"},
      .model = {{"guest@lxc", {{"boot_s", 70}}}, {"guest@vm", {{"boot_s", 190}}}},
      .rules = {{{"command", "^<tool> start <vmid>|<cgroup>/cpu.max|<api>/<config> <noun>"},
                 {"replace", {{"pattern", "\"<memory>\""}, {"with", "<other>"}}}}}};
  const Json lxc = fault.expand("lxc");
  EXPECT_EQ(lxc.at("model"), (Json{{"lxc", {{"boot_s", 70}}}}));
  EXPECT_EQ(lxc.at("rules")[0].at("command"),
            "^pct start 9001|/sys/fs/cgroup/lxc/[0-9]+/cpu.max|lxc/lxc container");
  const Json vm = fault.expand("vm");
  EXPECT_EQ(vm.at("model"), (Json{{"vm", {{"boot_s", 190}}}}));
  EXPECT_EQ(vm.at("rules")[0].at("command"),
            "^qm start 9000|/sys/fs/cgroup/qemu.slice/[0-9]+.scope/cpu.max|qemu/qemu-server VM");
  EXPECT_EQ(vm.at("rules")[0].at("replace"),
            (Json{{"pattern", "\"memhost\""}, {"with", "<other>"}}));
  EXPECT_EQ(sim::Fault::meaning("docker.exec/vm", "lxc"), "docker.exec/vm");
  EXPECT_EQ(sim::Fault::meaning("docker.exec@vm", "vm"), "docker.exec");
  EXPECT_EQ(sim::Fault::meaning("docker.exec@vm", "lxc"), "");
}

TEST(SimFaults, AMistakeIsNamedBeforeAnybodyAsksForTheFault) {
  const auto parse = [](const char* text) { sim::parse_faults(parse_json(text), "faults.json"); };
  for (const char* names :
       {R"("model": {"guest@vm": {}}, "red": {})", R"("red": {"d.e@vm": "FAIL"})",
        R"("red": {}, "follows": {"red": {"d.e@vim": "FAIL"}})"}) {
    const std::string fault = R"([{"name": "a.b.c", "statement": "", "on": ["lxc"], )";
    EXPECT_THAT(message_of<InputError>([&] { parse((fault + names + "}]").c_str()); }),
                HasSubstr("it is never put on what stands behind the '@'"));
  }
  EXPECT_THROW(parse(R"([{"name": "a.b.c", "statement": "", "on": ["lxc"], "red": {},
                          "model": {"guest": {"ram": 1}}}])"),
               InputError);
  EXPECT_THROW(parse(R"([{"name": "a.b.c", "statement": "", "on": ["host"], "red": {}}])"),
               InputError);
}

TEST(SimFaults, TheCatalogueCanBeRead) { EXPECT_NO_THROW(sim::fault_catalogue()); }

}  // namespace
}  // namespace pve_accept
