#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Lists, for each row of sources.lock, what Debian's archive has that is newer, and whether it can be had; and the age of
# the lock. A report: it ends with 0 whatever it finds.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."

upstream() { # DEBIAN-VERSION: without epoch and revision
    echo "$1" | sed -e 's/^[0-9]*://' -e 's/-[^-]*$//' -e 's/+dfsg.*//' -e 's/+ds.*//'
}

# A candidate for a release is not one.
newest() { # SOURCE
    "$here/apt-private.sh" versions "$1" | awk '{ print $2 }' | grep -v '~\(rc\|beta\|alpha\)' | head -n 1
}

can_be_had() { # NAME=VERSION
    scratch=$(mktemp -d)
    "$here/apt-private.sh" source "$scratch" "$1" 2>/dev/null && had=0 || had=1
    rm -rf "$scratch"
    return "$had"
}

grep -v '^#' "$here/sources.lock" | while read -r name version _ _ package _; do
    source=${package%%=*}
    listed=$(newest "$source") || listed=
    locked=${version#r}
    if [ -z "$listed" ]; then
        echo "$name $version: the archive lists nothing by the name $source"
    elif [ "$(printf '%s\n' "$locked" "$(upstream "$listed")" | sort -V | tail -n 1)" = "$locked" ]; then
        echo "$name $version: the newest that the archive has"
    elif can_be_had "$source=$listed"; then
        echo "$name $version: $listed is newer"
    else
        echo "$name $version: $listed is listed, but cannot be had"
    fi
done

changed=$(git log -1 --format=%ct -- docker/sources.lock 2>/dev/null || true)
[ -z "$changed" ] || echo "the lock was changed $((($(date +%s) - changed) / 86400)) days ago"
