#include "support/sim/model/addresses.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr double kPatience_s = 20;  // of the script
constexpr double kAlarm_s = 300;

// Prints the port, and waits for the node until its alarm.
int listen(Call& call) {
  call.spend(0.05);
  call.guest->listens_on = 32768 + call.now() % 28000;
  call.out(fmt::format("{}\n", call.guest->listens_on));
  call.output.wait_until(call.now() + static_cast<Millis>(kAlarm_s * 1000));
  return 142;  // 128 + SIGALRM
}

std::string way(std::int64_t bytes, double seconds, double gap_s) {
  return fmt::format(R"({{"bytes":{},"seconds":{:.3f},"longest_gap_s":{:.3f}}})", bytes, seconds,
                     gap_s);
}

int transfer(Call& call, const std::string& host, std::int64_t port, std::int64_t bytes) {
  constexpr double kGap_s = 0.011;  // between two steps of a transfer that does not stall
  constexpr int kConnectionRefused = 111, kNoRoute = 113;
  const Guest* found = guest_at(call.state(), call.world.scenario, host, call.now());
  const auto refuse = [&](int error, const char* text) {
    return call.fail(error, fmt::format("bulk: connect to {} port {}: {}", host, port, text));
  };
  if (found == nullptr) return refuse(kNoRoute, "No route to host");
  Guest& guest = *call.state().find_guest(found->vmid);
  if (guest.listens_on != port) return refuse(kConnectionRefused, "Connection refused");
  guest.listens_on = 0;
  const Model::Guest& model = call.model().guest(guest.kind);
  const double moving_s = static_cast<double>(bytes) / kMib / model.bulk_mib_per_s;
  const double stall_s = std::min(model.bulk_stall_s, kPatience_s);
  const double gap_s = std::max(stall_s, kGap_s);
  const bool gives_up = model.bulk_stall_s >= kPatience_s;
  const double to_s = (gives_up ? moving_s / 2 : moving_s) + gap_s;
  const std::string to = way(gives_up ? bytes / 2 : bytes, to_s, gap_s);
  call.spend(gives_up ? to_s : to_s + moving_s);
  const std::string from = gives_up ? way(0, 0, 0) : way(bytes, moving_s + kGap_s, kGap_s);
  call.out(fmt::format(R"({{"to_guest":{},"from_guest":{}}})"
                       "\n",
                       to, from));
  return 0;
}

}  // namespace

// In a guest: perl - --listen --bytes N. On the node: perl - --connect HOST --port P --bytes N. The
// script on stdin is fixtures/assets/bulk.pl.
int bulk_transfer(Call& call) {
  const Arguments arguments =
      read_options(call.words(), {"--listen", "--connect=", "--port=", "--bytes="});
  const std::int64_t bytes = arguments.number("--bytes", 0);
  if (arguments.rest != Words{"-"} || bytes <= 0 || call.input.empty()) throw Unsupported{};
  if (arguments.has("--listen") && !call.is_node()) return listen(call);
  if (!call.is_node()) throw Unsupported{};
  arguments.require({"--connect", "--port"});
  return transfer(call, arguments.get("--connect"), arguments.number("--port", 0), bytes);
}

}  // namespace pve_accept::sim
