#include "suites/unit/shell/ssh_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace pve_accept {
namespace {

constexpr auto kServer = "/usr/sbin/sshd";

sockaddr_in loopback(const std::string& address, int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  return name;
}

// Binds to a free port; `port` tells which.
int bound_socket(const std::string& address, int& port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name = loopback(address, 0);
  socklen_t size = sizeof name;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&name), size) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    throw std::runtime_error("no free port on " + address);
  }
  port = ntohs(name.sin_port);
  return descriptor;
}

// Only async-signal-safe calls: this is between fork and exec.
[[noreturn]] void become(const std::vector<std::string>& argv) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

// sshd needs an account with a login shell. In a mount namespace of our own, where nothing of the
// system changes, "nobody" is one.
bool give_nobody_a_shell(const std::filesystem::path& passwd) {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount(passwd.c_str(), "/etc/passwd", nullptr, MS_BIND, nullptr) == 0;
}

pid_t parent_of(const std::filesystem::path& process) {
  std::ifstream stat(process / "stat");
  std::string text;
  std::getline(stat, text);
  const auto after_name = text.rfind(')');
  if (after_name == std::string::npos) return -1;
  std::istringstream fields(text.substr(after_name + 1));
  std::string state;
  pid_t parent = -1;
  fields >> state >> parent;
  return parent;
}

std::vector<std::filesystem::path> processes() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])) != 0) {
      found.push_back(entry.path());
    }
  }
  return found;
}

bool has_variable(const std::filesystem::path& process, const std::string& variable) {
  return text_of(process / "environ").find(variable) != std::string::npos;
}

// The process and all below it, parents first.
std::vector<pid_t> family_of(pid_t root) {
  std::vector<std::pair<pid_t, pid_t>> parents;
  for (const auto& process : processes()) {
    parents.emplace_back(std::stoi(process.filename()), parent_of(process));
  }
  std::vector<pid_t> family = {root};
  for (std::size_t next = 0; next < family.size(); ++next) {
    for (const auto& [process, parent] : parents) {
      if (parent == family[next]) family.push_back(process);
    }
  }
  return family;
}

}  // namespace

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

std::string run_program(const std::vector<std::string>& argv) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::dup2(pipe_ends[1], STDERR_FILENO);
    become(argv);
  }
  ::close(pipe_ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t count; (count = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error(argv.front() + " failed: " + output);
  return output;
}

void make_key(const std::filesystem::path& file, const std::string& passphrase) {
  run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file});
}

SshServer::SshServer(const std::string& address, Login login) : address_(address) {
  if (!std::filesystem::exists(kServer)) {
    throw std::runtime_error("sshd is not installed: the Debian package is openssh-server");
  }
  const passwd* account = ::getpwuid(::geteuid());
  if (account == nullptr) throw std::runtime_error("the user who runs the test has no account");
  user_ = account->pw_name;
  as_other_user_ = login == Login::kNotRoot && ::geteuid() == 0;
  if (as_other_user_) user_ = "nobody";
  // Other users' sshd processes read the keys.
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
  make_key(file("host_key"));
  make_key(file("user_key"));
  write_text(file("authorized_keys"), text_of(file("user_key.pub")));
  if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);  // where sshd locks up its unprivileged part
  start();
  write_known_hosts(host_key());
  write_text(file("config"), fmt::format("Host node\n"
                                         "  HostName {}\n"
                                         "  Port {}\n"
                                         "  User {}\n"
                                         "  IdentityFile {}\n"
                                         "  IdentityAgent none\n"
                                         "  UserKnownHostsFile {}\n"
                                         "  GlobalKnownHostsFile /dev/null\n",
                                         address_, port_, user_, file("user_key").string(),
                                         file("known_hosts").string()));
}

SshServer::~SshServer() {
  signal_all(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

SshTarget SshServer::target() const { return {.host = "node", .config_file = file("config")}; }

Endpoint SshServer::endpoint(const std::string& name) const {
  return {.name = name,
          .address = fmt::format("{}:{}", address_, port_),
          .user = user_,
          .identity_file = file("user_key"),
          .host_keys = {host_key()}};
}

void SshServer::write_known_hosts(const std::string& host_key) const {
  write_text(file("known_hosts"), fmt::format("[{}]:{} {}", address_, port_, host_key));
}

void SshServer::signal_all(int signal) const {
  for (const pid_t process : family_of(pid_)) ::kill(process, signal);
  // What a connection has run may outlive the sshd process that served it.
  for (const auto& process : processes()) {
    if (has_variable(process, mark())) ::kill(std::stoi(process.filename()), signal);
  }
}

// In the environment of all that runs over this server.
std::string SshServer::mark() const {
  return "PVE_ACCEPT_TEST_SERVER=" + directory_.path().string();
}

void SshServer::write_configuration() const {
  write_text(file("sshd_config"), fmt::format("ListenAddress {}\n"
                                              "Port {}\n"
                                              "HostKey {}\n"
                                              "AuthorizedKeysFile {}\n"
                                              "PidFile none\n"
                                              "UsePAM no\n"
                                              "StrictModes no\n"
                                              "PasswordAuthentication no\n"
                                              "KbdInteractiveAuthentication no\n"
                                              "AcceptEnv LC_*\n"
                                              // bash reads no .bashrc in a shell below a shell
                                              "SetEnv SHLVL=1 {}\n",
                                              address_, port_, file("host_key").string(),
                                              file("authorized_keys").string(), mark()));
  const std::string nobody = "nobody:x:65534:65534:nobody:/tmp:/bin/bash\n";
  std::istringstream accounts(text_of("/etc/passwd"));
  std::string passwd = nobody;
  for (std::string line; std::getline(accounts, line);) {
    if (!line.starts_with("nobody:")) passwd += line + "\n";
  }
  write_text(file("passwd"), passwd);
}

void SshServer::start() {
  // A port that is free now may be taken before sshd has it.
  for (int attempt = 0; attempt < 5; ++attempt) {
    ::close(bound_socket(address_, port_));
    write_configuration();
    const std::vector<std::string> argv = {
        kServer, "-D", "-e", "-f", file("sshd_config"), "-E", file("sshd.log")};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no server
      if (as_other_user_ && !give_nobody_a_shell(file("passwd"))) ::_exit(126);
      become(argv);
    }
    if (answers()) return;
  }
  throw std::runtime_error("sshd does not start: " + log());
}

// Waits until sshd listens; false when it ended instead.
bool SshServer::answers() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (::waitpid(pid_, nullptr, WNOHANG) == 0 && std::chrono::steady_clock::now() < deadline) {
    if (log().find("Server listening") != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

SilentListener::SilentListener() : descriptor_(bound_socket("127.0.0.1", port_)) {
  ::listen(descriptor_, 1);
}

SilentListener::~SilentListener() { ::close(descriptor_); }

bool is_running(const std::string& part) {
  for (const auto& process : processes()) {
    std::string line = text_of(process / "cmdline");
    for (char& c : line) {
      if (c == '\0') c = ' ';
    }
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace pve_accept
