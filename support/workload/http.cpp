#include "support/workload/http.h"

#include <fmt/format.h>

#include "support/base/text.h"

namespace pve_accept {

int http_status(Shell& shell, const std::string& url) {
  const Command command = reading({"curl", "-s", "-o", "/dev/null", "-w",
                                   "%{http_code} %header{server}", "--max-time", "10", url});
  const CommandResult result = shell.run(command);
  const std::string attempted = fmt::format("get {}", url);
  const std::string_view reply = text::trimmed(result.out);
  const std::string_view text = reply.substr(0, reply.find(' '));
  const auto status = text::to_whole(text);
  // Prints 000 and exits 7 when nothing listens, 28 when nothing answers in time. 1 to 6: it did
  // not get as far as to connect.
  constexpr int kCouldNotConnect = 7;
  const bool tried = result.exit_status == 0 || result.exit_status >= kCouldNotConnect;
  if (!tried || !status || text.size() != 3) throw unusable(shell, command, result, attempted);
  if (result.exit_status == 0 && *status == 0) throw unusable(shell, command, result, attempted);
  if (*status == 200 && !text::contains(reply, " nginx")) {
    throw unusable(shell, command, result, attempted, "another server answers there, not nginx");
  }
  return result.exit_status == 0 ? static_cast<int>(*status) : 0;
}

}  // namespace pve_accept
