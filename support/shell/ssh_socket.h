#pragma once

#include <string>
#include <utility>

#include "support/shell/clock.h"

namespace pve_accept {

class FileDescriptor {
 public:
  explicit FileDescriptor(int number = -1) : number_(number) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset();

 private:
  int number_;
};

// A TCP connection, to the first address of the host that answers. libssh's own connect tries only
// one address and sets no keep-alive. A dead peer is noticed within 15 s, by the kernel too.
// Throws ConnectionError, at the latest at `deadline` (name resolution has the resolver's limits).
FileDescriptor connect_tcp(const std::string& host, unsigned int port, Clock::Instant deadline);

// Two connected stream sockets that do not block.
std::pair<FileDescriptor, FileDescriptor> socket_pair();

void set_nonblocking(int descriptor);

// Acknowledges what has come without delay, until the kernel falls back to its habit. Until sshd
// runs the first command it holds a second small packet back for that: 40 ms for nothing.
void acknowledge_at_once(int descriptor);

}  // namespace pve_accept
