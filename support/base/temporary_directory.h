#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "support/base/error.h"

namespace pve_accept {

// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "pve-accept-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw HarnessError("make a directory", name);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pve_accept
