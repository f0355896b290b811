#!/usr/bin/env bash
# Kills runs (SIGKILL) at random moments, on a simulated node with two guests of somebody else. A
# sweep finds what is left and removes it (each third time the next run in that directory has to do it
# itself), their guests are as they were, and the next run passes. `kill_test.sh PROGRAM 100` tries a
# hundred.
set -euo pipefail

program=$1
count=${2:-6}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PVE_ACCEPT_NODE PVE_ACCEPT_CONFIG PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP
export program PVE_ACCEPT_OUT=$work/run PVE_ACCEPT_SCENARIO=$work/scenario.json
state=$work/run/sim/sim-state.json

cat >"$PVE_ACCEPT_SCENARIO" <<'TEXT'
{"schema": 1, "model": {"guests": [
  {"vmid": 101, "kind": "lxc", "name": "theirs", "tags": "pve-accept", "description": "mail server"},
  {"vmid": 102, "kind": "vm", "name": "theirs-too", "description": "pve-accept run old"}]}}
TEXT

fail() {
  echo "FAILED, kill $kill after $delay s: $1" >&2
  exit 1
}

stages() {
  "$program" preflight --begin && "$program" baseline && "$program" provision lxc && "$program" stop lxc &&
    "$program" provision vm && "$program" stop vm && "$program" teardown
}
export -f stages

# What the node has, without the run's own figures.
node_has() {
  perl -MJSON::PP -0777 -ne '
    my $s = decode_json($_);
    print JSON::PP->new->canonical->encode({map { $_ => $s->{$_} } qw(guests volumes files)})' "$state"
}

kill=0 delay=0
begun=$(date +%s%3N)
stages >"$work/log" 2>&1 || fail "the run does not pass unkilled: $(cat "$work/log")"
length=$(($(date +%s%3N) - begun))
untouched=$(node_has)

for ((kill = 1; kill <= count; kill++)); do
  delay=$(printf '%d.%03d' $((RANDOM % length / 1000)) $((RANDOM % length % 1000)))
  rm -rf "$work/run"
  set -m
  bash -c stages >"$work/log" 2>&1 &
  run=$!
  set +m
  sleep "$delay"
  kill -KILL -- "-$run" 2>/dev/null || true
  wait "$run" 2>/dev/null || true
  if [[ -f $work/run/record.json && $((kill % 3)) -ne 0 ]]; then  # before that, it has sent nothing to the node
    "$program" sweep >"$work/listed" || true
    "$program" sweep --yes >"$work/swept" || fail "the sweep: $(cat "$work/swept")"
    [[ $(node_has) == "$untouched" ]] || fail "the node is not as it was: $(cat "$work/listed")"
    [[ $("$program" sweep) == "nothing left on sim-node" ]] || fail "a second sweep finds more"
  fi
  stages >"$work/log" 2>&1 || fail "the next run: $(cat "$work/log")"
  [[ $(node_has) == "$untouched" ]] || fail "the next run left something"
done
echo "killed $count runs of $length ms"
