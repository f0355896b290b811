#include "support/workload/bulk_transfer.h"

#include "support/base/fields.h"
#include "support/base/reply.h"
#include "support/base/units.h"

namespace pve_accept {
namespace {

constexpr std::chrono::seconds kTransferDeadline{300};  // when the guest's side ends by itself
constexpr std::chrono::seconds kListenDeadline{60};
constexpr double kFastest_mib_per_s = 65536;  // no memory of a lab node is that fast

// The port that the guest's side prints once it listens.
std::string port_of(Shell& guest, const Command& command, Process& listener) {
  const std::string attempted = "listen for a bulk transfer";
  while (const auto line = listener.next_line(guest.patience(kListenDeadline))) {
    if (line->stream != OutputLine::Stream::kOut) continue;
    const auto port = text::to_whole(line->text);
    if (!port || *port < 1 || *port > 65535) {
      throw text::unexpected(command_line(command.argv), line->text, "a port");
    }
    return line->text;
  }
  if (listener.ended()) throw unusable(guest, command, listener.finish(), attempted);
  throw unusable(guest, command, {}, attempted, "printed no port");
}

}  // namespace

template <class Fields>
void visit(BulkTransfer::Way& way, Fields& fields) {
  fields("bytes", way.bytes, required, between(0, kBulkBytes));
  fields("seconds", way.seconds, required, not_negative);
  fields("longest_gap_s", way.longest_gap_s, required, not_negative);
}

template <class Fields>
void visit(BulkTransfer& transfer, Fields& fields) {
  fields("to_guest", transfer.to_guest, required);
  fields("from_guest", transfer.from_guest, required);
}

void check_fields(const JsonCursor& place, const BulkTransfer::Way& way) {
  if (way.longest_gap_s > way.seconds) place.fail("a gap longer than the whole transfer");
  if (way.bytes > 0 && way.mib_per_s() > kFastest_mib_per_s) place.fail("faster than memory");
}

double BulkTransfer::Way::mib_per_s() const {
  return seconds > 0 ? mib(bytes) / seconds : bytes > 0 ? 2 * kFastest_mib_per_s : 0;
}

BulkTransfer parse_bulk_transfer(std::string_view line) {
  return text::read_reply(text::parse_json(line), "the bulk transfer's report",
                          [](const JsonCursor& root) { return read_fields<BulkTransfer>(root); });
}

BulkTransfer transfer_bulk(Shell& node, Shell& guest, const std::string& address,
                           const std::string& script) {
  const std::string bytes = std::to_string(kBulkBytes);
  const Command listen{.argv = {"perl", "-", "--listen", "--bytes", bytes},
                       .input = script,
                       .deadline = kTransferDeadline};
  const auto listener = guest.start(listen);
  const Command connect{.argv = {"perl", "-", "--connect", address, "--port",
                                 port_of(guest, listen, *listener), "--bytes", bytes},
                        .input = script,
                        .deadline = kTransferDeadline};
  return parse_bulk_transfer(run_checked(node, connect, "transfer in bulk to the guest").out);
}

}  // namespace pve_accept
