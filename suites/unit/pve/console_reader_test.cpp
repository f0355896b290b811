// The reader of a VM's console, run here on a real socket as it runs on a node.

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"
#include "support/base/temporary_directory.h"
#include "support/pve/serial_console.h"

namespace pve_accept {
namespace {

std::string reader_script() {
  std::string script;
  MockShell node;
  EXPECT_CALL(node, start).WillOnce([&](const Command& command) {
    script = command.input;
    return nullptr;
  });
  const SerialConsole console(node, Vmid(9000));
  return script;
}

// Listens as QEMU does: one client at a time.
class SocketListener {
 public:
  explicit SocketListener(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
  }
  ~SocketListener() {
    ::close(client_);
    ::close(socket_);
  }
  SocketListener(const SocketListener&) = delete;
  SocketListener& operator=(const SocketListener&) = delete;

  void accept() { client_ = ::accept(socket_, nullptr, nullptr); }
  void print(std::string_view text) const {
    EXPECT_EQ(::send(client_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void hang_up() const { ::shutdown(client_, SHUT_RDWR); }

  // Whether the client goes within ten seconds, without having sent anything.
  bool client_goes() const {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(client_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    return ::recv(client_, &byte, 1, 0) == 0;
  }

 private:
  int socket_, client_ = -1;
};

class ConsoleReader : public testing::Test {
 protected:
  ConsoleReader() { std::ofstream(directory_.path() / "reader.pl") << reader_script(); }

  std::string socket() const { return (directory_.path() / "9000.serial0").string(); }
  std::FILE* start(const std::string& seconds) const {
    return ::popen(("exec perl - " + socket() + " " + seconds + " < " +
                    (directory_.path() / "reader.pl").string() + " 2>&1")
                       .c_str(),
                   "r");
  }
  static std::string line_of(std::FILE* reader) {
    char line[200] = "";
    return std::fgets(line, sizeof line, reader) == nullptr ? "" : line;
  }

  TemporaryDirectory directory_;
};

TEST_F(ConsoleReader, PassesOnWhatComesWhenItComes) {
  SocketListener console(socket());
  std::FILE* reader = start("60");
  console.accept();
  console.print("first\r\n");
  EXPECT_EQ(line_of(reader), "first\r\n");
  console.print("second\r\n");
  EXPECT_EQ(line_of(reader), "second\r\n");
  console.hang_up();  // the VM stops
  EXPECT_EQ(line_of(reader), "");
  EXPECT_EQ(::pclose(reader), 0);
}

TEST_F(ConsoleReader, EndsWhenNobodyReadsItAndTheConsoleIsQuiet) {
  SocketListener console(socket());
  std::FILE* reader = start("60");
  console.accept();
  console.print("first\r\n");
  EXPECT_EQ(line_of(reader), "first\r\n");
  ::close(::fileno(reader));  // as when its channel is closed
  EXPECT_TRUE(console.client_goes());
  ::pclose(reader);
}

TEST_F(ConsoleReader, EndsByItselfInTheEnd) {
  SocketListener console(socket());
  std::FILE* reader = start("1");
  console.accept();
  EXPECT_TRUE(console.client_goes());
  const int status = ::pclose(reader);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) << status;
}

TEST_F(ConsoleReader, SaysThatThereIsNoConsole) {
  std::FILE* reader = start("60");
  EXPECT_EQ(line_of(reader), "connect to " + socket() + ": No such file or directory\n");
  const int status = ::pclose(reader);
  EXPECT_EQ(WEXITSTATUS(status), 2);
}

}  // namespace
}  // namespace pve_accept
