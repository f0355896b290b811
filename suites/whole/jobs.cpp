#include "suites/whole/jobs.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <system_error>

namespace pve_accept {
namespace {

pid_t in_child(const std::function<void()>& work) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace

void in_processes(std::size_t count, int at_once, const std::function<void(std::size_t)>& work,
                  const std::function<void(std::size_t)>& collect) {
  std::map<pid_t, std::size_t> running;
  for (std::size_t next = 0; next < count || !running.empty();) {
    if (next < count && static_cast<int>(running.size()) < at_once) {
      running[in_child([&] { work(next); })] = next;
      ++next;
      continue;
    }
    const pid_t ended = ::waitpid(-1, nullptr, 0);
    if (ended < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "wait");
    const auto job = running.find(ended);
    if (job == running.end()) continue;
    collect(job->second);
    running.erase(job);
  }
}

}  // namespace pve_accept
