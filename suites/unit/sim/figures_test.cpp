#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

enum Column {
  kUser = 0,
  kSystem = 2,
  kIdle = 3,
  kIowait = 4,
  kSoftirq = 6,
  kSteal = 7,
  kGuest = 8
};

// A guest with the stack running, settled.
std::unique_ptr<Shell> settled(Lab& lab, GuestKind kind = GuestKind::kLxc) {
  auto guest = lab.start_all(kind);
  lab.pass(60);
  return guest;
}

// Fifty samples from within a minute of pgbench.
std::vector<Sample> under_load(Lab& lab, Shell& guest) {
  const auto bench =
      guest.start({.argv = {"docker", "exec", "spike-db-1", "pgbench", "-U", "postgres", "-T", "60",
                            "-c", "4", "-P", "1", "postgres"},
                   .deadline = 100s});
  lab.pass(5);
  std::vector<Sample> samples = sample(lab, 50);
  bench->finish();
  return samples;
}

TEST(SimFigures, AnEmptyNodeIsTheBaseline) {
  Lab lab;
  lab.pass(30);
  const auto samples = sample(lab, 60);
  EXPECT_NEAR(median_used_mib(samples), 1702, 2);
  for (const Sample& entry : samples) EXPECT_NEAR(entry.used_mib, 1702, 3);
  EXPECT_NEAR(100 - percent(samples, kIdle), 0.1, 0.1);
  EXPECT_EQ(percent(samples, kSteal), 0);
}

TEST(SimFigures, AnIdleContainerCostsWhatTheSpikeSaw) {
  Lab lab(without_chance());
  const auto guest = settled(lab);
  const auto samples = sample(lab, 60, "--cgroup /sys/fs/cgroup/lxc/9001");
  EXPECT_NEAR(median_used_mib(samples), 1913, 4);
  EXPECT_NEAR(100 - percent(samples, kIdle), 0.3, 0.15);
  const Json cgroup = samples.back().line.at("cgroup");
  EXPECT_NEAR(cgroup.at("current").get<double>() / 1048576, 1961, 5);
  EXPECT_NEAR(cgroup.at("anon").get<double>() / 1048576, 100, 5);
  EXPECT_EQ(cgroup.at("oom_kill"), 0);
}

TEST(SimFigures, ALoadedContainerCostsWhatTheSpikeSaw) {
  Lab lab(without_chance());
  const auto guest = settled(lab);
  const auto samples = under_load(lab, *guest);
  EXPECT_NEAR(median_used_mib(samples), 2112, 8);
  EXPECT_GT(samples.front().used_mib, samples.back().used_mib + 30);
  EXPECT_NEAR(percent(samples, kUser), 17.1, 1.5);
  EXPECT_NEAR(percent(samples, kSystem), 7.5, 1);
  EXPECT_NEAR(percent(samples, kIowait), 14.5, 1.5);
  EXPECT_NEAR(percent(samples, kSoftirq), 0.31, 0.1);
  EXPECT_EQ(percent(samples, kGuest), 0);
}

TEST(SimFigures, AVmCostsWhatTheSpikeSaw) {
  Lab lab(without_chance());
  const auto guest = settled(lab, GuestKind::kVm);
  const std::string pid =
      parse_json(
          lab.run("pvesh get /nodes/sim-node/qemu/9000/status/current --output-format json").out)
          .at("pid")
          .dump();
  const auto idle = sample(lab, 60, "--pss-every 15 --pid " + pid);
  EXPECT_NEAR(median_used_mib(idle), 3758, 4);
  EXPECT_NEAR(100 - percent(idle, kIdle), 6.0, 0.3);
  EXPECT_NEAR(percent(idle, kUser), 3.37 + 0.29, 0.3);  // guest time is part of user
  EXPECT_NEAR(percent(idle, kGuest), 0.29, 0.1);
  const Json process = idle.front().line.at("process");
  EXPECT_NEAR(process.at("rss_kib").get<double>() / 1024, 2031, 5);
  EXPECT_LT(process.at("pss_kib").get<double>(), process.at("rss_kib").get<double>());
  EXPECT_FALSE(idle.at(1).line.at("process").contains("pss_kib"));
  EXPECT_TRUE(idle.at(15).line.at("process").contains("pss_kib"));

  const auto load = under_load(lab, *guest);
  EXPECT_NEAR(median_used_mib(load), 3786, 4);
  EXPECT_NEAR(percent(load, kGuest), 31.89, 2);
  EXPECT_NEAR(percent(load, kIowait), 16.35, 1.5);
  EXPECT_NEAR(100 - percent(load, kIdle), 53.9, 2.5);
}

