#!/usr/bin/env bash
# Holds what Ctrl-C does to ci/accept under test: its way of running the tests, around stages that
# really run on a simulated node and around a teardown that takes its time.
set -euo pipefail

real=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PVE_ACCEPT_NODE PVE_ACCEPT_CONFIG PVE_ACCEPT_SCENARIO PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP \
  PVE_ACCEPT_SSH_CONFIG
export out=$work/run PVE_ACCEPT_OUT=$work/run root real work

fail() {
  echo "FAILED: $1" >&2
  cat "$work/said" >&2 || true
  exit 1
}

# Starts what a test says as ci/accept does; `pid` is its process.
start() {
  rm -rf "$out" "$work"/{torn-down,at-work}
  mkdir -p "$out"
  set -m
  program=$1 bash -c 'set -euo pipefail
    source "$root/ci/interruptible"
    run_interruptible '"$2"' || exit $?' >"$work/said" 2>&1 &
  pid=$!
  set +m
}

wait_for() {
  for ((i = 0; i < 600; i++)); do
    [[ -e $1 ]] && return
    sleep 0.05
  done
  fail "never came as far as $1"
}

status_of() {
  status=0
  wait "$pid" || status=$?
}

# A program whose teardown does not end by itself.
cat >"$work/slow" <<'TEXT'
#!/usr/bin/env bash
case $1 in
  teardown) echo $$ >"$work/sleeper"; echo "$@" >>"$work/torn-down"; exec sleep 60 ;;
  left) echo "left: all of it" ;;
esac
TEXT
# One that has nothing to do.
cat >"$work/quick" <<'TEXT'
#!/usr/bin/env bash
[[ $1 != teardown ]] || echo "$@" >>"$work/torn-down"
TEXT
# Tests that go on in a process of their own, as ctest's do.
cat >"$work/endless" <<'TEXT'
#!/usr/bin/env bash
sleep 60 &
echo $! >"$work/sleeper"
touch "$out/record.json" "$work/at-work"
wait
TEXT
# A run whose container is there when it is interrupted.
cat >"$work/stages" <<'TEXT'
#!/usr/bin/env bash
"$real" preflight --begin && "$real" provision lxc && touch "$work/at-work" && exec sleep 60
TEXT
chmod +x "$work"/{slow,quick,endless,stages}

# What was told to end may take a moment to be gone.
ends() {
  for ((i = 0; i < 200; i++)); do
    kill -0 "$(cat "$work/sleeper")" 2>/dev/null || return 0
    sleep 0.05
  done
  return 1
}

start "$work/quick" '"$work/quick" test'
status_of
[[ $status -eq 0 && ! -e $work/torn-down ]] || fail "a run that nobody interrupts ends by itself"

start "$work/quick" 'bash -c "exit 8"'
status_of
[[ $status -eq 8 ]] || fail "the status of the tests is $status, not 8"

for signal in INT TERM; do
  start "$work/quick" '"$work/endless"'
  wait_for "$work/at-work"
  kill "-$signal" "$pid"
  status_of
  [[ $status -eq 2 ]] || fail "exit status $status after $signal"
  [[ $(cat "$work/torn-down") == "teardown --run $out" ]] || fail "not torn down once after $signal"
  ends || fail "a stage goes on after $signal"
done

start "$work/slow" '"$work/endless"'
wait_for "$work/at-work"
kill -INT "$pid"
wait_for "$work/torn-down"
begun=$SECONDS
kill -INT "$pid"
status_of
[[ $status -eq 2 ]] || fail "exit status $status after the second Ctrl-C"
[[ $((SECONDS - begun)) -lt 10 ]] || fail "the second Ctrl-C did not leave at once"
grep -q '^left: all of it$' "$work/said" || fail "does not say what is left"
ends || fail "the teardown goes on after the second Ctrl-C"

start "$real" '"$work/stages"'
wait_for "$work/at-work"
"$real" sweep --run "$out" >"$work/listed" || true
grep -q "container 9001 'spike-lxc', running" "$work/listed" || fail "no container to tear down"
kill -INT "$pid"
status_of
[[ $status -eq 2 ]] || fail "exit status $status of an interrupted run"
[[ $("$real" sweep --run "$out") == "nothing left on sim-node" ]] || fail "something is left"
"$real" left --run "$out" | grep -q 'has left nothing on sim' || fail "the record says otherwise"
