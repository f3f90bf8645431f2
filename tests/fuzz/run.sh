#!/bin/bash
# SPDX-License-Identifier: MIT
# Each tests/fuzz/fuzz_*.c as a libFuzzer program, FUZZ_SECONDS (60) each. Seeds: tests/fuzz/seeds/NAME/ where there is
# one. What it finds stays in build/fuzz/found/. Output: `ok - NAME` or `not ok - NAME: WHY`.
set -u

cd "$(dirname "$0")/../.." || exit 1
seconds=${FUZZ_SECONDS:-60}
status=0
make --no-print-directory -k -j "$(nproc)" WORLD=fuzz fuzzers || status=1

# Seeds that stand in the repository in another shape.
python3 tests/fuzz/seed_verdict.py build/fuzz/corpus/fuzz_verdict || status=1
python3 tests/fuzz/seed_intake.py build/fuzz/corpus/fuzz_intake || status=1
mkdir -p build/fuzz/corpus/fuzz_checks && cp compose/superinsight.checks.ini build/fuzz/corpus/fuzz_checks || status=1

for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    # Absolute: a program may change its folder.
    corpus=$PWD/build/fuzz/corpus/$name
    found=$PWD/build/fuzz/found/$name-
    mkdir -p "$corpus" build/fuzz/found
    seeds=()
    [ -d "tests/fuzz/seeds/$name" ] && seeds=("tests/fuzz/seeds/$name")
    if [ ! -x "build/fuzz/$name" ]; then
        echo "not ok - $name: does not build"
        status=1
    elif "build/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$found" "$corpus" "${seeds[@]}" >"build/fuzz/$name.log" 2>&1; then
        echo "ok - $name"
        grep 'stat::number_of_executed_units' "build/fuzz/$name.log"
    else
        tail -n 30 "build/fuzz/$name.log"
        echo "not ok - $name: see build/fuzz/$name.log, the input is below build/fuzz/found"
        status=1
    fi
done
exit "$status"
