#include "support/pve/storage_usage.h"

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

constexpr const char* kLvs =
    "lvs --reportformat json --units b --nosuffix -o lv_name,lv_size,data_percent,pool_lv pve";

TEST(LvsReply, HasSizeAndShare) {
  const auto volumes = parse_lvs(recorded_json("docker-in-lxc.txt", kLvs));
  EXPECT_EQ(volumes.at("vm-9001-disk-0").size_bytes, 10737418240);
  EXPECT_DOUBLE_EQ(*volumes.at("vm-9001-disk-0").data_percent, 11.46);
}

TEST(LvsReply, OfAThickVolumeHasNoShare) {
  const auto volumes = parse_lvs(parse_json(
      R"({"report":[{"lv":[{"lv_name":"root","lv_size":"1","data_percent":"","pool_lv":""}]}]})"));
  EXPECT_FALSE(volumes.at("root").data_percent);
}

TEST(LvsReply, ThatIsNoNumberIsAnError) {
  for (const char* percent : {"nan", "inf", "11,46", "x", "293.3", "-1"}) {
    const Json row = {{"lv_name", "a"}, {"lv_size", "1"}, {"data_percent", percent}};
    EXPECT_THROW(parse_lvs({{"report", {{{"lv", {row}}}}}}), HarnessError) << percent;
  }
  EXPECT_THROW(parse_lvs(Json::object()), HarnessError);
}

TEST(ZfsReply, LeavesOutWhatDoesNotApply) {
  const auto properties = parse_zfs_get("used\t2866806784\nvolsize\t-\nrefquota\t10737418240\n");
  EXPECT_EQ(properties.at("used"), 2866806784);
  EXPECT_EQ(properties.count("volsize"), 0u);
  EXPECT_THROW(parse_zfs_get(""), HarnessError);
  EXPECT_THROW(parse_zfs_get("used 1\n"), HarnessError);
  EXPECT_THROW(parse_zfs_get("used\t2.67G\n"), HarnessError);
}

TEST(StatReply, CountsBlocks) {
  const FileUsage usage = parse_stat(recorded("debian-12-tools.txt", "stat -c '%b %B %s' f").out);
  EXPECT_EQ(usage.used_bytes, 4096);
  EXPECT_EQ(usage.apparent_bytes, 1);
  for (const char* bad : {"", "8 512", "8 512 x", "8 512 1 1", "-8 512 1"}) {
    EXPECT_THROW(parse_stat(bad), HarnessError) << bad;
  }
}

class PveDiskUsage : public testing::Test {
 protected:
  void storage(const Json& definition) {
    mock.answers(get("/storage"), prints_json(Json::array({definition})));
  }

  MockNode mock;
  Node node = Node::connect(mock.shell);
};

TEST_F(PveDiskUsage, OnAThinPoolIsTheShareOfTheVolume) {
  storage({{"storage", "local-lvm"}, {"type", "lvmthin"}, {"vgname", "pve"}});
  mock.answers(kLvs, recorded("docker-in-lxc.txt", kLvs));
  const DiskUsage usage = disk_usage(node, "local-lvm:vm-9001-disk-0");
  EXPECT_DOUBLE_EQ(usage.allocated_gib, 10);
  EXPECT_DOUBLE_EQ(usage.used_gib, 1.146);
  EXPECT_EQ(usage.how, "lvs data_percent");
  EXPECT_THAT(trouble_of([this] { disk_usage(node, "local-lvm:vm-1-disk-0"); }),
              HasSubstr("no such volume"));
}

TEST_F(PveDiskUsage, InAnotherUnitIsAnError) {
  storage({{"storage", "local-lvm"}, {"type", "lvmthin"}, {"vgname", "pve"}});
  for (const char* size : {"10", "10240", "10485760", "20971520"}) {
    const Json row = {{"lv_name", "vm-9001-disk-0"}, {"lv_size", size}, {"data_percent", "26.73"}};
    mock.answers(kLvs, prints_json({{"report", {{{"lv", {row}}}}}}));
    EXPECT_THAT(trouble_of([this] { disk_usage(node, "local-lvm:vm-9001-disk-0"); }),
                HasSubstr("no disk of a guest"))
        << size;
  }
}

TEST_F(PveDiskUsage, OnZfsIsWhatTheDatasetUses) {
  storage({{"storage", "tank"}, {"type", "zfspool"}, {"pool", "rpool/data"}});
  const std::string zfs = "zfs get -Hp -o property,value used,volsize,refquota rpool/data/";
  mock.answers(zfs + "subvol-9001-disk-0",
               prints("used\t2147483648\nvolsize\t-\nrefquota\t10737418240\n"));
  EXPECT_DOUBLE_EQ(disk_usage(node, "tank:subvol-9001-disk-0").used_gib, 2);
  EXPECT_DOUBLE_EQ(disk_usage(node, "tank:subvol-9001-disk-0").allocated_gib, 10);
  mock.answers(zfs + "vm-9000-disk-0",
               prints("used\t1073741824\nvolsize\t10737418240\nrefquota\t-\n"));
  EXPECT_DOUBLE_EQ(disk_usage(node, "tank:vm-9000-disk-0").allocated_gib, 10);
  mock.answers(zfs + "subvol-1-disk-0", prints("used\t1\nvolsize\t-\nrefquota\t0\n"));
  EXPECT_THROW(disk_usage(node, "tank:subvol-1-disk-0"), HarnessError);
}

TEST_F(PveDiskUsage, InADirectoryIsWhatTheFileTakes) {
  storage({{"storage", "local"}, {"type", "dir"}, {"path", "/var/lib/vz"}});
  mock.answers("pvesm path local:9001/vm-9001-disk-0.raw", prints("/d/vm-9001-disk-0.raw\n"));
  mock.answers("stat -c '%b %B %s' /d/vm-9001-disk-0.raw", prints("4194304 512 10737418240\n"));
  const DiskUsage raw = disk_usage(node, "local:9001/vm-9001-disk-0.raw");
  EXPECT_DOUBLE_EQ(raw.used_gib, 2);
  EXPECT_DOUBLE_EQ(raw.allocated_gib, 10);
}

TEST_F(PveDiskUsage, OfAQcow2FileIsAsLargeAsItsDisk) {
  storage({{"storage", "local"}, {"type", "dir"}, {"path", "/var/lib/vz"}});
  mock.answers("pvesm path local:9000/a.qcow2", prints("a.qcow2\n"));
  mock.answers("stat -c '%b %B %s' a.qcow2", prints("392 512 197120\n"));
  for (const char* verb : {"info", "check"}) {
    const std::string line = fmt::format("qemu-img {} --output=json a.qcow2", verb);
    mock.answers(line, recorded("qemu-img-10.txt", line));
  }
  EXPECT_DOUBLE_EQ(disk_usage(node, "local:9000/a.qcow2").allocated_gib, 3);
}

TEST_F(PveDiskUsage, OnAnotherStorageNamesThoseThatCanBeMeasured) {
  storage({{"storage", "ceph"}, {"type", "rbd"}});
  EXPECT_THAT(trouble_of([this] { disk_usage(node, "ceph:vm-9000-disk-0"); }),
              HasSubstr("lvmthin, zfspool, dir"));
  EXPECT_THAT(trouble_of([this] { disk_usage(node, "nope:vm-9000-disk-0"); }),
              HasSubstr("no storage nope"));
  EXPECT_THROW(disk_usage(node, "no-colon"), HarnessError);
}

}  // namespace
}  // namespace pve_accept
