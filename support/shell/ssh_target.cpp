#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

bool is_ipv6(const std::string& host) {
  in6_addr address;
  return ::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) == 1;
}

// A host or user that ssh would take for an option, or that a known_hosts line cannot hold.
bool is_word(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c != 0x7f &&
           std::string_view("\"'\\$`;&|<>()[]{},*?!/@").find(c) == std::string_view::npos;
  });
}

struct HostAndPort {
  std::string host;
  std::optional<std::string_view> port = {};
};

// Splits at the colon before the port, which an IPv6 address has only after its bracket.
HostAndPort split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = std::min(text.find("]:"), text.size() - 1);
    if (text[end] != ']') return {std::string(text)};
    HostAndPort parts{std::string(text.substr(1, end - 1))};
    if (end + 1 < text.size()) parts.port = text.substr(end + 2);
    return parts;
  }
  if (std::ranges::count(text, ':') != 1) return {std::string(text)};
  const auto colon = text.find(':');
  return {std::string(text.substr(0, colon)), text.substr(colon + 1)};
}

std::optional<int> to_port(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 1 && number <= 65535 ? std::optional(number) : std::nullopt;
}

}  // namespace

SshTarget parse_ssh_target(std::string_view text) {
  const auto require = [&](bool valid, std::string_view problem) {
    if (valid) return;
    throw InputError(fmt::format(
        "\"{}\" is not a host: {}; expected [user@]host[:port], with an IPv6 address in brackets",
        text, problem));
  };
  SshTarget target;
  std::string_view rest = text;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    target.user = rest.substr(0, at);
    require(is_word(*target.user), "the user name is empty or has a character that none has");
    rest.remove_prefix(at + 1);
  }
  const auto [host, port] = split(rest);
  const bool has_colon = host.find(':') != std::string::npos;
  require(has_colon || rest.starts_with('[') ? is_ipv6(host) : is_word(host),
          "the host name is empty or has a character that none has");
  target.host = host;
  if (port) {
    target.port = to_port(*port);
    require(target.port.has_value(), "the port is not a number from 1 to 65535");
  }
  return target;
}

}  // namespace pve_accept
