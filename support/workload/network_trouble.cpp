#include "support/workload/network_trouble.h"

#include <algorithm>
#include <array>
#include <string>

#include "support/workload/output.h"

namespace pve_accept {

std::string_view network_trouble(std::string_view output) {
  static constexpr std::array kSigns = {
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
  for (const std::string_view line : workload::lines(output)) {
    if (line.find("dial unix") != std::string_view::npos) continue;  // Docker's own socket
    for (const std::string_view sign : kSigns) {
      if (line.find(sign) != std::string_view::npos) return workload::trimmed(line);
    }
  }
  return {};
}

}  // namespace pve_accept
