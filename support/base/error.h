#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace pve_accept {

// Something got in the way of an observation: the harness, the network, the node or a tool.
// A claim that meets one has outcome ERROR, never PASS or FAIL.
class HarnessError : public std::runtime_error {
 public:
  struct Details {
    std::string attempted;     // what was being done: "create container 9001"
    std::string where = {};    // host that the command ran on: "node", "lxc", "vm"
    std::string command = {};  // the command line, if there was one
    std::optional<int> exit_status = {};
    std::string output_tail = {};  // the end of what the command printed as its error
    std::string problem = {};      // what is wrong, where an exit status does not say it
    std::string hint = {};         // what to do about it, where that is known
  };

  explicit HarnessError(Details details);
  HarnessError(std::string attempted, std::string problem);

  const Details& details() const { return details_; }
  // what() without the hint at its end, for who shows the hint apart.
  std::string text_without_hint() const;

 private:
  Details details_;
};

// The connection to a host broke or could not be made.
class ConnectionError : public HarnessError {
 public:
  using HarnessError::HarnessError;
};

// A command did not end within its deadline.
class DeadlineError : public HarnessError {
 public:
  using HarnessError::HarnessError;
};

// A file or option that the user wrote is wrong. Names the file, the place and the remedy.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace pve_accept
