#include "support/workload/steady_writer.h"

#include "support/base/fields.h"
#include "support/base/reply.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr seconds kEndingTime{60};  // from the end of its time on
constexpr seconds kSilence{30};     // it has a line every quarter of a second
constexpr double kStopped_s = 3;
constexpr seconds kEndPatience{8};
constexpr seconds kGoOnPatience{10};

}  // namespace

template <class Fields>
void visit(WriteProgress& progress, Fields& fields) {
  fields("at_s", progress.at_s, required, not_negative);
  fields("writes", progress.writes, required, not_negative);
  fields("last_ago_s", progress.last_ago_s, required, not_negative);
  fields("longest_gap_s", progress.longest_gap_s, required, not_negative);
}

void check_fields(const JsonCursor& place, const WriteProgress& progress) {
  if (progress.longest_gap_s > progress.at_s) place.fail("a gap since before the guest's boot");
}

WriteProgress parse_write_progress(std::string_view line) {
  return text::read_reply(text::parse_json(line), "the writer's line",
                          [](const JsonCursor& root) { return read_fields<WriteProgress>(root); });
}

SteadyWriter::SteadyWriter(Shell& guest, Clock& clock, const std::string& script, seconds time)
    : guest_(guest),
      clock_(clock),
      command_{.argv = {"perl", "-", "--seconds", std::to_string(time.count())},
               .input = script,
               .deadline = time + kEndingTime},
      process_(guest.start(command_)) {
  while (next().writes == 0) {
  }
}

bool SteadyWriter::stops() {
  const Clock::Instant deadline = clock_.now() + guest_.patience(kEndPatience);
  while (next().last_ago_s < kStopped_s) {
    if (clock_.now() >= deadline) return false;
  }
  return true;
}

bool SteadyWriter::goes_on() {
  const std::string uptime =
      run_checked(guest_, reading({"cat", "/proc/uptime"}), "ask how long the guest is up").out;
  const auto now_s = text::to_number(text::words(uptime).at(0));
  if (!now_s) throw text::unexpected("/proc/uptime", uptime, "seconds");
  const Clock::Instant deadline = clock_.now() + guest_.patience(kGoOnPatience);
  for (;;) {
    const WriteProgress seen = next();
    if (seen.at_s - seen.last_ago_s > *now_s) return true;
    if (seen.at_s > *now_s && clock_.now() >= deadline) return false;
  }
}

WriteProgress SteadyWriter::next() {
  constexpr std::string_view kAttempted = "write to the guest's root file system";
  std::string complaint;
  while (const auto line = process_->next_line(guest_.patience(kSilence))) {
    if (line->stream == OutputLine::Stream::kOut) return last_ = parse_write_progress(line->text);
    complaint += line->text + "\n";
  }
  if (process_->ended()) throw unusable(guest_, command_, process_->finish(), kAttempted);
  throw unusable(guest_, command_, {.err = complaint}, kAttempted, "the writer says nothing");
}

}  // namespace pve_accept
