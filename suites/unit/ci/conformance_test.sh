#!/usr/bin/env bash
# Every command line of a whole run is one that `pve-accept conformance` has a node answer, and the
# simulated node answers them as it does.
set -euo pipefail

program=$1
tests=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PVE_ACCEPT_NODE PVE_ACCEPT_CONFIG PVE_ACCEPT_SCENARIO PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP
export PVE_ACCEPT_OUT=$work/run
mkdir "$work/ctest"
echo "include(\"$tests\")" >"$work/ctest/CTestTestfile.cmake"

ctest --test-dir "$work/ctest" --no-tests=error >"$work/log" 2>&1 || {
  cat "$work/log"
  exit 1
}
"$program" conformance --node sim --covers "$work/run/transcript.jsonl"
