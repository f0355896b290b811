#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/shell/clock.h"

namespace pve_accept {

// A command that runs on a served host, looked at without ever waiting. It ends with the object.
class ServedProcess {
 public:
  virtual ~ServedProcess() = default;

  struct Output {
    std::string out = {};
    std::string err = {};
  };

  // What it has printed since the last look. Throws ConnectionError when its host is cut off.
  virtual Output take() = 0;

  // Once it has ended and all of its output was taken.
  virtual std::optional<int> exit_status() = 0;

  // When there will be more to see; Clock::Instant::max() when it hangs.
  virtual Clock::Instant due() = 0;
};

// The hosts that an SSH service stands for: one that it listens for, and those behind it. A host is
// named by an id that only the implementation understands.
class ServedHosts {
 public:
  virtual ~ServedHosts() = default;

  virtual std::string front() = 0;                         // the id of the host in front
  virtual std::string name_of(const std::string& id) = 0;  // its host name, for a prompt

  // The file of the private key that the host shows, and the public keys that it lets in as root.
  virtual std::filesystem::path host_key_file(const std::string& id) = 0;
  virtual std::vector<std::string> authorized_keys(const std::string& id) = 0;

  // Whether the command waits for its standard input.
  virtual bool reads_input(const std::string& line) = 0;

  // Throws ConnectionError when the host does not answer (any more).
  virtual std::unique_ptr<ServedProcess> start(const std::string& id, const std::string& line,
                                               std::string input) = 0;

  // The id of the host with that address behind the front one. Throws ConnectionError.
  virtual std::string host_at(const std::string& address, int port) = 0;
};

}  // namespace pve_accept
