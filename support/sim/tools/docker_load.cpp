#include <fstream>
#include <sstream>

#include "support/sim/model/images.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/noise.h"
#include "support/sim/tools/image_archive.h"

namespace pve_accept::sim {
namespace {

constexpr double kLoadedMibPerS = 60;

ImageArchive archive_on_input(const Call& call) {
  if (!call.input_file.empty()) {
    std::ifstream file(call.input_file, std::ios::binary);
    return read_image_archive(file);
  }
  std::istringstream text(call.input);
  return read_image_archive(text);
}

}  // namespace

// docker load -q, from standard input
int docker_load(Call& call) {
  if (call.argv.size() != 3 || call.argv[2] != "-q") throw Unsupported{};
  try {
    const ImageArchive archive = archive_on_input(call);
    keep_busy(call, *call.guest, archive.mib / kLoadedMibPerS);
    call.spend(archive.mib / kLoadedMibPerS);
    auto& images = call.guest->docker.images;
    for (const ArchivedImage& image : archive.images) {
      if (image.names.empty()) call.out(fmt::format("Loaded image ID: sha256:{}\n", image.id));
      for (const std::string& name : image.names) {
        if (!contains(images, name)) images.push_back(name);
        call.out(fmt::format("Loaded image: {}\n", name));
      }
    }
    return 0;
  } catch (const BadArchive& bad) {
    return call.fail(1, bad.problem);
  }
}

namespace {

// docker image inspect --format '{{json .RepoTags}} {{.Id}}' IMAGE…
int image_ids(Call& call, const Words& names) {
  std::string missing;
  for (const std::string& name : names) {
    const auto& images = call.guest->docker.images;
    const Image* known = find_image(name);
    if (known != nullptr && contains(images, known->name)) {
      call.out(fmt::format("[\"{}\"] sha256:{}{}\n", known->name, known->id,
                           hex(0, known->id, 0, 64 - known->id.size())));
    } else {
      missing += fmt::format("Error response from daemon: No such image: {}\n", name);
    }
  }
  if (missing.empty()) return 0;
  call.err(missing);
  return 1;
}

}  // namespace

// docker image inspect --format FORMAT IMAGE…
int docker_image_inspect(Call& call) {
  const auto& argv = call.argv;
  if (argv.size() > 5 && argv[3] == "--format" && argv[4] == "{{json .RepoTags}} {{.Id}}") {
    return image_ids(call, {argv.begin() + 5, argv.end()});
  }
  if (argv.size() != 6 || argv[3] != "--format" || argv[4] != "{{.Architecture}}") {
    throw Unsupported{};
  }
  const std::string name = argv[5].find(':') == std::string::npos ? argv[5] + ":latest" : argv[5];
  const auto& images = call.guest->docker.images;
  if (contains(images, name)) {
    call.out("amd64\n");
    return 0;
  }
  call.out("\n");
  return call.fail(1, fmt::format("Error response from daemon: No such image: {}", name));
}

}  // namespace pve_accept::sim
