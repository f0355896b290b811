#!/usr/bin/env bash
# Whatever way a stage or a claim dies, its report has every case that was selected, as ERROR with the
# reason. On a node behind SSH whose commands hang. Usage: died_test.sh PROGRAM CLAIMS ACCEPTANCE_TESTS
set -euo pipefail

program=$1 claims=$2 tests=$3
work=$(mktemp -d)
unset PVE_ACCEPT_CONFIG PVE_ACCEPT_SCENARIO PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP
export PVE_ACCEPT_NODE=sim-node PVE_ACCEPT_OUT=$work/run PVE_ACCEPT_SSH_CONFIG=$work/ssh
server=
finish() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$work"/{said,report} >&2 || true
  exit 1
}

# serve COMMAND: a node on which this command hangs.
serve() {
  [[ -z $server ]] || { kill "$server"; wait "$server" 2>/dev/null || true; }
  rm -rf "$work"/{run,state,server,ssh}  # else the one before would still be "ready"
  mkdir -p "$work/run"
  echo '{"schema": 1, "model": {"node": {"pace": 0.02}}, "rules":
    [{"target": "any", "command": "'"$1"'", "hang": true}]}' >"$work/scenario.json"
  "$program" serve-sim --scenario "$work/scenario.json" --state "$work/state" \
    --write-ssh-config "$work/ssh" >"$work/server" &
  server=$!
  for _ in {1..200}; do
    grep -q 'is ready' "$work/server" && return
    sleep 0.05
  done
  fail "serve-sim did not start"
}

# Two cases of the container are selected.
announce() {
  printf '  Test #%d: sim-node.%s\n' 1 preflight 3 provision/lxc 21 Docker.ExecsIntoAContainer/lxc \
    25 Docker.RunsHelloWorld/lxc | "$program" announce
}

# stage STATUS COMMAND...: of the program, with that exit status.
stage() {
  local expected=$1 status=0
  shift
  "$program" "$@" >"$work/said" 2>&1 || status=$?
  [[ $status -eq $expected ]] || fail "$1 exits $status, not $expected"
}

# reported REASON: of both cases, and nothing else is in the table.
reported() {
  local status=0
  "$program" report >"$work/report" 2>&1 || status=$?
  [[ $status -eq 2 ]] || fail "the report exits $status"
  for name in docker.exec/lxc docker.hello-world/lxc; do
    grep -q "^ERROR  $name  *not run: $1\$" "$work/report" || fail "not for $name: $1"
  done
  [[ $(grep -c '^ERROR  [a-z-]*\.' "$work/report") -eq 2 ]] || fail "other cases than were selected"
  grep -q '^2 cases: 0 pass, 0 fail, 2 error, 0 skip on ' "$work/report" || fail "wrong counts"
}

# at_work FILE: until the stage that was started waits for the command that hangs.
at_work() {
  for _ in {1..400}; do
    grep -qs "$1" "$work/run/parts/stages/$2.json" && break
    sleep 0.05
  done
  worker=$(ps -o pid= --ppid "$pid" | tr -d ' ')
  [[ -n $worker ]] || fail "nobody is at work"
}

serve '^pct create'
announce
stage 0 preflight --begin
stage 2 provision lxc --limit 1
reported 'stage provision/lxc was ended by its time limit of 1 s'

for victim in worker pid; do
  "$program" provision lxc >"$work/said" 2>&1 &
  pid=$!
  at_work 'did not report' provision@lxc
  kill -KILL "${!victim}"
  wait "$pid" 2>/dev/null || true
  [[ $victim == worker ]] && reason='was ended by signal 9 (Killed)' || reason='did not report how it ended'
  reported "stage provision/lxc $reason"
  while kill -0 "$worker" 2>/dev/null; do sleep 0.05; done  # it ends with who attends it
done

# By CTest's own limit.
stage 0 teardown
mkdir -p "$work/ctest"
{
  echo "include(\"$tests\")"
  echo 'set_tests_properties(sim-node.provision/lxc PROPERTIES TIMEOUT 1)'
} >"$work/ctest/CTestTestfile.cmake"
selection=(-R '(ExecsIntoAContainer|RunsHelloWorld)/lxc')
ctest --test-dir "$work/ctest" -N "${selection[@]}" | "$program" announce
ctest --test-dir "$work/ctest" "${selection[@]}" >"$work/said" 2>&1 && fail "CTest takes it for green"
grep -q 'provision/lxc.*Timeout' "$work/said" || fail "CTest did not end it"
reported 'stage provision/lxc did not report how it ended'

# Preflight, in a directory that has an earlier run: at once, and before it has begun.
serve '^pveversion'
announce
stage 2 preflight --begin --limit 1
reported 'stage preflight was ended by its time limit of 1 s'
announce
reported 'stage preflight did not report how it ended'
announce
stage 64 preflight --begin --config /nowhere.json
reported 'stage preflight did not report how it ended'

# A claim.
serve '^docker run'
echo '{"windows": {"settle_s": 4}}' >"$work/lab.json"  # of real time
stage 0 preflight --begin --config "$work/lab.json"
stage 0 provision lxc
"$claims" --gtest_filter=Docker.RunsHelloWorld/lxc >"$work/said" 2>&1 &
pid=$!
for _ in {1..400}; do
  grep -qs 'did not end' "$work/run/parts/claims/docker.hello-world@lxc.json" && break
  sleep 0.05
done
kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
"$program" report >"$work/report" && fail "a killed claim is green"
grep -q '^ERROR  docker.hello-world/lxc .*its test did not end' "$work/report" || fail "no word of the claim"
