#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "suites/unit/recorded.h"
#include "support/measure/sample.h"

namespace pve_accept {
namespace {

// The script of the sampler, run here as it runs on a node.
struct ScriptRun {
  std::vector<std::string> lines;
  int exit_status = 0;
};

ScriptRun run_script(const std::string& arguments) {
  const std::string command = "perl - " + arguments + " < '" + PVE_ACCEPT_SOURCE_DIR +
                              "/fixtures/assets/sampler.pl' 2> /dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen failed");
  std::string text;
  char buffer[4096];
  for (std::size_t read = 0; (read = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, read);
  }
  ScriptRun result{.lines = {}, .exit_status = WEXITSTATUS(pclose(pipe))};
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.lines.push_back(line);
  return result;
}

// A directory with the files of a container's cgroup, as they were recorded on a node.
class RecordedCgroup {
 public:
  RecordedCgroup()
      : directory_(std::filesystem::temp_directory_path() /
                   ("pve-accept-cgroup-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(directory_);
    for (const char* name : {"memory.current", "memory.stat", "memory.events", "cpu.stat"}) {
      std::ofstream(directory_ / name) << read(name);
    }
    for (const char* name : {"cpu.pressure", "io.pressure", "memory.pressure"}) {
      std::ofstream(directory_ / name)
          << recorded("node-vm/60-services-pressure.txt",
                      std::string("cat /sys/fs/cgroup/lxc/9001/") + name)
                 .out;
    }
  }
  ~RecordedCgroup() { std::filesystem::remove_all(directory_); }
  RecordedCgroup(const RecordedCgroup&) = delete;
  RecordedCgroup& operator=(const RecordedCgroup&) = delete;

  const std::filesystem::path& directory() const { return directory_; }

 private:
  static std::string read(const std::string& name) {
    return recorded("docker-in-lxc.txt", "cat /sys/fs/cgroup/lxc/9001/" + name).out;
  }

  std::filesystem::path directory_;
};

TEST(SamplerScript, PrintsWhatTheParserReads) {
  const ScriptRun run =
      run_script("--lines 8 --interval-ms 10 --pss-every 2 --pid " + std::to_string(getpid()));
  EXPECT_EQ(run.exit_status, 0);
  ASSERT_EQ(run.lines.size(), 8U);
  const Sample first = parse_sample(run.lines[0]);
  const Sample second = parse_sample(run.lines[1]);
  EXPECT_GT(second.t_s, first.t_s);
  EXPECT_GT(ram_used_mib(first), 0);
  EXPECT_GE(second.cpu.user, first.cpu.user);
  ASSERT_TRUE(first.process && second.process);
  EXPECT_GT(first.process->rss_kib, 0);
  EXPECT_TRUE(first.process->pss_kib);
  EXPECT_FALSE(second.process->pss_kib);
  EXPECT_TRUE(parse_sample(run.lines[2]).process->pss_kib);
  EXPECT_FALSE(first.cgroup);
}

TEST(SamplerScript, ReadsACgroup) {
  const RecordedCgroup cgroup;
  const ScriptRun run =
      run_script("--lines 2 --interval-ms 10 --cgroup '" + cgroup.directory().string() + "'");
  ASSERT_EQ(run.lines.size(), 2U);
  for (const std::string& line : run.lines) {
    const auto seen = parse_sample(line).cgroup;
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->current_bytes, 915775488);
    EXPECT_EQ(seen->anon_bytes, 103174144);
    EXPECT_EQ(seen->file_bytes, 770588672);
    EXPECT_EQ(seen->kernel_bytes, 41684992);
    EXPECT_EQ(seen->usage_us, 926684583);
    EXPECT_EQ(seen->oom, 2);
    EXPECT_EQ(seen->oom_kill, 1);
    EXPECT_EQ(seen->high, 0);
    EXPECT_EQ(seen->max, 36);
    ASSERT_TRUE(seen->pressure);
    EXPECT_EQ(seen->pressure->cpu_us, 304595839);
    EXPECT_EQ(seen->pressure->io_us, 38600853);
    EXPECT_EQ(seen->pressure->memory_us, 0);
  }
}

TEST(SamplerScript, LeavesOutWhatIsNotThere) {
  const ScriptRun run =
      run_script("--lines 1 --interval-ms 10 --cgroup /nosuchgroup --pid 2147483647");
  ASSERT_EQ(run.lines.size(), 1U);
  EXPECT_FALSE(parse_sample(run.lines[0]).cgroup);
  EXPECT_FALSE(parse_sample(run.lines[0]).process);
}

TEST(SamplerScript, RefusesBadArguments) {
  for (const char* arguments :
       {"", "--lines 2", "--lines 0 --interval-ms 10", "--lines 2 --interval-ms 10 --bogus",
        "--lines 2 --interval-ms 10 more", "--lines 2 --interval-ms 10 --pss-every 0"}) {
    const ScriptRun run = run_script(arguments);
    EXPECT_EQ(run.exit_status, 64) << arguments;
    EXPECT_TRUE(run.lines.empty()) << arguments;
  }
}

TEST(SamplerScript, EndsWhenNobodyReads) {
  std::FILE* pipe = popen("perl - --lines 3600 --interval-ms 10 < '" PVE_ACCEPT_SOURCE_DIR
                          "/fixtures/assets/sampler.pl'",
                          "r");
  ASSERT_NE(pipe, nullptr);
  EXPECT_EQ(std::fgetc(pipe), '{');
  EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 1);  // half a minute early
}

}  // namespace
}  // namespace pve_accept
