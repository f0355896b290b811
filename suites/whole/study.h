#pragma once

#include <cstdint>

#include "suites/whole/runs.h"

namespace pve_accept {

// What a study draws: runs of a lab whose figures differ by so much, some of them changed, and
// comparisons of a few with one.
struct StudyPlan {
  int runs = 40;   // that are not changed; and as many that are, at most one a comparison
  int rounds = 5;  // of each run
  int base_runs = 5;
  int comparisons = 300;
  double boot_percent = 0.5, round_percent = 2;  // of tps and CPU; RAM by 4 MiB each
  std::uint64_t seed = 1;                        // of the draws among the runs
};

// Makes the runs whole, but for their claims, and compares a baseline dealt from those that are not
// changed with a further one, and with one that is; where there are enough runs, no two comparisons
// share one. Changed are: 7 % less throughput in both guests, 80 MiB more for the idle container,
// 2 pp more CPU of the idle VM. Prints what was said how often. Returns how many of the bars were
// missed: at most 1 % of unchanged primary metrics called worse with a baseline of five (2 % with
// eight), at most 2 % worse or better, and of the changes at least 95 % found, or in a noisy lab
// the rest inconclusive; with a baseline of fewer, by rounds, all is inconclusive.
int study(WholeRuns& runner, const StudyPlan& plan);

}  // namespace pve_accept
