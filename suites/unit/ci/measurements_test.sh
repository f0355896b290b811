#!/usr/bin/env bash
# ctest -T Test of one claim on the simulated node: the figures, and the report as a file, are in what
# it would submit to a CDash. measurements_test.sh ACCEPTANCE_TESTS_CMAKE
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PVE_ACCEPT_CONFIG PVE_ACCEPT_SCENARIO PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP
export PVE_ACCEPT_NODE=sim PVE_ACCEPT_OUT=$work/run

echo "include(\"$1\")" >"$work/CTestTestfile.cmake"
cd "$work"
ctest -T Test -R 'sim.Memory.CostsLittleWhenIdle/lxc$' >"$work/ctest.log" 2>&1 || {
  cat "$work/ctest.log"
  exit 1
}
results=$(echo "$work"/Testing/*/Test.xml)
for name in 'measured (MiB)' 'allowed min (MiB)' 'allowed max (MiB)' 'reference (MiB)'; do
  grep -A1 "NamedMeasurement type=\"numeric/double\" name=\"$name\"" "$results" | grep -qE '<Value>[0-9.]+</Value>' || {
    echo "no measurement '$name' in Test.xml"
    exit 1
  }
done
grep -qE 'NamedMeasurement name="findings.md" .*filename="findings.md"' "$results" || {
  echo "findings.md is not attached in Test.xml"
  exit 1
}
