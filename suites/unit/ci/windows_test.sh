#!/usr/bin/env bash
# A window that broke off, and a load that takes its time to begin: exactly those claims are ERROR that
# read what is missing. Whole runs on the simulated node. Usage: windows_test.sh PROGRAM CLAIMS
set -euo pipefail

program=$1 claims=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PVE_ACCEPT_NODE PVE_ACCEPT_CONFIG PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP PVE_ACCEPT_SSH_CONFIG
export PVE_ACCEPT_OUT=$work/run PVE_ACCEPT_SCENARIO=$work/scenario.json

stages() {
  "$program" preflight --begin && "$program" baseline
  for guest in lxc vm; do
    "$program" provision $guest && "$program" measure idle $guest && "$program" measure load $guest &&
      "$program" stop $guest
  done
  "$program" teardown
}

# run_with RULE: everything that reads a window, judged after a run in which this befalls a command.
run_with() {
  echo '{"schema": 1, "rules": ['"$1"']}' >"$work/scenario.json"
  stages >"$work/said"
  "$claims" --gtest_filter='Node.IsQuiet:Load.*:Memory.*:Cpu.*:Disk.*:Difference.*:Teardown.*' \
    >>"$work/said" 2>&1 || true
  "$program" report >"$work/report" || true
}

# red_are NAME [CASE...]: these are ERROR, and all others PASS.
red_are() {
  local name=$1 red
  shift
  red=$(sed -nE 's/^(ERROR|FAIL) +([a-z0-9.\/-]+|stage .*) .*/\1 \2/p' "$work/report" | sort)
  [[ $red == "$([[ $# -eq 0 ]] || printf 'ERROR %s\n' "$@" | sort)" ]] || {
    echo "FAILED: $name: expected $*, found:" >&2
    grep -E '^(ERROR|FAIL)' "$work/report" >&2 || cat "$work/said" >&2
    exit 1
  }
}

samples_of() { sed -nE "s|^PASS +load.confirmed/$1 +([0-9]+) samples.*|\1|p" "$work/report"; }

sampler() { echo '"target": "node", "command": "^perl - --lines '"$1"'"'; }
baseline='31 --interval-ms 1000$' idle_lxc='31 .*lxc/9001' idle_vm='31 .*9000.scope' load_lxc='181 .*lxc/9001'
pgbench='"target": "lxc", "command": "pgbench .*-T"'
dies='"stdout": "'
for second in {0..9}; do
  dies+='{\"t\":'$((1780822200 + second))',\"mem\":{\"total\":16149504,\"available\":14406656},'
  dies+='\"cpu\":['$second',0,0,'$((400 * second))',0,0,0,0,0,0]}\n'
done
dies+='", "stderr": "sampler: /proc/stat has no cpu line of ten numbers\n", "exit": 2'
lost='"drop_connection_after_s": 10'

of_load=(load.confirmed/lxc memory.load-delta/lxc memory.attribution/lxc cpu.load/lxc
  delta.memory-load delta.cpu-load delta.iowait)

for how in "$dies" "$lost" '"exit": 127'; do
  run_with "{$(sampler "$baseline"), $how}"
  red_are "baseline: $how" node.quiet memory.{idle,load}-delta/{lxc,vm} teardown.baseline
  run_with "{$(sampler "$idle_lxc"), $how}"
  red_are "idle: $how" memory.idle-delta/lxc cpu.idle/lxc delta.memory-idle delta.cpu-idle
  run_with "{$(sampler "$load_lxc"), $how}"
  red_are "load: $how" "${of_load[@]}" load.no-anomalies/lxc
done
run_with "{$(sampler "$idle_vm"), $lost}"
red_are "idle VM" memory.idle-delta/vm cpu.idle/vm delta.{memory-idle,cpu-idle,memory-load-independent}

for how in "$lost" '"drop_connection": true'; do
  run_with "{$pgbench, $how}"
  red_are "pgbench: $how" "${of_load[@]}" load.{no-anomalies,zero-failed,throughput,latency}/lxc \
    delta.throughput
done

for late in 7 30 59; do
  run_with "{$pgbench, \"delay_s\": $late}"
  red_are "$late s late"
  [[ $(samples_of lxc) -eq 53 && $(samples_of vm) -eq 53 ]] || red_are "other samples after $late s" none
done
run_with "{$pgbench, \"delay_s\": 61}"
red_are "later than the limit" "${of_load[@]}"
grep -q 'load.confirmed/lxc .*the load began 61.* s after its command, at most 60 s are allowed' \
  "$work/report" || red_are "the reason is not said" none
