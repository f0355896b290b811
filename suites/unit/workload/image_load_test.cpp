#include "support/workload/image_load.h"

#include "suites/unit/matchers.h"
#include "suites/unit/workload/scripted_guest.h"

namespace pve_accept {
namespace {

using testing::InSequence;

constexpr const char* kRecord = "docker-20-load.txt";
constexpr std::chrono::seconds kTime{77};

CommandResult loading(const std::string& file) {
  return recorded(kRecord, "docker load -q < " + file);
}

TEST(DockerLoad, NamesWhatItLoaded) {
  EXPECT_THAT(parse_docker_load(loading("postgres.tar").out), ElementsAre("postgres:17"));
  EXPECT_THAT(parse_docker_load(loading("postgres-and-redis.tar").out),
              ElementsAre("postgres:17", "redis:7"));
  EXPECT_THAT(parse_docker_load(loading("saved-by-id.tar").out),
              ElementsAre(HasSubstr("sha256:59cf6b96bcfd")));
  EXPECT_THAT(parse_docker_load(""), IsEmpty());
}

class ImageLoad : public testing::Test {
 protected:
  ImageLoad() {
    guest.answers("docker load -q", loading("postgres-and-redis.tar"));
    has("postgres:17");
    has("redis:7");
  }

  void has(const std::string& image, const std::string& architecture = "amd64\n") {
    guest.answers(look_for(image), prints(architecture));
  }
  void lacks(const std::string& image) {
    guest.answers(
        look_for(image),
        recorded(kRecord, "docker image inspect --format '{{.Architecture}}' hello-world"));
  }
  static std::string look_for(const std::string& image) {
    return "docker image inspect --format '{{.Architecture}}' " + image;
  }

  CommandResult load() {
    return load_images(guest.shell, {"/images/a.tar", "/images/b.tar.gz"},
                       {"postgres:17", "redis:7"}, kTime);
  }
  std::string trouble() {
    return trouble_of([this] { load(); });
  }

  MockGuest guest;
};

TEST_F(ImageLoad, StreamsEveryArchiveAndLooksForEveryImage) {
  const InSequence in_order;
  for (const char* archive : {"/images/a.tar", "/images/b.tar.gz"}) {
    EXPECT_CALL(guest.shell,
                run(AllOf(CommandLine("docker load -q"), Field(&Command::input, ""),
                          Field(&Command::input_file, archive), Field(&Command::deadline, kTime),
                          Field(&Command::repeatable, false))))
        .WillOnce(Return(loading("postgres.tar")));
  }
  EXPECT_CALL(guest.shell, run(CommandLine(look_for("postgres:17"))))
      .WillOnce(Return(prints("amd64\n")));
  EXPECT_CALL(guest.shell, run(CommandLine(look_for("redis:7"))))
      .WillOnce(Return(prints("amd64\n")));
  EXPECT_EQ(load().exit_status, 0);
}

TEST_F(ImageLoad, NamesEveryMissingImageWithItsRemedy) {
  lacks("postgres:17");
  lacks("redis:7");
  guest.answers("docker load -q", loading("saved-by-id.tar"));
  EXPECT_THAT(
      trouble(),
      AllOf(HasSubstr("no archive in /images holds postgres:17, redis:7; they hold sha256:59cf"),
            HasSubstr("docker pull postgres:17 && docker save -o postgres.tar postgres:17; "
                      "docker pull redis:7 && docker save -o redis.tar redis:7"),
            HasSubstr("put the file into /images")));
}

TEST_F(ImageLoad, NamesOnlyTheMissingImage) {
  lacks("redis:7");
  EXPECT_THAT(trouble(), AllOf(HasSubstr("holds redis:7; they hold postgres:17, redis:7"),
                               Not(HasSubstr("docker pull postgres:17"))));
}

TEST_F(ImageLoad, NamesAnImageForAnotherMachine) {
  has("redis:7", "arm64\n");
  EXPECT_THAT(trouble(),
              AllOf(HasSubstr("redis:7 for amd64 (it is for arm64)"),
                    HasSubstr("docker pull --platform linux/amd64 redis:7 && docker save")));
}

TEST_F(ImageLoad, TakesNoReplyForNoAnswer) {
  has("redis:7", "");
  EXPECT_THAT(trouble(), HasSubstr("look for image redis:7 in the guest"));
  guest.answers(look_for("redis:7"), fails(1, "Cannot connect to the Docker daemon\n"));
  EXPECT_THAT(trouble(), HasSubstr("Cannot connect to the Docker daemon"));
}

TEST_F(ImageLoad, BlamesTheArchiveThatDockerCannotRead) {
  for (const char* file : {"cut-short.tar", "noise.tar", "empty.tar", "no-image.tar"}) {
    guest.answers("docker load -q", loading(file));
    EXPECT_THAT(trouble(),
                AllOf(HasSubstr("load /images/a.tar into the guest"),
                      HasSubstr("it is no archive that Docker reads"), HasSubstr("docker save")))
        << file;
  }
}

TEST_F(ImageLoad, LeavesOtherFailuresToTheClaims) {
  const std::string overlay = "failed to mount overlay: permission denied\n";
  guest.answers("docker load -q", fails(1, overlay));
  EXPECT_CALL(guest.shell, run(CommandLineHas("image inspect"))).Times(0);
  EXPECT_EQ(load().err, overlay);
  guest.answers("docker load -q", fails(1, "error during connect: unexpected EOF\n"));
  EXPECT_EQ(load().exit_status, 1);
}

TEST_F(ImageLoad, WithoutAnArchiveIsAnError) {
  EXPECT_THROW(load_images(guest.shell, {}, {"redis:7"}, kTime), HarnessError);
}

}  // namespace
}  // namespace pve_accept
