#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

struct WriteProgress {
  double at_s = 0;           // since the guest's boot
  std::int64_t writes = 0;   // that have ended
  double last_ago_s = 0;     // since the last one has
  double longest_gap_s = 0;  // between two
};

// A line of the script. Throws HarnessError for what is none.
WriteProgress parse_write_progress(std::string_view line);

// A process in a guest that writes to its root file system without a pause, and says how that goes;
// `script` is fixtures/assets/writer.pl. It ends with the object, or when its time is over, and
// thaws what it then finds frozen: neither a lost connection nor a killed run leaves a guest that
// can not write. Every member throws HarnessError when it has died or says nothing.
class SteadyWriter {
 public:
  // Returns when the first write has ended.
  SteadyWriter(Shell& guest, Clock& clock, const std::string& script, std::chrono::seconds time);

  // Whether writes stop: none ends for three seconds, within eight.
  bool stops();

  // Whether one ends from now on, within ten seconds: after what the guest's own clock says now.
  bool goes_on();

  // The longest time between two writes, up to the last line that one of the above has read.
  double longest_gap_s() const { return last_.longest_gap_s; }

 private:
  WriteProgress next();

  Shell& guest_;
  Clock& clock_;
  Command command_;
  std::unique_ptr<Process> process_;
  WriteProgress last_;
};

}  // namespace pve_accept
