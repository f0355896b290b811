#!/usr/bin/env bash
# ci/upgrade, as an operator uses it, on the simulated node: the first half killed (SIGKILL) and made
# again, an upgrade after which Docker's restart takes the database's socket away, one report that
# names all that. Then: every command line of both halves is one that `pve-accept conformance` asks.
# Usage: upgrade_test.sh PROGRAM
set -euo pipefail

program=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
session=
finish() {
  [[ -z $session ]] || pkill -KILL -s "$session" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
unset "${!PVE_ACCEPT_@}"

cat >"$work/scenario.json" <<'JSON'
{"schema": 1,
 "model": {"lxc": {"docker": {"version": "29.4.0"}}, "vm": {"docker": {"version": "29.4.0"}}, "guests": [
   {"vmid": 101, "kind": "lxc", "name": "theirs", "tags": "pve-accept", "description": "mail server"},
   {"vmid": 102, "kind": "vm", "name": "theirs-too", "description": "pve-accept run old"}]},
 "upgrade": {
   "model": {"node": {"kernel": "7.0.10-1-pve", "packages": {"lxc-pve": "7.0.1-1"}},
             "lxc": {"docker": {"version": "29.4.2", "runc": "1.3.6"}},
             "vm": {"docker": {"version": "29.4.2", "runc": "1.3.6"}}},
   "faults": ["survivor.refreshed-unix-socket.denied@lxc"]}}
JSON

fail() {
  echo "FAILED: $1" >&2
  tail -n 60 "$work/said" >&2 || true
  exit 1
}

# half STATUS ARGUMENTS...: of ci/upgrade, with that exit status.
half() {
  local expected=$1 status=0
  shift
  "$root/ci/upgrade" "$@" --out "$work/check" >"$work/said" 2>&1 || status=$?
  [[ $status -eq $expected ]] || fail "ci/upgrade $1 exits $status, not $expected"
}

# killed STAGE ARGUMENTS...: as soon as that stage of the half is at work.
killed() {
  local stage=$work/check/$2/parts/stages/$1.json
  shift
  rm -f "$stage"
  setsid "$root/ci/upgrade" "$@" --out "$work/check" >"$work/said" 2>&1 &
  session=$!
  disown
  until [[ -f $stage ]]; do
    kill -0 "$session" 2>/dev/null || fail "ci/upgrade $1 ended before it could be killed"
    sleep 0.02
  done
  while pkill -KILL -s "$session"; do sleep 0.05; done
  session=
}

on_node() { "$program" on-sim --run "$work/check/before" -- "$@"; }
guests_on_node() { { on_node pct list; on_node qm list; } | grep -oE '\b(101|102|9000|9001)\b' | sort -u | tr '\n' ' '; }
says() { grep -qF -- "$1" "$work/$2" || fail "$2 does not say: $1"; }

# A run that goes on in that directory is not taken for one that died.
mkdir -p "$work/check/before/ctest"
exec {other}>"$work/check/before/ctest/lock"
flock "$other"
half 2 before --scenario "$work/scenario.json"
says "a run goes on in $work/check/before" said
exec {other}>&-

killed provision@vm before --scenario "$work/scenario.json"
half 0 before --scenario "$work/scenario.json" --quiet
[[ $(guests_on_node) == "101 102 9000 9001 " ]] || fail "the guests that were left: $(guests_on_node)"

# They wait, and are not given up by mistake.
half 2 before --scenario "$work/scenario.json"
says 'container 9001 of run ' said
says 'these wait for `ci/upgrade after`' said

on_node apt-get -y dist-upgrade >"$work/said" && on_node reboot

# What is not said to `after` is as it was said to `before`.
half 1 after --quiet
says 'FAIL   survivor.refreshed-unix-socket/lxc' said
grep -A2 -F 'FAIL   survivor.refreshed-unix-socket/lxc' "$work/said" | grep -q 'matches a known issue: kernels from 6.17 on' ||
  fail "the known issue is not named"
grep -qE '^(FAIL|ERROR) +(survivor\.[a-z]+(-[a-z0-9]+)*/vm|survivor\.(kept|starts|healthy|stack|rows|unix|http|guest|new))' "$work/said" &&
  fail "more is red than what the guest's own upgrade broke"
report=check/after/findings.md
says '| kernel | node | 7.0.2-6-pve | 7.0.10-1-pve |' "$report"
says '| lxc-pve | node | 7.0.0-2 | 7.0.1-1 |' "$report"
says '| runc | lxc | 1.3.5 | 1.3.6 |' "$report"
grep -A9 '^- .*`survivor.refreshed-unix-socket/lxc`.*: held after the node' "$work/$report" >"$work/suspects" ||
  fail "$report does not say since when the socket is denied"
for suspect in '1. docker 29.4.0 → 29.4.2 (lxc)' 'runc 1.3.5 → 1.3.6 (lxc)' 'kernel 7.0.2-6-pve → 7.0.10-1-pve (node)'; do
  says "$suspect" suspects
done
[[ $(guests_on_node) == "101 102 " ]] || fail "left on the node: $(guests_on_node)"
[[ $("$program" sweep --run "$work/check/before") == "nothing left on sim-node" ]] || fail "more is left on the node"

for half in before after; do
  "$program" conformance --node sim --covers "$work/check/$half/transcript.jsonl" >"$work/said" 2>&1 ||
    fail "conformance does not ask all that \`$half\` sends"
done
