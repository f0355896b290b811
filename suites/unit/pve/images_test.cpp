#include "support/pve/images.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

Volume template_named(const std::string& file) {
  return {.volid = "local:vztmpl/" + file, .content = "vztmpl"};
}

TEST(NewestTemplate, IsTheHighestVersionOfItsName) {
  const std::vector<Volume> volumes = {
      template_named("debian-13-standard_13.6-1_amd64.tar.zst"),
      template_named("debian-13-standard_13.10-1_amd64.tar.zst"),
      template_named("debian-13-standard_13.1-2_amd64.tar.zst"),
      template_named("debian-13-standardplus_99-1_amd64.tar.zst"),
      template_named("ubuntu-24.04-standard_24.04-2_amd64.tar.zst")};
  EXPECT_EQ(newest_template(volumes, "debian-13-standard")->volid,
            "local:vztmpl/debian-13-standard_13.10-1_amd64.tar.zst");
  EXPECT_FALSE(newest_template(volumes, "debian-12-standard"));
  EXPECT_FALSE(newest_template({}, "debian-13-standard"));
}

const std::string kDigest(128, 'a');

TEST(ApplianceIndex, MapsFileNamesToDigests) {
  const auto digests = parse_appliance_index(
      "Package: pve-web-news\nVersion: 1\nDescription: news\n nothing to download\n\n"
      "Package: debian-13-standard\nVersion: 13.6-1\nType: lxc\n"
      "Location: system/debian-13-standard_13.6-1_amd64.tar.zst\nsha512sum: " +
      kDigest + "\nDescription: Debian 13 (standard)\n A small system.\n");
  ASSERT_EQ(digests.size(), 1u);
  EXPECT_EQ(digests.at("debian-13-standard_13.6-1_amd64.tar.zst"), kDigest);
}

TEST(ApplianceIndex, NamesWhatItCannotRead) {
  EXPECT_THAT(trouble_of([] { parse_appliance_index("Package: x\nbroken line\n"); }),
              HasSubstr("broken line"));
  EXPECT_THAT(trouble_of([] { parse_appliance_index("Location: a/b\nsha512sum: abc\n"); }),
              HasSubstr("'abc'"));
  EXPECT_THROW(parse_appliance_index(""), HarnessError);
}

TEST(ApplianceIndex, MayBeMissing) {
  MockNode mock;
  const std::string cat = "cat /var/lib/pve-manager/apl-info/download.proxmox.com";
  mock.answers(cat, fails(1, "cat: ...: No such file or directory\n"));
  EXPECT_EQ(appliance_index(mock.shell), std::nullopt);
  mock.answers(cat, fails(1, "cat: ...: Input/output error\n"));
  EXPECT_THROW(appliance_index(mock.shell), HarnessError);
}

TEST(Sha512Sum, IsTheFirstColumn) {
  EXPECT_THAT(parse_sha512sum(recorded("debian-12-tools.txt", "sha512sum f").out),
              StartsWith("a4abd4448c49562d"));
  EXPECT_THROW(parse_sha512sum(""), HarnessError);
  EXPECT_THROW(parse_sha512sum("abc  file"), HarnessError);
}

TEST(Sha512Sum, IsNoneOfAMissingFile) {
  MockNode mock;
  mock.answers("sha512sum nosuch", recorded("debian-12-tools.txt", "sha512sum nosuch"));
  EXPECT_EQ(find_sha512(mock.shell, "nosuch"), std::nullopt);
  mock.answers("sha512sum nosuch", fails(1, "sha512sum: nosuch: Input/output error\n"));
  EXPECT_THAT(trouble_of([&] { find_sha512(mock.shell, "nosuch"); }),
              HasSubstr("Input/output error"));
}

TEST(QemuImageReply, HasSizeAndFlag) {
  const QemuImage image =
      parse_qemu_info(recorded_json("qemu-img-10.txt", "qemu-img info --output=json a.qcow2"));
  EXPECT_EQ(image.format, "qcow2");
  EXPECT_EQ(image.virtual_size_bytes, 3221225472);
  EXPECT_FALSE(image.corrupt);
  EXPECT_THROW(parse_qemu_info(Json::object()), HarnessError);
}

class InspectImage : public testing::Test {
 protected:
  void info(const CommandResult& result) {
    mock.answers("qemu-img info --output=json a.qcow2", result);
  }
  void check(const CommandResult& result) {
    mock.answers("qemu-img check --output=json a.qcow2", result);
  }
  QemuImage inspect() { return inspect_image(mock.shell, "a.qcow2"); }

  MockNode mock;
  const CommandResult good_info =
      recorded("qemu-img-10.txt", "qemu-img info --output=json a.qcow2");
};

TEST_F(InspectImage, FindsAnIntactOneIntact) {
  info(good_info);
  check(recorded("qemu-img-10.txt", "qemu-img check --output=json a.qcow2"));
  EXPECT_EQ(inspect().check->errors, 0);
  EXPECT_EQ(inspect().check->corruptions, 0);
}

TEST_F(InspectImage, CountsCorruptions) {
  info(good_info);
  check(recorded("qemu-img-7.txt", "qemu-img check --output=json bad.qcow2"));
  EXPECT_EQ(inspect().check->corruptions, 40);
}

// Space is lost, and nothing is wrong.
TEST_F(InspectImage, TakesLeaksForNoDamage) {
  info(good_info);
  check(fails(3, "", R"({"check-errors":0,"leaks":3})"));
  EXPECT_EQ(inspect().check->errors, 0);
  EXPECT_EQ(inspect().check->corruptions, 0);
}

TEST_F(InspectImage, DoesNotCheckWhatIsNotQcow2) {
  // QEMU takes any file for a raw image, and exits 0.
  info(prints(R"({"virtual-size":512,"filename":"a.qcow2","format":"raw","actual-size":4096})"));
  EXPECT_EQ(inspect().format, "raw");
  EXPECT_FALSE(inspect().check);
}

TEST_F(InspectImage, SaysWhenItCannot) {
  info(recorded("qemu-img-10.txt", "qemu-img info missing.qcow2"));
  EXPECT_THAT(trouble_of([this] { inspect(); }), HasSubstr("Could not open 'missing.qcow2'"));
  info(good_info);
  check(recorded("qemu-img-7.txt", "qemu-img check --output=json g.qcow2"));
  EXPECT_THAT(trouble_of([this] { inspect(); }), HasSubstr("does not support checks"));
}

TEST_F(InspectImage, TellsAMissingFileFromWhatCannotBeInspected) {
  info(recorded("qemu-img-10.txt", "qemu-img info missing.qcow2"));
  EXPECT_FALSE(image_at(mock.shell, "a.qcow2"));
  for (const int exit_status : {126, 127}) {  // the file that there is none of is the tool
    info({exit_status, "", "bash: /usr/bin/qemu-img: No such file or directory\n", {}});
    EXPECT_THROW(image_at(mock.shell, "a.qcow2"), HarnessError);
  }
  info(good_info);
  check(recorded("qemu-img-10.txt", "qemu-img check --output=json a.qcow2"));
  EXPECT_EQ(image_at(mock.shell, "a.qcow2")->format, "qcow2");
}

}  // namespace

}  // namespace pve_accept
