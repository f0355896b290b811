#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include "support/base/error.h"
#include "support/base/json.h"
#include "support/record/thresholds.h"

// What the tests of run records and reports share.
namespace pve_accept {

// The suite's own thresholds.json.
inline Json suite_thresholds_document() {
  return read_strict_json(PVE_ACCEPT_SOURCE_DIR "/thresholds.json");
}

inline Thresholds suite_thresholds() {
  return Thresholds(suite_thresholds_document(), "thresholds.json");
}

// The text of the InputError that `action` throws.
inline std::string input_complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no complaint";
}

// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "pve-accept-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pve_accept
