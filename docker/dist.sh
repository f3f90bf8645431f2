#!/bin/sh
# SPDX-License-Identifier: MIT
# Release archives, one an architecture: the program, the licence texts, the SPDX document. The same sources and
# compilers give the same bytes. dist.sh VERSION ARCH...    (through `make dist`)
set -eu

cd "$(dirname "$0")/.."
version=$1
shift
dist=build/dist
rm -rf "$dist"
mkdir -p "$dist"
native=$(uname -m)

program_of() { # ARCH
    if [ "$1" = "$native" ]; then echo build/labelgate; else echo "build/$1/labelgate"; fi
}

build_one() { # ARCH
    if [ "$1" = "$native" ]; then set -- native; fi
    make --no-print-directory -j "$(nproc)" ARCH="$1" program
}

pack() { # ARCH
    name=labelgate-$version-linux-$1
    docker/stage.sh "$(program_of "$1")" sources "$dist/$name"
    docker/spdx.sh "$version" >"$dist/$name/labelgate.spdx"
    tar -C "$dist" --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner \
        --mode=u+rwX,go+rX,go-w --format=ustar -cf - "$name" | xz -9 >"$dist/$name.tar.xz"
    rm -r "${dist:?}/$name"
}

docker/fetch-sources.sh sources
for arch; do
    build_one "$arch"
    pack "$arch"
done
(cd "$dist" && sha256sum ./*.tar.xz | sed 's, \./, ,' >SHA256SUMS)
cat "$dist/SHA256SUMS"
