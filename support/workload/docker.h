#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"
#include "support/shell/shell.h"

namespace pve_accept {

struct DockerVersions {
  std::string engine;
  std::string containerd;
  std::string runc;
  std::string api;         // empty in a release that does not say
  std::string min_api;     // the same
  std::string git_commit;  // of the engine: with the version, the build
  std::string client;      // empty in a release that does not say
};

struct DockerInfo {
  std::string driver;  // storage driver: "overlayfs", "overlay2", "vfs", ...
  std::string cgroup_driver = {};
  std::string cgroup_version = {};
};

struct HelloWorld {
  bool greeted = false;  // exit 0 and the greeting
  CommandResult result = {};

  std::string said() const;  // the greeting, or what there was instead
};

struct ExceededLimit {
  int exit_status = 0;      // of its one process
  bool oom_killed = false;  // as Docker says, which under cgroup v2 may miss it (nomad#13119)
  std::string err = {};
};

// `docker version --format '{{json .}}'`.
DockerVersions parse_docker_versions(const Json& reply);

// `docker info --format '{{json .}}'`. A reply without a storage driver, or with the errors of a
// daemon that does not answer, is HarnessError.
DockerInfo parse_docker_info(const Json& reply);

// Lines of `docker image inspect --format '{{json .RepoTags}} {{.Id}}'`: the ID by each tag.
std::map<std::string, std::string> parse_image_ids(std::string_view text);

// The Docker engine of a guest.
class Docker {
 public:
  explicit Docker(Shell& guest) : guest_(guest) {}

  Shell& guest() { return guest_; }

  DockerVersions versions();
  std::string compose_version();
  DockerInfo info();
  // Of those of the images that are there: "sha256:…".
  std::map<std::string, std::string> image_ids(const std::vector<std::string>& images);

  // `docker run --rm hello-world`, which pulls the image when it is not there. Throws HarnessError
  // when it cannot be pulled for want of a network; any other outcome is the result.
  HelloWorld hello_world(Clock::Duration deadline);

  // Runs a command in a running container; its exit status is a result.
  CommandResult exec(const std::string& container, const std::vector<std::string>& argv,
                     Clock::Duration deadline = std::chrono::seconds(60));

  // Type of the file system that a container has as its root: "overlay".
  std::string container_root_fs(const std::string& container);

  // What a container that is started with a memory limit sees in memory.max, in bytes;
  // empty for "max", no limit at all.
  std::optional<std::int64_t> memory_limit_seen(int limit_mib,
                                                const std::string& image = "postgres:17");

  // A container that asks for four times the memory that it is allowed: its ID.
  std::string create_greedy_container(int limit_mib, const std::string& image = "postgres:17");
  // What becomes of it. It is removed again whatever happens.
  ExceededLimit exceed_limit(const std::string& greedy_container);

  // Disk that `count` more containers of an image cost, in MiB. They are created, never started,
  // and removed again whatever happens. Throws HarnessError when they cost nothing at all.
  double growth_of_containers(int count, const std::string& image = "postgres:17");

  // True when a container can talk to another by the name that it knows it by: whoever is asked
  // `question` there has to begin with one of the `answers`.
  bool reaches(const std::string& container, const std::string& host, int port,
               const std::string& question, const std::vector<std::string>& answers);

 private:
  Shell& guest_;
};

}  // namespace pve_accept
