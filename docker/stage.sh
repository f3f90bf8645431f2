#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Lays out what the image holds: the binary, 0755 whatever the umask (a probe of another user must be able to run and
# read it), and the licence texts of everything inside it, taken from the tarballs they come with.
#
#   stage.sh BINARY SOURCES FOLDER [NAME=FILE...]    NAME=FILE: one more licence text
set -eu

here=$(cd "$(dirname "$0")" && pwd)
binary=$1
sources=$2
folder=$3
shift 3

mkdir -p "$folder/licenses"
cp "$binary" "$folder/labelgate"
cp "$here/../LICENSE" "$folder/licenses/labelgate"

texts() { # NAME: its licence file inside the tarball
    case $1 in
    curl) echo COPYING ;;
    inih) echo LICENSE.txt ;;
    musl) echo COPYRIGHT ;;
    *) echo LICENSE ;;
    esac
}

# Rows below "Tests only" are not in the binary.
sed -e '/^# Tests only/,$d' -e '/^#/d' "$here/sources.lock" | while read -r name version _; do
    tar -xOf "$(echo "$sources/$name-$version".tar.*)" --wildcards "*/$(texts "$name")" --no-wildcards-match-slash \
        >"$folder/licenses/$name"
    [ -s "$folder/licenses/$name" ] || {
        echo "stage: no licence text of $name in its tarball" >&2
        exit 1
    }
done

for more; do
    cp "${more#*=}" "$folder/licenses/${more%%=*}"
done

chmod 0755 "$folder/labelgate" "$folder/licenses"
chmod 0644 "$folder"/licenses/*
