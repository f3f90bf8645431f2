#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds musl from the lock's tarball and prints its prefix (bin/musl-gcc, include, lib). The host's own
# musl may be 1.2.3, which has no DNS over TCP, and one libc everywhere makes the build reproducible.
#
#   build-musl.sh FOLDER-OF-TARBALLS    builds it unless the cache has it
#   build-musl.sh --where               only prints where it is or will be
#
# ZIG, TARGET  for another processor: the path of zig and its name of the target. What gcc brings in libgcc
#              then comes as lib/libcompiler_rt.a. The libc that zig brings itself is another than the lock's.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=docker/third-party.sh
. "$here/third-party.sh"

gcc=${MUSL_GCC:-gcc}
zig=${ZIG:-}
target=${TARGET:-}
# PIE, because the program is a static-pie; sections, so that the linker can drop what is not used.
flags='-Oz -fPIE -ffunction-sections -fdata-sections'
prefix=$(cache_folder musl "$(lock_row musl)" "$(cat "$0")" "${zig:-$(compiler_id "$gcc")}" "$target")

# Without the flags of an outer make: its ARCH=... would be taken for musl's own.
compile() { # CONFIGURE-OPTION...
    unset MAKEFLAGS MFLAGS MAKELEVEL
    ./configure --prefix="$prefix" --disable-shared "$@" && make -j "$(nproc)" && make install
}

compile_with_zig() {
    # musl calls two of them by older names.
    musl_target=$(echo "$target" | sed -e 's/^x86-/i386-/' -e 's/^thumb-/arm-/')
    compile --target="$musl_target" CC="$zig cc -target $target" AR="$zig ar" RANLIB="$zig ranlib" LIBCC=' ' \
        CFLAGS="$flags -fno-sanitize=all -fno-stack-protector -U_FORTIFY_SOURCE" &&
        "$zig" build-lib "$(dirname "$zig")/lib/compiler_rt.zig" -target "$target" -O ReleaseSmall -static -fPIC \
            -fstrip -fno-unwind-tables -ffunction-sections -fdata-sections --name compiler_rt &&
        install -m 644 libcompiler_rt.a "$prefix/lib"
}

build() { # PREFIX TARBALLS
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    unpack musl "$2" "$work"
    cd "$work/musl"
    if [ -n "$zig" ]; then set -- compile_with_zig; else set -- compile CC="$gcc" CFLAGS="$flags"; fi
    if ! "$@" >"$work/log" 2>&1; then
        tail -n 30 "$work/log" >&2
        exit 1
    fi
    install -m 644 COPYRIGHT "$prefix/COPYRIGHT"
}

[ "$1" = --where ] || once "$prefix" build "$1"
echo "$prefix"
