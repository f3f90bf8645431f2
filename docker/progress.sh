#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a command that takes a while, and shows on standard error what it is, how far it is and how long it takes yet: a
# line when it starts, one every ten seconds, one when it is done. What the command prints goes to a file; the end of it
# is shown when the command fails.
#
#   progress.sh WHAT SECONDS LOG COMMAND...
#
# SECONDS  how long the command takes on an idle machine, which is the guess as long as nothing better is known
# PERCENT  a shell command that prints how many per cent are done, or nothing
# SHOW_EVERY  seconds between two lines (default 10)
set -eu

what=$1
guess=$2
log=$3
shift 3

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

now() { date +%s; }

show() {
    past=$(($(now) - started))
    done=$([ -z "${PERCENT:-}" ] || sh -c "$PERCENT" 2>/dev/null || true)
    [ "${done:-0}" -lt 100 ] || done=99
    left=$((guess - past))
    # Too early a share is no measure of what is left.
    [ "${done:-0}" -lt 15 ] || left=$((past * (100 - done) / done))
    if [ "$left" -gt 0 ]; then
        yet="about $(clock "$left") yet"
    elif [ "$past" -gt "$guess" ]; then
        yet="longer than the usual $(clock "$guess")"
    else
        yet='nearly done'
    fi
    last=$(tail -n 5 "$log" | tr '\r' '\n' | sed "s/$(printf '\033')\\[[0-9;]*m//g" | grep '[^ ]' | tail -n 1 | cut -c 1-60) || last=
    echo "  $what: $(clock "$past")${done:+, $done %}, $yet${last:+; $last}" >&2
}

echo "  $what: about $(clock "$guess")" >&2
started=$(now)
"$@" >"$log" 2>&1 &
command=$!
trap 'kill "$command" 2>/dev/null; exit 143' TERM INT
shown=$started
every=${SHOW_EVERY:-10}
while kill -0 "$command" 2>/dev/null; do
    sleep 0.2
    [ $(($(now) - shown)) -lt "$every" ] || { shown=$(now); show; }
done
code=0
wait "$command" || code=$?
if [ "$code" != 0 ]; then
    echo "  $what failed ($code) after $(clock $(($(now) - started))); its last words:" >&2
    tail -n 30 "$log" >&2
    exit "$code"
fi
echo "  $what: done in $(clock $(($(now) - started)))" >&2
