#pragma once

#include "support/base/fields.h"
#include "support/record/lab_config.h"

namespace pve_accept {

// The keys of lab.json.
template <class Fields>
void visit(LabConfig& lab, Fields& fields);

// Throws InputError for what several keys say together.
void check_fields(const JsonCursor& place, const LabConfig& lab);

}  // namespace pve_accept
