#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/base/temporary_directory.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {

// Runs a program to its end, without a shell. Throws std::runtime_error unless it exits with 0.
std::string run_program(const std::vector<std::string>& argv);

// A new key pair: `file` and `file`.pub. An empty passphrase leaves the key unencrypted.
void make_key(const std::filesystem::path& file, const std::string& passphrase = "");

std::string text_of(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

// A real sshd on a free port of a loopback address, with keys of its own, that lets the user who
// runs the test log in. It and what it started end with the object.
// Throws std::runtime_error when OpenSSH's server is not installed.
class SshServer {
 public:
  // Whom sshd lets in. Before OpenSSH 9.8 sshd passes no signal on to what root runs, so tests of
  // signals log in as somebody else.
  enum class Login { kCaller, kNotRoot };

  explicit SshServer(const std::string& address = "127.0.0.1", Login login = Login::kCaller);
  ~SshServer();
  SshServer(const SshServer&) = delete;
  SshServer& operator=(const SshServer&) = delete;

  int port() const { return port_; }
  const std::string& user() const { return user_; }
  std::filesystem::path file(const std::string& name) const { return directory_.path() / name; }
  std::string host_key() const { return text_of(file("host_key.pub")); }

  // The alias "node" of a client configuration that names the server, its user and their keys.
  SshTarget target() const;
  Endpoint endpoint(const std::string& name) const;
  void write_known_hosts(const std::string& host_key) const;
  std::string log() const { return text_of(file("sshd.log")); }

  // SIGKILL, SIGSTOP, … to sshd and every process that it has started.
  void signal_all(int signal) const;

 private:
  void write_configuration() const;
  void start();
  bool answers() const;
  std::string mark() const;

  TemporaryDirectory directory_;
  std::string address_;
  std::string user_;
  bool as_other_user_ = false;
  int port_ = 0;
  pid_t pid_ = -1;
};

// A socket that listens on a free loopback port and never says anything.
class SilentListener {
 public:
  SilentListener();
  ~SilentListener();
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;

  int port() const { return port_; }

 private:
  int port_ = 0;
  int descriptor_;
};

// Whether a process whose command line has `part` in it is running.
bool is_running(const std::string& part);

}  // namespace pve_accept
