#!/usr/bin/env bash
# Types what README.md and CONTRIBUTING.md tell people to type, and compares what comes back; checks topologies, packs
# and examples. Needs cargo, Python 3 with venv, ssh and PyPI.
#
#   tests/docs.sh                                  against a debug build
#   CARGO_TARGET_DIR=... tests/docs.sh             the same, built there
#   tests/docs.sh path/to/target/release           against programs that are built already
#
# tests/docs.py has the rules: which blocks are run, and what counts as the same.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
if [ $# -gt 0 ]; then
    programs="$(cd "$1" && pwd)"
else
    cargo build --quiet --bin fleet --bin programmer
    programs="$(cd "$target/debug" && pwd)"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

export PATH="$programs:$PATH"

# What stands beside the documents is sound.
for topology in topologies/*.yaml topologies/failures/*.yaml; do
    fleet check "$topology"
    for format in table json csv ssh-config ansible nornir known-hosts; do
        fleet inventory "$topology" --format "$format" >/dev/null
    done
done
fleet packs check device-packs
for service in examples/*.yaml examples/*.json; do
    programmer render --topology topologies/campus.yaml "$service" >/dev/null
done
for service in examples/failures/*.yaml; do
    # A service without a topology of its own is for all those with one device.
    topology="topologies/failures/${service##*/}"
    [ -e "$topology" ] || topology=topologies/failures/refused-line.yaml
    programmer render --topology "$topology" "$service" >/dev/null
done

# Fleets that a document starts end with docs.py, however that ends.
for document in README.md CONTRIBUTING.md; do
    mkdir "$work/$document"
    cp -r topologies examples "$work/$document"
    # The programmer's journal and key: each document begins with none.
    export XDG_STATE_HOME="$work/$document/state"
    python3 tests/docs.py "$document" "$work/$document"
done
