#!/usr/bin/env bash
# Runs every test, and turns cargo's many counts (library, program, tests/, documentation) into one last line.
set -uo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The release profile: the models are too slow without it, and `make run` shares what it builds. With the one feature that
# isn't on by default: what is tested without it is tested with it, too.
cargo test --release --no-fail-fast --features whisper-cpp "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

awk -v status="$status" '
    /^test result:/ { for (i = 2; i <= NF; i++) { word = $i; sub(/;.*/, "", word); count[word] += $(i - 1) } }
    END {
        printf "test result: %s. %d passed; %d failed; %d ignored\n", status == 0 ? "ok" : "FAILED",
            count["passed"], count["failed"], count["ignored"]
    }' "$log"
exit "$status"
