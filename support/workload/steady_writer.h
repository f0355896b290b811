#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

struct WriteProgress {
  std::int64_t writes = 0;  // that have ended
  double last_ago_s = 0;    // since the last one has
};

// A line of the script. Throws HarnessError for what is none.
WriteProgress parse_write_progress(std::string_view line);

// A process in a guest that writes to its root file system without a pause, and says how that goes;
// `script` is fixtures/assets/writer.pl. It ends with the object, after a minute at the latest, and
// thaws what it then finds frozen: neither a lost connection nor a killed run leaves a guest that
// can not write. Every member throws HarnessError when it has died or says nothing.
class SteadyWriter {
 public:
  // Returns when the first write has ended.
  SteadyWriter(Shell& guest, Clock& clock, const std::string& script);

  // Whether writes stop: none ends for three seconds, within eight.
  bool stops();

  // Whether one ends that has not when this is called, within ten seconds.
  bool goes_on();

 private:
  WriteProgress next();

  Shell& guest_;
  Clock& clock_;
  Command command_;
  std::unique_ptr<Process> process_;
  WriteProgress last_;
};

}  // namespace pve_accept
