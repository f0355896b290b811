#include "suites/unit/saved_images.h"

#include "suites/unit/shell/ssh_server.h"
#include "support/base/file.h"
#include "support/base/json.h"
#include "support/base/temporary_directory.h"

namespace pve_accept {

void save_image(const std::filesystem::path& archive, const std::vector<std::string>& names) {
  const TemporaryDirectory content;
  const Json image = {{"Config", "59cf6b96bcfd.json"},
                      {"RepoTags", names.empty() ? Json(nullptr) : Json(names)},
                      {"Layers", {"layer.tar"}}};
  write_file_atomically(content.path() / "layer.tar", std::string(5000, 'x'));
  write_file_atomically(content.path() / "manifest.json", Json::array({image}).dump());
  run_program(
      {"/usr/bin/tar", "-C", content.path(), "-caf", archive, "layer.tar", "manifest.json"});
}

void save_needed_images(const std::filesystem::path& directory) {
  save_image(directory / "postgres.tar", {"postgres:17"});
  save_image(directory / "redis.tar", {"redis:7"});
  save_image(directory / "web.tar", {"nginx:alpine", "hello-world:latest"});
}

}  // namespace pve_accept
