#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/error.h"
#include "support/base/json.h"
#include "support/shell/clock.h"

namespace pve_accept {

// A command as a vector of arguments: nothing in it is ever read by a shell.
struct Command {
  std::vector<std::string> argv;
  std::string input = {};  // given to standard input, which is then closed
  // Given instead of a text; read while the command takes it. Has to be readable when it starts.
  std::filesystem::path input_file = {};
  Clock::Duration deadline = std::chrono::seconds(30);
  bool repeatable = false;  // a read without side effects: tried once more after a lost connection
};

// A read without side effects.
Command reading(std::vector<std::string> argv, Clock::Duration deadline = std::chrono::seconds(30));

// The command line that a remote shell receives: every argument quoted where it needs to be.
// The one place where anything is quoted.
std::string command_line(const std::vector<std::string>& argv);

// Goes before every command line that is sent to a host, so that its tools print what is parsed
// here, whatever language the host speaks. (libssh could ask for a variable instead, at the price
// of a round trip, where the host's sshd accepts it.)
inline constexpr std::string_view kSpeakEnglish = "LC_ALL=C.UTF-8 ";

struct CommandResult {
  int exit_status = 0;  // 128 + n when the command died of signal n
  std::string out = {};
  std::string err = {};
  Clock::Duration elapsed{};
};

// A line that a running command printed, without its newline, and when it reached us.
struct OutputLine {
  enum class Stream { kOut, kErr };
  Stream stream;
  std::string text;
  Clock::Instant arrived;
};

// A command that runs in the foreground of a channel of its own. It ends with the channel: when the
// object goes, the command is cancelled.
class Process {
 public:
  virtual ~Process() = default;

  // The next line; empty when none came within `wait`, or when the command has ended and every
  // line was read. Throws ConnectionError when the connection is lost.
  virtual std::optional<OutputLine> next_line(Clock::Duration wait) = 0;

  // True when the command has ended and every line of it was read.
  virtual bool ended() = 0;

  // Waits for the end. Its output is all that the command printed, lines already read included.
  // Throws DeadlineError at the command's deadline, which counts from its start.
  virtual CommandResult finish() = 0;

  virtual void cancel() = 0;
};

// A host behind another one: a guest, reached through the node.
struct Endpoint {
  std::string name;     // what transcripts and errors call it: "lxc", "vm"
  std::string address;  // IPv4 or IPv6
  std::string user = "root";
  std::string identity_file = {};           // private key
  std::vector<std::string> host_keys = {};  // public host keys that it may show; one line each
};

// Where commands run. Everything that the suite learns, it learns through one of these.
class Shell {
 public:
  virtual ~Shell() = default;

  virtual const std::string& name() const = 0;  // "node", "lxc", "vm"

  // Runs a command to its end. An exit status other than 0 is a result, not an error.
  // Throws DeadlineError or ConnectionError; InputError for an input file that cannot be read.
  virtual CommandResult run(const Command& command) = 0;

  virtual std::unique_ptr<Process> start(const Command& command) = 0;

  // A shell on a host that is reached through this one. Throws ConnectionError when it does not
  // answer (yet).
  virtual std::unique_ptr<Shell> hop(const Endpoint& endpoint) = 0;

  // How long to wait for what takes `usual` at most on a host of the usual speed: as long, unless
  // the shell is a patient() one.
  virtual Clock::Duration patience(Clock::Duration usual) const { return usual; }
};

// Runs a command that has to succeed. Throws HarnessError with `attempted`, the command, its exit
// status and the end of its standard error (of its output, when that is empty).
CommandResult run_checked(Shell& shell, const Command& command, std::string_view attempted);

// Runs a command whose exit status is a result: a probe. Throws HarnessError that names the tool
// when there is none to run, on the host or in the container that it was for: that says nothing
// about what was asked.
CommandResult probe(Shell& shell, const Command& command, std::string_view attempted);

// The word of a command line that could not be run, by what the shell, env, Docker, LXC or busybox
// said of it with exit status 126 or 127; empty when it ran.
std::string missing_tool(const Command& command, const CommandResult& result);

// The error for a result that cannot be used, with the command and what it printed. Without a
// `problem` it says so where the tool is missing.
HarnessError unusable(const Shell& shell, const Command& command, const CommandResult& result,
                      std::string_view attempted, std::string_view problem = {});

// Runs a command that has to succeed and to print JSON. An empty or malformed reply is an error:
// no data never passes.
Json run_json(Shell& shell, const Command& command, std::string_view attempted);

}  // namespace pve_accept
