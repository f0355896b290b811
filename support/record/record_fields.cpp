#include "support/record/record_fields.h"

// The schema of record.json, and of the parts of a run directory: one list of fields for each of
// its structs. What stands there while it is empty is part of the contract; the rest is left out.
namespace pve_accept {

template <class Fields>
void visit(RunInfo& run, Fields& fields) {
  fields("id", run.id, required);
  fields("started", run.started);
  fields("finished", run.finished, if_set);
  fields("suite_version", run.suite_version);
}

template <class Fields>
void visit(NodeState::Guest& guest, Fields& fields) {
  fields("status", guest.status);
  fields("config", guest.config);
}

template <class Fields>
void visit(NodeState& state, Fields& fields) {
  fields("guests", state.guests, required);
  fields("storages", state.storages, required);
  fields("bridges", state.bridges, required);
  fields("volumes", state.volumes);
  fields("settings", state.settings);
  fields("unread", state.unread, if_set);
}

template <class Fields>
void visit(NodeRecord::Cpu& cpu, Fields& fields) {
  fields("model", cpu.model);
  fields("cpus", cpu.cpus);
  fields("governor", cpu.governor);
}

template <class Fields>
void visit(NodeRecord::Storage& storage, Fields& fields) {
  fields("name", storage.name);
  fields("type", storage.type);
}

template <class Fields>
void visit(NodeRecord::Service& service, Fields& fields) {
  fields("active", service.active, required);
  fields("invocation", service.invocation);
}

template <class Fields>
void visit(NodeRecord& node, Fields& fields) {
  fields("kind", node.kind, required);
  fields("name", node.name, required);
  fields("host", node.host, if_set);
  fields("host_key", node.host_key, if_set);
  fields("release", node.release, if_set);
  fields("packages", node.packages, if_set);
  fields("kernel", node.kernel, if_set);
  fields("cpu", node.cpu, if_set);
  fields("memory_mib", node.memory_mib, if_set);
  fields("virtual", node.hypervisor);
  fields("ksm", node.ksm, if_set);
  fields("storage", node.storage, if_set);
  fields("template", node.template_volume, if_set);
  fields("cloud_image", node.cloud_image, if_set);
  fields("epoch_at_start", node.epoch_at_start, if_set);
  fields("clock_ahead_s", node.clock_ahead_s, if_set);
  fields("services", node.services, if_set);
  fields("boot_id", node.boot_id, if_set);
  fields("pending_kernel", node.pending_kernel, if_set);
  fields("restore_vmid", node.restore_vmid, if_set);
  fields("facts", node.facts, if_set);
  fields("before", node.before, if_set);
  fields("unknown_commands", node.unknown_commands);
}

template <class Fields>
void visit(GuestRecord::Stack& stack, Fields& fields) {
  fields("exit_status", stack.exit_status, required);
  fields("error", stack.error);
}

template <class Fields>
void visit(GuestRecord::Spec& spec, Fields& fields) {
  fields("cores", spec.cores, required);
  fields("memory_mib", spec.memory_mib, required);
  fields("disk_gib", spec.disk_gib, required);
}

template <class Fields>
void visit(GuestRecord& guest, Fields& fields) {
  fields("vmid", guest.vmid, required);
  fields("spec", guest.spec, if_set);
  fields("address", guest.address, if_set);
  fields("host_keys", guest.host_keys, if_set);
  fields("ready_s", guest.ready_s, if_set);
  fields("oom_killed", guest.oom_killed, if_set);
  fields("debian", guest.debian, if_set);
  fields("components", guest.components, if_set);
  fields("facts", guest.facts, if_set);
  fields("stack", guest.stack, if_set);
}

template <class Fields>
void visit(SettleRecord& settle, Fields& fields) {
  fields("settled", settle.settled, required);
  fields("took_s", settle.took_s, required);
  fields("drift_mib", settle.drift_mib, required);
  fields("ram_used_mib", settle.ram_used_mib, required);
}

template <class Fields>
void visit(WindowRecord& window, Fields& fields) {
  fields("started", window.started);
  fields("figures", window.figures, required);
  fields("problems", window.problems);
  fields("broke_off", window.broke_off);
  fields("notes", window.notes);
  fields("settle", window.settle);
  fields("samples", window.samples);
}

template <class Fields>
void visit(IdleRecord& idle, Fields& fields) {
  visit(static_cast<WindowRecord&>(idle), fields);
  fields("guest_mem_total_mib", idle.guest_mem_total_mib);
  fields("pve_memory_mib", idle.pve_memory_mib);
}

template <class Fields>
void visit(PgbenchRecord& pgbench, Fields& fields) {
  fields("exit_status", pgbench.exit_status, if_set);
  fields("transactions", pgbench.transactions, if_set);
  fields("failed", pgbench.failed, if_set);
  fields("aborted", pgbench.aborted, if_set);
  fields("ran_full_time", pgbench.ran_full_time, if_set);
  fields("duration_s", pgbench.duration_s, if_set);
  fields("latency_ms", pgbench.latency_ms, if_set);
  fields("tps", pgbench.tps, if_set);
  fields("clients", pgbench.clients, if_set);
  fields("scale", pgbench.scale, if_set);
  fields("problem", pgbench.problem, if_set);
}

template <class Fields>
void visit(DiskRecord& disk, Fields& fields) {
  fields("allocated_gib", disk.allocated_gib);
  fields("host_used_gib", disk.host_used_gib);
  fields("guest_used_gib", disk.guest_used_gib);
  fields("how", disk.how);
}

template <class Fields>
void visit(LoadRecord::Progress& progress, Fields& fields) {
  fields("from_s", progress.from_s, required);
  fields("to_s", progress.to_s, required);
  fields("at_s", progress.at_s, required);
  fields("tps", progress.tps, required);
}

template <class Fields>
void visit(LoadRecord::End& end, Fields& fields) {
  fields("exit_status", end.exit_status, required);
  fields("elapsed_s", end.elapsed_s);
}

template <class Fields>
void visit(LoadRecord& load, Fields& fields) {
  visit(static_cast<WindowRecord&>(load), fields);
  fields("opens_s", load.opens_s);
  fields("closes_s", load.closes_s);
  fields("late", load.late);
  fields("samples_inside", load.samples_inside);
  fields("samples_outside", load.samples_outside);
  fields("zero_tps_intervals", load.zero_tps_intervals);
  fields("progress", load.progress);
  fields("load", load.load);
  fields("pgbench", load.pgbench);
  fields("disk", load.disk);
  fields("anomalies", load.anomalies);
}

template <class Fields>
void visit(SurvivorRecord::View& view, Fields& fields) {
  fields("failed_units", view.failed_units);
  fields("memory_total_kib", view.memory_total_kib);
  fields("cpus", view.cpus);
  fields("components", view.components);
  fields("facts", view.facts, if_set);
}

template <class Fields>
void visit(SurvivorRecord::Look& look, Fields& fields) {
  visit(static_cast<SurvivorRecord::View&>(look), fields);
  fields("stack", look.stack);
  fields("stack_s", look.stack_s);
  fields("rows", look.rows);
  fields("unreadable", look.unreadable);
  fields("socket_status", look.socket_status);
  fields("socket_error", look.socket_error);
  fields("http_inside", look.http_inside);
  fields("http_from_node", look.http_from_node);
  fields("new_container", look.new_container);
}

template <class Fields>
void visit(SurvivorRecord& survivor, Fields& fields) {
  fields("run", survivor.run, required);
  fields("left", survivor.left);
  fields("before", survivor.before, required);
  fields("gone", survivor.gone, if_set);
  fields("problems", survivor.problems);
  fields("ready_s", survivor.ready_s);
  fields("differences", survivor.differences, if_set);
  fields("after", survivor.after, if_set);
  fields("refreshed", survivor.refreshed, if_set);
  fields("removed", survivor.removed, if_set);
}

template <class Fields>
void visit(UpgradeRecord& upgrade, Fields& fields) {
  fields("run", upgrade.run, required);
  fields("started", upgrade.started);
  fields("release", upgrade.release, if_set);
  fields("kernel", upgrade.kernel, if_set);
  fields("packages", upgrade.packages, if_set);
  fields("facts", upgrade.facts, if_set);
  fields("boot_id", upgrade.boot_id, if_set);
}

template <class Fields>
void visit(Measurements& measurements, Fields& fields) {
  fields("idle", measurements.idle, if_set);
  fields("load", measurements.load, if_set);
}

template <class Fields>
void visit(CanaryRecord& canary, Fields& fields) {
  fields("path", canary.path, if_set);
  fields("fsyncs_per_s", canary.fsyncs_per_s);
  fields("regex_per_s", canary.regex_per_s);
}

template <class Fields>
void visit(RoundRecord& round, Fields& fields) {
  fields("round", round.number, required);
  fields("measurements", round.measurements, required);
  fields("canary", round.canary, if_set);
}

template <class Fields>
void visit(StageResult& stage, Fields& fields) {
  fields("outcome", stage.outcome, required);
  fields("message", stage.message);
  fields("reported", stage.reported);
  fields("hint", stage.hint, if_set);
  fields("started", stage.started);
  fields("duration_s", stage.duration_s);
}

template <class Fields>
void visit(TeardownRecord& teardown, Fields& fields) {
  fields("left", teardown.left, required);
  fields("cannot_tell", teardown.cannot_tell, if_set);
  fields("changes", teardown.changes, required);
  fields("kept", teardown.kept);
  fields("settled_ram_mib", teardown.settled_ram_mib, if_set);
}

template <class Fields>
void visit(Record& record, Fields& fields) {
  fields("schema", record.schema, required);
  fields("run", record.run, required);
  fields("node", record.node, required);
  fields("guests", record.guests);
  fields("baseline", record.baseline);
  fields("measurements", record.measurements);
  fields("canary", record.canary, if_set);
  fields("rounds", record.rounds, if_set);
  fields("upgrade", record.upgrade, if_set);
  fields("survivors", record.survivors, if_set);
  fields("stages", record.stages);
  fields("claims", record.claims, required);
  fields("teardown", record.teardown, if_set);
}

PVE_ACCEPT_COMPILE_FIELDS(RunInfo);
PVE_ACCEPT_COMPILE_FIELDS(NodeState);
PVE_ACCEPT_COMPILE_FIELDS(NodeState::Guest);
PVE_ACCEPT_COMPILE_FIELDS(NodeRecord);
PVE_ACCEPT_COMPILE_FIELDS(GuestRecord);
PVE_ACCEPT_COMPILE_FIELDS(WindowRecord);
PVE_ACCEPT_COMPILE_FIELDS(IdleRecord);
PVE_ACCEPT_COMPILE_FIELDS(LoadRecord);
PVE_ACCEPT_COMPILE_FIELDS(SurvivorRecord);
PVE_ACCEPT_COMPILE_FIELDS(UpgradeRecord);
PVE_ACCEPT_COMPILE_FIELDS(CanaryRecord);
PVE_ACCEPT_COMPILE_FIELDS(StageResult);
PVE_ACCEPT_COMPILE_FIELDS(TeardownRecord);
PVE_ACCEPT_COMPILE_FIELDS(Record);

}  // namespace pve_accept
