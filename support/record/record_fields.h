#pragma once

#include "support/base/fields.h"
#include "support/record/record.h"

// What is read and written of record.json and of the parts of a run directory; record_fields.cpp
// has the lists.
namespace pve_accept {

template <class Fields>
void visit(RunInfo& value, Fields& fields);
template <class Fields>
void visit(NodeState& value, Fields& fields);
template <class Fields>
void visit(NodeState::Guest& value, Fields& fields);
template <class Fields>
void visit(NodeRecord& value, Fields& fields);
template <class Fields>
void visit(GuestRecord& value, Fields& fields);
template <class Fields>
void visit(WindowRecord& value, Fields& fields);
template <class Fields>
void visit(IdleRecord& value, Fields& fields);
template <class Fields>
void visit(LoadRecord& value, Fields& fields);
template <class Fields>
void visit(SurvivorRecord& value, Fields& fields);
template <class Fields>
void visit(UpgradeRecord& value, Fields& fields);
template <class Fields>
void visit(CanaryRecord& value, Fields& fields);
template <class Fields>
void visit(StageResult& value, Fields& fields);
template <class Fields>
void visit(TeardownRecord& value, Fields& fields);
template <class Fields>
void visit(Record& value, Fields& fields);

// A stage passes or could not be done; it is never false.
void check_fields(const JsonCursor& place, const StageResult& stage);
// Throws InputError for a record of another schema.
void check_fields(const JsonCursor& place, const Record& record);

}  // namespace pve_accept
