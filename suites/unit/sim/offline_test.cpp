#include "suites/unit/matchers.h"
#include "suites/unit/recorded.h"
#include "suites/unit/saved_images.h"
#include "suites/unit/sim/lab.h"
#include "support/base/file.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kLook = "docker image inspect --format '{{.Architecture}}' ";

// A guest whose template brings Docker, in a lab without internet.
class SimOffline : public testing::Test {
 protected:
  CommandResult in(const std::string& line) { return Lab::run_in(*guest_, line); }
  CommandResult load(const std::filesystem::path& file) {
    return guest_->run({.argv = {"docker", "load", "-q"}, .input_file = file});
  }
  std::filesystem::path file(const std::string& name) const { return files_.path() / name; }

  TemporaryDirectory files_;
  Lab lab_{std::string(R"({"model":{"internet":false,
      "lxc":{"packages":["docker-ce","docker-compose-plugin","curl"]}}})")};
  std::unique_ptr<Shell> guest_ = lab_.start_lxc();
};

TEST_F(SimOffline, TheTemplateBringsItsPackages) {
  const CommandResult asked =
      in("dpkg-query -W -f '${db:Status-Status} ${Package}\\n' docker-ce curl nosuch-a");
  EXPECT_EQ(asked.exit_status, 1);
  EXPECT_EQ(asked.out, "installed docker-ce\ninstalled curl\n");
  EXPECT_EQ(asked.err, "dpkg-query: no packages found matching nosuch-a\n");
  EXPECT_EQ(in("docker compose version --short").exit_status, 0);
  EXPECT_EQ(in("docker info --format '{{json .}}'").exit_status, 0);
}

TEST_F(SimOffline, NothingIsFetched) {
  EXPECT_THAT(in("apt-get update -q").err, HasSubstr("Temporary failure resolving"));
  EXPECT_EQ(in("apt-get install -y -q qemu-guest-agent").exit_status, 100);
  EXPECT_EQ(in("curl -fsSL https://download.docker.com/linux/debian/gpg -o /k").exit_status, 6);
  EXPECT_THAT(in("docker run --rm hello-world").err, HasSubstr("lookup registry-1.docker.io"));
  EXPECT_EQ(in("getent hosts lab.example").exit_status, 0);  // the lab's own names are known
}

TEST_F(SimOffline, LoadSaysWhatTheRealToolSays) {
  save_image(file("postgres-and-redis.tar"), {"postgres:17", "redis:7"});
  EXPECT_EQ(load(file("postgres-and-redis.tar")).out,
            recorded("docker-20-load.txt", "docker load -q < postgres-and-redis.tar").out);
  EXPECT_EQ(in(std::string(kLook) + "postgres:17").out, "amd64\n");
  const CommandResult missing = in(std::string(kLook) + "hello-world");
  EXPECT_EQ(missing.exit_status, 1);
  EXPECT_EQ(missing.out, "\n");
  EXPECT_THAT(missing.err, HasSubstr("No such image: hello-world"));
  save_image(file("by-id.tar"), {});
  EXPECT_EQ(load(file("by-id.tar")).out, "Loaded image ID: sha256:59cf6b96bcfd\n");
}

TEST_F(SimOffline, LoadReadsStandardInputToo) {
  save_image(file("redis.tar"), {"redis:7"});
  EXPECT_EQ(Lab::run_in(*guest_, "docker load -q", read_file(file("redis.tar"))).out,
            "Loaded image: redis:7\n");
}

TEST_F(SimOffline, LoadRefusesWhatIsNoArchiveOfImages) {
  save_image(file("good.tar"), {"redis:7"});
  const std::string good = read_file(file("good.tar"));
  const auto said = [&](const std::string& content) {
    write_file_atomically(file("bad.tar"), content);
    const CommandResult result = load(file("bad.tar"));
    EXPECT_EQ(result.exit_status, 1);
    return result.err;
  };
  EXPECT_THAT(said(std::string(20'000, '?')), HasSubstr("invalid tar header"));
  EXPECT_THAT(said(good.substr(0, 1000)), HasSubstr("unexpected EOF"));
  EXPECT_THAT(said(good.substr(0, 6000)), HasSubstr("unexpected EOF"));
  EXPECT_THAT(said(""), HasSubstr("unrecognized image format"));
  std::string broken = good;
  broken.replace(broken.find("\"Config\""), 8, "\"config\"");
  EXPECT_THAT(said(broken), HasSubstr("unrecognized image format"));
}

// It would have to guess what is in it.
TEST_F(SimOffline, LoadDoesNotPretendToReadACompressedArchive) {
  save_image(file("redis.tar.gz"), {"redis:7"});
  EXPECT_EQ(load(file("redis.tar.gz")).exit_status, 127);
  EXPECT_FALSE(lab_.node().unknown_commands().empty());
}

TEST_F(SimOffline, NamesAnInputFileThatIsNotThere) {
  EXPECT_THROW(load("/nonexistent/redis.tar"), InputError);
}

TEST_F(SimOffline, ALongArchiveTakesItsTime) {
  save_image(file("redis.tar"), {"redis:7"});
  std::filesystem::resize_file(file("redis.tar"), 600LL << 20);  // sparse: it is not read
  EXPECT_GE(to_seconds(load(file("redis.tar")).elapsed), 10.0);
}

TEST_F(SimOffline, TheStackComesUpFromLoadedImagesAlone) {
  Lab::run_in(*guest_, "install -D -m 0644 /dev/stdin /root/pve-accept/compose.yaml",
              read_file(PVE_ACCEPT_SOURCE_DIR "/fixtures/assets/compose.yaml"));
  const std::string up = std::string(kCompose) + "up -d --pull never --wait --wait-timeout 120";
  EXPECT_THAT(in(up).err, HasSubstr("Error response from daemon: No such image: postgres:17"));
  save_needed_images(files_.path());
  for (const char* name : {"postgres.tar", "redis.tar", "web.tar"}) {
    EXPECT_EQ(load(file(name)).exit_status, 0);
  }
  EXPECT_EQ(in(up).exit_status, 0);
  EXPECT_THAT(in("docker run --rm hello-world").out, HasSubstr("Hello from Docker!"));
}

}  // namespace
}  // namespace pve_accept::sim_testing
