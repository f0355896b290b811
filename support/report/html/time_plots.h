#pragma once

#include "support/record/record.h"
#include "support/report/html/element.h"
#include "support/report/html/plot.h"

namespace pve_accept::html {

// RAM and CPU of the node over each of the windows, from the samples, both guests on one axis.
Plot ram_plot(const Record& record);
Plot cpu_plot(const Record& record);

// pgbench's own progress over the load.
Plot throughput_plot(const Record& record);

Element time_section(const Record& record);

}  // namespace pve_accept::html
