#include "support/workload/steady_writer.h"

#include "support/base/fields.h"
#include "support/base/reply.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr seconds kWriterTime{60};  // until its watchdog thaws, and it ends
constexpr seconds kWriterDeadline{120};
constexpr seconds kSilence{30};  // it has a line every quarter of a second
constexpr double kStopped_s = 3;
constexpr seconds kStopPatience{8};
constexpr seconds kGoOnPatience{10};

}  // namespace

template <class Fields>
void visit(WriteProgress& progress, Fields& fields) {
  fields("writes", progress.writes, required, not_negative);
  fields("last_ago_s", progress.last_ago_s, required, not_negative);
}

WriteProgress parse_write_progress(std::string_view line) {
  return text::read_reply(text::parse_json(line), "the writer's line",
                          [](const JsonCursor& root) { return read_fields<WriteProgress>(root); });
}

SteadyWriter::SteadyWriter(Shell& guest, Clock& clock, const std::string& script)
    : guest_(guest),
      clock_(clock),
      command_{.argv = {"perl", "-", "--seconds", std::to_string(kWriterTime.count())},
               .input = script,
               .deadline = kWriterDeadline},
      process_(guest.start(command_)) {
  while (next().writes == 0) {
  }
}

bool SteadyWriter::stops() {
  const Clock::Instant deadline = clock_.now() + kStopPatience;
  while (next().last_ago_s < kStopped_s) {
    if (clock_.now() >= deadline) return false;
  }
  return true;
}

bool SteadyWriter::goes_on() {
  const std::int64_t before = last_.writes;
  const Clock::Instant deadline = clock_.now() + kGoOnPatience;
  while (next().writes == before) {
    if (clock_.now() >= deadline) return false;
  }
  return true;
}

WriteProgress SteadyWriter::next() {
  constexpr std::string_view kAttempted = "write to the guest's root file system";
  std::string complaint;
  while (const auto line = process_->next_line(kSilence)) {
    if (line->stream == OutputLine::Stream::kOut) return last_ = parse_write_progress(line->text);
    complaint += line->text + "\n";
  }
  if (process_->ended()) throw unusable(guest_, command_, process_->finish(), kAttempted);
  throw unusable(guest_, command_, {.err = complaint}, kAttempted, "the writer says nothing");
}

}  // namespace pve_accept
