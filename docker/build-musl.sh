#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds musl from the lock's tarball and prints its prefix (bin/musl-gcc, include, lib). The host's own
# musl may be 1.2.3, which has no DNS over TCP, and one libc everywhere makes the build reproducible.
#
#   build-musl.sh FOLDER-OF-TARBALLS    builds it unless the cache has it
#   build-musl.sh --where               only prints where it is or will be
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=docker/third-party.sh
. "$here/third-party.sh"

gcc=${MUSL_GCC:-gcc}
# PIE, because the program is a static-pie; sections, so that the linker can drop what is not used.
flags='-Os -fPIE -ffunction-sections -fdata-sections'
prefix=$(cache_folder musl "$(lock_row musl)" "$(cat "$0")" "$(compiler_id "$gcc")")

build() { # PREFIX TARBALLS
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    unpack musl "$2" "$work"
    cd "$work/musl"
    if ! (./configure --prefix="$1" --disable-shared CC="$gcc" CFLAGS="$flags" &&
        make -j "$(nproc)" && make install) >"$work/log" 2>&1; then
        tail -n 30 "$work/log" >&2
        exit 1
    fi
    install -m 644 COPYRIGHT "$1/COPYRIGHT"
}

[ "$1" = --where ] || once "$prefix" build "$1"
echo "$prefix"
