#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Brings each tarball of sources.lock into a folder, from the first place that has it:
#   1. the folder itself; 2. the directory SOURCES (then nothing is fetched: an offline build);
#   3. the cache of an earlier fetch; 4. Debian's archive, by version; 5. the upstream address.
# The lock's SHA-256 alone decides whether a file is used.
#
#   fetch-sources.sh FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
offline=${SOURCES:-}

mkdir -p "$1"
folder=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

rows() {
    grep -v '^#' "$here/sources.lock"
}

tarball() { # NAME VERSION URL
    case $3 in
    *.tar.bz2) echo "$1-$2.tar.bz2" ;;
    *.tar.xz) echo "$1-$2.tar.xz" ;;
    *) echo "$1-$2.tar.gz" ;;
    esac
}

matches() { # FILE SHA256
    [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$2" ]
}

# File names differ from place to place (Debian renames them), so only content is looked at.
take_from() { # DIR SHA256 FILE
    for candidate in "$1"/*.tar.*; do
        if matches "$candidate" "$2"; then
            cp "$candidate" "$folder/.$3.$$"
            mv "$folder/.$3.$$" "$folder/$3"
            return 0
        fi
    done
    return 1
}

download() { # URL FILE
    if command -v curl >/dev/null; then
        curl -fsSL --max-time 300 -o "$2" "$1"
    elif command -v wget >/dev/null; then
        wget -q -T 60 -O "$2" "$1"
    else
        return 1
    fi
}

from_debian() { # SHA256 FILE PACKAGE
    "$here/apt-private.sh" source "$scratch" "$3" 2>"$scratch/log" && take_from "$scratch" "$1" "$2"
}

from_upstream() { # SHA256 FILE URL
    download "$3" "$scratch/upstream.tar.download" 2>>"$scratch/log" && take_from "$scratch" "$1" "$2"
}

bring() { # SHA256 FILE PACKAGE URL
    if matches "$folder/$2" "$1"; then return 0; fi
    if [ -n "$offline" ]; then
        take_from "$offline" "$1" "$2"
        return
    fi
    if take_from "$cache/sources" "$1" "$2"; then return 0; fi
    from_debian "$1" "$2" "$3" || from_upstream "$1" "$2" "$4" || return 1
    mkdir -p "$cache/sources"
    cp "$folder/$2" "$cache/sources/.$2.$$"
    mv "$cache/sources/.$2.$$" "$cache/sources/$2"
}

missing=0
rows | {
    while read -r name version _ sha package url; do
        file=$(tarball "$name" "$version" "$url")
        if ! bring "$sha" "$file" "$package" "$url"; then
            echo "sources: $file (SHA-256 $sha) is not to be had${offline:+ in $offline}:" \
                "put it into a directory and say SOURCES=DIRECTORY" >&2
            missing=1
        fi
    done
    exit "$missing"
}
