#!/usr/bin/env bash
# An installed suite runs wherever its prefix is moved to, and knows nothing of the trees that it was
# built from. Usage: install_test.sh SOURCE BUILD
set -euo pipefail

source=$1 build=$2
unset PVE_ACCEPT_NODE PVE_ACCEPT_CONFIG PVE_ACCEPT_SCENARIO PVE_ACCEPT_THRESHOLDS PVE_ACCEPT_KEEP PVE_ACCEPT_OUT PVE_ACCEPT_RUNS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state

cmake --install "$build" --prefix "$work/first" --strip >"$work/install.log"
mv "$work/first" "$work/moved"
# As paths that begin there: a tree at /pve-accept is not what share/pve-accept speaks of.
if LC_ALL=C grep -rlaP "(?<![\\w./-])(\\Q$source\\E|\\Q$build\\E)(?![\\w.-])" "$work/moved"; then
  echo "these know the tree that they were built from" >&2
  exit 1
fi
cd /
ctest --test-dir "$work/moved/share/pve-accept" -L node --no-tests=error --output-on-failure
"$work/moved/bin/pve-accept" report "$XDG_STATE_HOME/pve-accept/runs/sim/latest" | grep 'node.release'
