#include "support/sim/model/images.h"

#include "support/base/contains.h"

namespace pve_accept::sim {
namespace {

const std::vector<Image>& registry() {
  static const std::vector<Image> images = {
      {"postgres:17", 441, 17, "\"docker-entrypoint.s…\"", "2d1e636f07cb"},
      {"redis:7", 117, 6, "\"docker-entrypoint.s…\"", "bb186d083732"},
      {"nginx:alpine", 53, 5, "\"/docker-entrypoint.…\"", "42a516af16b8"},
      {"hello-world:latest", 0.01, 1.5, "\"/hello\"", "f7931603f70e"},
  };
  return images;
}

}  // namespace

const Image* find_image(std::string_view name) {
  const std::string wanted =
      std::string(name) + (name.find(':') == std::string_view::npos ? ":latest" : "");
  const auto& images = registry();
  return find_in(images, wanted, &Image::name);
}

double image_mib(std::string_view name) {
  const Image* image = find_image(name);
  return image == nullptr ? 0 : image->mib;
}

double stack_mib() {
  return image_mib("postgres:17") + image_mib("redis:7") + image_mib("nginx:alpine") +
         image_mib("hello-world") + 3 * kContainerMib + kDatabaseMib + 10 * kPgbenchScaleMib;
}

}  // namespace pve_accept::sim
