#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

std::string info(const Model::CloudImage& image) {
  std::string specific;
  if (image.format == "qcow2") {
    specific =
        "    \"cluster-size\": 65536,\n"
        "    \"format\": \"qcow2\",\n";
  } else {
    specific = fmt::format("    \"format\": \"{}\",\n", image.format);
  }
  std::string text = fmt::format(
      "{{\n    \"children\": [\n        {{\n            \"name\": \"file\",\n"
      "            \"info\": {{\n                \"children\": [\n                ],\n"
      "                \"virtual-size\": {0},\n                \"filename\": \"{1}\",\n"
      "                \"format\": \"file\",\n                \"actual-size\": {0},\n"
      "                \"format-specific\": {{\n                    \"type\": \"file\",\n"
      "                    \"data\": {{\n                    }}\n                }},\n"
      "                \"dirty-flag\": false\n            }}\n        }}\n    ],\n"
      "    \"virtual-size\": {2},\n    \"filename\": \"{1}\",\n{3}    \"actual-size\": {0},\n",
      image.actual_size, image.path, image.virtual_size, specific);
  if (image.format == "qcow2") {
    text += fmt::format(
        "    \"format-specific\": {{\n        \"type\": \"qcow2\",\n        \"data\": {{\n"
        "            \"compat\": \"1.1\",\n            \"compression-type\": \"zlib\",\n"
        "            \"lazy-refcounts\": false,\n            \"refcount-bits\": 16,\n"
        "            \"corrupt\": {},\n            \"extended-l2\": false\n        }}\n    }},\n",
        image.corruptions > 0);
  }
  return text + "    \"dirty-flag\": false\n}\n";
}

int check(Call& call, const Model::CloudImage& image) {
  if (image.format != "qcow2") {
    return call.fail(63, "qemu-img: This image format does not support checks");
  }
  std::string found;
  if (image.corruptions > 0) found += fmt::format("    \"corruptions\": {},\n", image.corruptions);
  if (image.leaks > 0) found += fmt::format("    \"leaks\": {},\n", image.leaks);
  call.out(
      fmt::format("{{\n    \"image-end-offset\": {},\n    \"total-clusters\": {},\n"
                  "    \"check-errors\": 0,\n{}    \"filename\": \"{}\",\n"
                  "    \"format\": \"qcow2\"\n}}\n",
                  image.actual_size, image.virtual_size / 65536, found, image.path));
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
  call.out(info(image));
  return 0;
}

}  // namespace pve_accept::sim
