#include <fmt/format.h>

#include "support/report/shared.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

using Notes = std::vector<std::string>;

void add_all(Notes& notes, const std::string& name, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) notes.push_back(name + ": " + text);
}

// Why a window is not usable, what is worth a mention, the drift of RAM that remained when it
// began, and steal.
void add_window(Notes& notes, const std::string& name, const WindowRecord& window) {
  add_all(notes, name, window.problems);
  add_all(notes, name, window.notes);
  if (const auto& settle = window.settle) {
    notes.push_back(fmt::format("{}: drift of host RAM that remained: {} MiB, {} after {} s", name,
                                signed_or_missing(settle->drift_mib, 0),
                                settle->settled ? "settled" : "not settled",
                                number_or_missing(settle->took_s, 0)));
  }
  const auto steal = window.figures.find("cpu_steal_percent");
  if (steal != window.figures.end() && steal->second.mean > 0) {
    notes.push_back(fmt::format(
        "{}: steal {} %: the node is itself a virtual machine, its CPU figures are not exact", name,
        number_or_missing(steal->second.mean, 2)));
  }
}

}  // namespace

std::vector<std::string> notes_of(const Record& record) {
  Notes notes;
  if (record.baseline) add_window(notes, "baseline", *record.baseline);
  for (const GuestKind kind : kGuestKinds) {
    const auto name = [&](const char* window) {
      return fmt::format("{} window of the {}", window, to_string(kind));
    };
    if (const IdleRecord* idle = record.idle(kind)) add_window(notes, name("idle"), *idle);
    if (const LoadRecord* load = record.load(kind)) add_window(notes, name("load"), *load);
  }
  if (const auto& next = record.node.pending_kernel; next) {
    notes.push_back(
        fmt::format("reboot pending: the next boot of the node starts kernel {}, and {} ran; "
                    "these figures are of neither what was nor what will be",
                    *next, text_or_missing(record.node.kernel)));
  } else if (!next.known()) {
    notes.push_back("which kernel the next boot of the node starts is not known: " + next.problem);
  }
  if (record.node.ksm) notes.push_back("KSM on the node: " + *record.node.ksm);
  add_all(notes, "command that the simulated node does not know", record.node.unknown_commands);
  for (const ClaimResult* claim : claims_of(record)) {
    if (claim->note && claim->outcome == Outcome::kPass) {
      notes.push_back(case_label(*claim) + ": " + *claim->note);
    }
  }
  return notes;
}

std::string destroy_command(const Record& record, GuestKind kind) {
  const GuestRecord* guest = record.guest(kind);
  return fmt::format("{} destroy {} --purge", facts_of(kind).tool,
                     guest == nullptr ? std::string(kMissing) : std::to_string(guest->vmid));
}

}  // namespace pve_accept