TEST(SimFigures, CountersNeverRunBackwards) {
  Lab lab;
  const auto guest = settled(lab);
  const auto samples = under_load(lab, *guest);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    for (std::size_t column = 0; column < 10; ++column) {
      EXPECT_GE(samples[i].ticks.at(column), samples[i - 1].ticks.at(column)) << i << " " << column;
    }
  }
}

TEST(SimFigures, PageCacheDriftsDownAfterAStop) {
  Lab lab;
  const auto guest = settled(lab, GuestKind::kVm);
  lab.run("qm shutdown 9000 --timeout 60");
  const auto samples = sample(lab, 120);
  EXPECT_NEAR(samples.front().used_mib, 1965, 12);
  EXPECT_LT(samples.at(60).used_mib, 1800);
  EXPECT_NEAR(samples.back().used_mib, 1702, 20);
}

TEST(SimFigures, TheSameSeedGivesTheSameFigures) {
  Lab a, b;
  EXPECT_EQ(sample(a, 20).back().line, sample(b, 20).back().line);
}

TEST(SimFigures, AnotherSeedGivesOthersWithinTheBands) {
  Scenario other;
  other.seed = 43;
  Lab a, b(other);
  const auto x = sample(a, 20), y = sample(b, 20);
  EXPECT_NE(x.back().line, y.back().line);
  EXPECT_NEAR(median_used_mib(x), median_used_mib(y), 3);
}

TEST(SimFigures, WhatTheScenarioSaysIsWhatIsMeasured) {
  Lab lab(R"({"model":{"node":{"baseline_ram_mib":3000,"steal_percent":5,"pressure":false,
                               "ksm_pages_sharing":7,"ksm_drift":10,"arc_mib":100}}})");
  const auto samples = sample(lab, 30);
  EXPECT_NEAR(median_used_mib(samples), 3000, 3);
  EXPECT_NEAR(percent(samples, kSteal), 5, 0.5);
  EXPECT_FALSE(samples[0].line.contains("psi"));
  EXPECT_EQ(samples[0].line.at("arc").at("size"), 104857600);
  EXPECT_GT(samples.back().line.at("ksm"), samples.front().line.at("ksm"));
}

TEST(SimFigures, WhatIsNotThereIsNotSampled) {
  Lab lab;
  const auto samples = sample(lab, 2, "--cgroup /sys/fs/cgroup/lxc/9001 --pid 4242");
  EXPECT_FALSE(samples[0].line.contains("cgroup"));
  EXPECT_FALSE(samples[0].line.contains("process"));
}

TEST(SimDisk, FillsUpToTheSpikesFigures) {
  Lab lab;
  const auto guest = lab.start_lxc();
  const auto used = [&] {
    const std::string line = "df -B1 --output=source,size,used,avail,pcent,target /";
    std::istringstream text(Lab::run_in(*guest, line).out);
    std::string word;
    std::vector<std::string> words;
    while (text >> word) words.push_back(word);
    return std::stod(words.at(9)) / 1073741824.0;
  };
  const auto data_percent = [&] {
    const Json lvs = parse_json(lab.run("lvs --reportformat json --units b --nosuffix -o "
                                        "lv_name,lv_size,data_percent,pool_lv pve")
                                    .out);
    return std::stod(lvs.at("report").at(0).at("lv").at(1).at("data_percent").get<std::string>());
  };
  const double fresh = used();
  Lab::install_docker(*guest);
  Lab::start_stack(*guest);
  Lab::run_in(*guest, "docker run --rm hello-world");
  Lab::run_in(*guest, kInit);
  EXPECT_LT(fresh, 1.0);
  EXPECT_NEAR(used(), 2.1, 0.05);
  EXPECT_NEAR(data_percent(), 26.73, 0.01);
  for (int i = 1; i <= 10; ++i) {
    Lab::run_in(*guest,
                "docker create --name pve-accept-layer-" + std::to_string(i) + " postgres:17");
  }
  EXPECT_NEAR(data_percent(), 26.73, 0.05);
}

TEST(SimDisk, ACopyingDriverCostsAnImageForEveryContainer) {
  Lab lab(R"({"model":{"lxc":{"docker":{"storage_driver":"vfs"}}}})");
  const auto guest = lab.start_lxc();
  Lab::install_docker(*guest);
  const auto used = [&] {
    const Json content =
        parse_json(lab.run("pvesh get /nodes/sim-node/storage --output-format json").out);
    return content.at(1).at("used").get<double>() / 1048576;
  };
  Lab::run_in(*guest, "docker create --name a postgres:17");
  const double one = used();
  Lab::run_in(*guest, "docker create --name b postgres:17");
  EXPECT_GT(used() - one, 400);
}

}  // namespace
}  // namespace pve_accept::sim_testing
