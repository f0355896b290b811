#include "support/sim/engine/replies.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

Json info(const Model::CloudImage& image) {
  Json reply =
      filled_json("qemu_img_info.json", {{"/children/0/info/virtual-size", image.actual_size},
                                         {"/children/0/info/filename", image.path},
                                         {"/children/0/info/actual-size", image.actual_size},
                                         {"/virtual-size", image.virtual_size},
                                         {"/filename", image.path},
                                         {"/format", image.format},
                                         {"/actual-size", image.actual_size},
                                         {"/format-specific/data/corrupt", image.corruptions > 0}});
  if (image.format == "qcow2") return reply;
  reply.erase("cluster-size");
  reply.erase("format-specific");
  return reply;
}

int check(Call& call, const Model::CloudImage& image) {
  if (image.format != "qcow2") {
    return call.fail(63, "qemu-img: This image format does not support checks");
  }
  Json reply = filled_json("qemu_img_check.json", {{"/image-end-offset", image.actual_size},
                                                   {"/total-clusters", image.virtual_size / 65536},
                                                   {"/filename", image.path}});
  if (image.corruptions > 0) reply["corruptions"] = image.corruptions;
  if (image.leaks > 0) reply["leaks"] = image.leaks;
  call.out(reply.dump(4) + "\n");
  if (image.corruptions > 0) return 2;
  return image.leaks > 0 ? 3 : 0;
}

}  // namespace

// qemu-img info --output=json FILE, qemu-img check --output=json FILE
int qemu_img(Call& call) {
  if (call.argv.size() != 4 || call.argv[2] != "--output=json") throw Unsupported{};
  const std::string& command = call.argv[1];
  if (command != "info" && command != "check") throw Unsupported{};
  const Model::CloudImage& image = call.model().cloud_image;
  const std::string& path = call.argv[3];
  call.spend(0.05);
  if (path != image.path || !call.model().cloud_image_present) {
    return call.fail(1, fmt::format("qemu-img: Could not open '{0}': Could not open '{0}': No such "
                                    "file or directory",
                                    path));
  }
  if (command == "check") return check(call, image);
  call.out(info(image).dump(4) + "\n");
  return 0;
}

}  // namespace pve_accept::sim
