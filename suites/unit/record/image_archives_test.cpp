#include "support/record/image_archives.h"

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "support/base/file.h"
#include "support/base/temporary_directory.h"
#include "support/record/lab_config.h"

namespace pve_accept {
namespace {

class ImageArchives : public testing::Test {
 protected:
  void put(const std::string& name) { write_file_atomically(directory_.path() / name, "x"); }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& file : image_archives(directory_.path())) found.push_back(file.filename());
    return found;
  }

  // Loads a lab.json in the directory; returns the complaint, or where its images are.
  std::string images_of(const std::string& lab_json) {
    const auto file = directory_.path() / "lab.json";
    write_file_atomically(file, lab_json);
    std::string images;
    const std::string complaint =
        message_of<InputError>([&] { images = LabConfig::load(file).images.directory.value(); });
    return images.empty() ? complaint : images;
  }

  TemporaryDirectory directory_;
};

TEST_F(ImageArchives, AreThoseThatDockerReads) {
  for (const char* name : {"redis.tar", "a.tar.gz", "b.tgz", "c.tar.bz2", "d.tar.xz", "e.tar.zst",
                           "README", "tar", ".redis.tar.part", ".half.tar", "f.zip"}) {
    put(name);
  }
  std::filesystem::create_directory(directory_.path() / "folder.tar");
  EXPECT_THAT(names(),
              ElementsAre("a.tar.gz", "b.tgz", "c.tar.bz2", "d.tar.xz", "e.tar.zst", "redis.tar"));
}

TEST_F(ImageArchives, OfADirectoryWithoutAnyAreAnErrorWithTheRemedy) {
  put("README");
  EXPECT_THAT(
      message_of<InputError>([&] { names(); }),
      AllOf(HasSubstr(directory_.path().string() + " has no image archive"),
            HasSubstr("docker pull postgres:17 && docker save -o postgres.tar postgres:17")));
}

TEST_F(ImageArchives, OfADirectoryThatIsNotThereAreAnError) {
  EXPECT_THAT(message_of<InputError>([] { image_archives("/nonexistent"); }),
              HasSubstr("/nonexistent cannot be read: No such file or directory"));
}

TEST_F(ImageArchives, AreLookedForWhenTheLabIsRead) {
  EXPECT_THAT(images_of(R"({"images": {"source": "load", "directory": "/nonexistent"}})"),
              AllOf(HasSubstr("lab.json: images/directory: /nonexistent cannot be read")));
  EXPECT_THAT(images_of(R"({"images": {"source": "load", "directory": "."}})"),
              HasSubstr("has no image archive"));
}

TEST_F(ImageArchives, AreBesideTheLabUnlessItsPathIsAbsolute) {
  std::filesystem::create_directory(directory_.path() / "tars");
  put("tars/redis.tar");
  EXPECT_EQ(images_of(R"({"images": {"source": "load", "directory": "tars"}})"),
            (directory_.path() / "tars").string());
  EXPECT_EQ(images_of(R"({"images": {"source": "pull", "directory": "/elsewhere"}})"),
            "/elsewhere");
}

}  // namespace
}  // namespace pve_accept
