#!/usr/bin/env bash
# Types what README.md tells people to type, and compares what comes back. Needs cargo, Python 3 with venv, ssh and PyPI.
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
cp -r topologies examples "$work"

# Fleets that the documents start end with docs.py, however that ends.
PATH="$programs:$PATH" python3 tests/docs.py README.md "$work"
