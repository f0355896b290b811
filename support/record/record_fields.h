#pragma once

#include "support/base/fields.h"
#include "support/record/record.h"

// What is read and written of record.json and of the parts of a run directory; record_fields.cpp
// has the lists.
namespace pve_accept {

template <class Fields>
void visit(RunInfo& run, Fields& fields);
template <class Fields>
void visit(NodeState& state, Fields& fields);
template <class Fields>
void visit(NodeState::Guest& guest, Fields& fields);
template <class Fields>
void visit(NodeRecord& node, Fields& fields);
template <class Fields>
void visit(GuestRecord& guest, Fields& fields);
template <class Fields>
void visit(WindowRecord& window, Fields& fields);
template <class Fields>
void visit(IdleRecord& idle, Fields& fields);
template <class Fields>
void visit(LoadRecord& load, Fields& fields);
template <class Fields>
void visit(SurvivorRecord& survivor, Fields& fields);
template <class Fields>
void visit(UpgradeRecord& upgrade, Fields& fields);
template <class Fields>
void visit(CanaryRecord& canary, Fields& fields);
template <class Fields>
void visit(StageResult& stage, Fields& fields);
template <class Fields>
void visit(TeardownRecord& teardown, Fields& fields);
template <class Fields>
void visit(Record& record, Fields& fields);

// A stage passes or could not be done; it is never false.
void check_fields(const JsonCursor& place, const StageResult& stage);
// Throws InputError for a record of another schema.
void check_fields(const JsonCursor& place, const Record& record);

}  // namespace pve_accept
