#!/bin/bash
# SPDX-License-Identifier: MIT
# Style and static checks, one line each: `ok - NAME` or `not ok - NAME: WHY`, what was found above it.
# Functions are handed to check, which shellcheck cannot see.
# shellcheck disable=SC2317
set -u

cd "$(dirname "$0")/.." || exit 1
bin=$(tests/python.sh) || exit 1
status=0

check() { # NAME COMMAND...
    local name=$1 found
    shift
    if found=$("$@" 2>&1); then
        echo "ok - $name"
    else
        printf '%s\n' "$found" | head -n 60
        echo "not ok - $name: $(printf '%s\n' "$found" | grep -c .) lines above"
        status=1
    fi
}

skip() { # NAME WHY
    echo "ok - $1 # SKIP $2"
}

mapfile -t c_files < <(git ls-files -co --exclude-standard 'src/*.[ch]' 'tests/*.[ch]' 'docker/config/*.h')
mapfile -t sh_files < <(git ls-files -co --exclude-standard | while read -r file; do
    [ -f "$file" ] && head -n 1 "$file" | grep -aqE '^#!.*\b(ba)?sh\b' && echo "$file"
done)
mapfile -t all_files < <(git ls-files -co --exclude-standard '*.[ch]' '*.py' '*.sh' Makefile)

# Both compilers see all of src with the warnings of the build as errors; gcc in the musl world.
both_compilers() {
    make --no-print-directory -j 2 -k syntax
}

tidy() {
    make --no-print-directory -s compile_commands.json &&
        printf '%s\n' "${c_files[@]}" | grep '^src/.*\.c$' |
        xargs -P 2 -n 8 tests/tidy.sh
}

# One SPDX line a file.
licence_lines() {
    local file count bad=0
    for file in "${all_files[@]}"; do
        [ -f "$file" ] || continue
        count=$(head -n 3 "$file" | grep -c 'SPDX-License-Identifier: MIT')
        [ "$count" = 1 ] || { echo "$file: $count SPDX lines in its head"; bad=1; }
    done
    return "$bad"
}

check "clang-format" "$bin/clang-format" --dry-run -Werror "${c_files[@]}"
check "warnings of gcc and clang" both_compilers
if command -v clang-tidy >/dev/null; then check "clang-tidy" tidy; else skip "clang-tidy" "not installed"; fi
if command -v shellcheck >/dev/null; then
    check "shellcheck" shellcheck -x "${sh_files[@]}" docker/third-party.sh
else
    skip "shellcheck" "not installed"
fi
# From a wheel that has the program inside; it asks shellcheck about the scripts of a step where that is installed.
check "actionlint" "$bin/actionlint" -no-color .github/workflows/*.yml
check "ruff check" "$bin/ruff" check --quiet .
check "ruff format" "$bin/ruff" format --quiet --check .
check "licence lines" licence_lines
exit "$status"
