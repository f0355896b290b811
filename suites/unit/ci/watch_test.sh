#!/usr/bin/env bash
# What shows a run reads it and does no more: a run looks the same to its end whether it is watched, by
# whom, and whatever becomes of who watches. Usage: watch_test.sh PROGRAM
set -euo pipefail

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PVE_ACCEPT_NODE PVE_ACCEPT_CONFIG PVE_ACCEPT_SCENARIO PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP CI NO_COLOR
export PVE_ACCEPT_OUT=$work/run TERM=xterm

fail() {
  echo "FAILED: $1" >&2
  cat "$work"/said >&2 || true
  exit 1
}

# A run with a node that talks to the terminal, and a node that is not ready.
printf '  Test #1: sim.%s\n' preflight Docker.ExecsIntoAContainer/lxc >"$work/listing"
cat >"$work/scenario.json" <<'TEXT'
{"schema": 1, "rules": [{"target": "node", "command": "^pct create", "exit": 255,
  "stderr": "\u001b[2J\u001b]0;mine\u0007\u009b31m no room"}]}
TEXT
mkdir "$work/run"
"$program" announce <"$work/listing"
PVE_ACCEPT_SCENARIO=$work/scenario.json "$program" preflight --begin >"$work/said"
status=0
"$program" provision lxc >"$work/said" 2>&1 || status=$?
[[ $status -eq 2 ]] || fail "the stage exits $status"
grep -q '^ERROR  stage provision/lxc: .*no room' "$work/said" || fail "the stage does not say what it met"
"$program" teardown >"$work/teardown"
"$program" report >"$work/report" 2>&1 && fail "the report is green"

# In a pipe: lines. It ends by itself, for the run is over.
"$program" watch >"$work/said"
for line in 'sim: preflight' '  create lxc 9001' '1 of 1 cases, 1 red' 'teardown: done in'; do
  grep -qF "$line" "$work/said" || fail "watch does not say: $line"
done
cat "$work"/{said,report,teardown} | LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' && fail "a control character in a pipe"
"$program" watch --verbose >"$work/said"
grep -q '^  node\$ pct create 9001 ' "$work/said" || fail "no command with --verbose"
"$program" watch --quiet >"$work/said"
grep -vq '^ERROR  stage provision/lxc: ' "$work/said" && fail "--quiet tells more than what is red"
"$program" report --quiet --after-watch >"$work/said" && fail "the report is green"
grep -q '^ERROR  stage ' "$work/said" && fail "what is red is told twice"
grep -q '^ERROR  docker.exec/lxc  *not run: ' "$work/said" || fail "a case that nobody has seen is not told"

# On a terminal: in place, and nothing of the block is left. Nothing that the node says is obeyed.
script -qec "'$program' watch" "$work/typescript" </dev/null >/dev/null
grep -q $'\x1b\\[3A' "$work/typescript" || fail "nothing is drawn in place"
tail -n 2 "$work/typescript" | grep -q $'\r\x1b\\[J' || fail "the block stays"
grep -qE $'\x1b\\[2J|\x1b\\]0|\x07|\xc2\x9b' "$work/typescript" && fail "the terminal obeys the node"
NO_COLOR=1 script -qec "'$program' watch" "$work/typescript" </dev/null >/dev/null
grep -qE $'\x1b\\[[0-9;]*m' "$work/typescript" && fail "colours despite NO_COLOR"
TERM=dumb script -qec "'$program' watch" "$work/typescript" </dev/null >/dev/null
grep -q $'\x1b' "$work/typescript" && fail "control sequences on a dumb terminal"

# A pipe that nobody reads is full: it ends all the same when it is told to.
mkfifo "$work/full"
exec 3<>"$work/full"
dd if=/dev/zero of="$work/full" bs=65536 count=1 status=none
"$program" watch >"$work/full" &
watcher=$!
kill -TERM "$watcher" 2>/dev/null || true
wait "$watcher" || true
exec 3>&-

# A run with nobody who watches, and with a progress that cannot be written.
rm -rf "$work/run"
mkdir -p "$work/run/progress.jsonl/not-a-file"
"$program" preflight --begin >"$work/said" 2>&1 || fail "it needs somebody who watches"
"$program" teardown >"$work/said" 2>&1 || fail "it needs somebody who watches, to the end"
