#include "support/workload/network_trouble.h"

#include <algorithm>
#include <array>
#include <string>

#include "support/base/text.h"

namespace pve_accept {

std::string_view line_with(std::span<const std::string_view> signs, std::string_view output,
                           std::string_view unless) {
  for (const std::string_view line : text::lines(output)) {
    const auto in_line = [line](std::string_view sign) { return text::contains(line, sign); };
    if ((unless.empty() || !in_line(unless)) && std::ranges::any_of(signs, in_line))
      return text::trimmed(line);
  }
  return {};
}

std::string_view network_trouble(std::string_view output) {
  static constexpr std::array<std::string_view, 19> kSigns = {
      "no such host",
      "server misbehaving",
      "i/o timeout",
      "TLS handshake timeout",
      "tls: failed to verify",
      "x509: certificate",
      "toomanyrequests",
      "429 Too Many Requests",
      "connection refused",
      "connection reset by",
      "network is unreachable",
      "no route to host",
      "Client.Timeout exceeded",
      "request canceled while waiting",
      "502 Bad Gateway",
      "503 Service Unavailable",
      "Temporary failure in name resolution",
      "Could not resolve host",
      "Temporary failure resolving",
  };
  return line_with(kSigns, output, "dial unix");  // Docker's own socket
}

}  // namespace pve_accept
