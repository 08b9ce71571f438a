#!/usr/bin/env bash
# Turns the house rules into an exit code: form, lints, documentation, features, dependencies. Quickest first.
#
# All of it in the release profile: what `make test` builds for the build scripts and macros is shared.
set -euo pipefail
cd "$(dirname "$0")/.."

run() {
    printf '\n== %s\n' "$*"
    "$@"
}

for script in scripts/*.sh .ci/run; do
    bash -n "$script"
done
run scripts/check-dependencies.py
run cargo fmt --check
run cargo clippy --release --all-targets --features whisper-cpp -- -D warnings
run cargo clippy --release --no-default-features -- -D warnings
run env RUSTDOCFLAGS='-D warnings' cargo doc --release --no-deps --document-private-items --features whisper-cpp
