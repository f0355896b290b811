#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace pve_accept {

// A script of fixtures/assets, run here as it runs on a node and in a guest: from its standard
// input, by a shell. Its standard error comes with its lines.
class RunningScript {
 public:
  struct Around {
    std::string environment = {};  // "NAME=value"
    std::string into = {};         // "| head -n 1"
  };

  RunningScript(const std::string& asset, const std::string& arguments, const Around& around)
      : pipe_(popen(
            (around.environment + " perl - " + arguments +
             " < '" PVE_ACCEPT_SOURCE_DIR "/fixtures/assets/" + asset + "' 2>&1 " + around.into)
                .c_str(),
            "r")) {
    if (pipe_ == nullptr) throw std::runtime_error("popen failed");
  }
  ~RunningScript() { end(); }
  RunningScript(const RunningScript&) = delete;
  RunningScript& operator=(const RunningScript&) = delete;

  // Its next line; empty when it has ended.
  std::string line() {
    char buffer[4096] = "";
    const char* text = std::fgets(buffer, sizeof buffer, pipe_);
    return text == nullptr ? "" : std::string(text).substr(0, std::string(text).find('\n'));
  }

  // Waits until it has ended; returns its exit status.
  int end() {
    while (pipe_ != nullptr && std::fgetc(pipe_) != EOF) {  // or its last words would kill it
    }
    if (pipe_ != nullptr) status_ = WEXITSTATUS(pclose(pipe_));
    pipe_ = nullptr;
    return status_;
  }

 private:
  std::FILE* pipe_;
  int status_ = 0;
};

}  // namespace pve_accept
