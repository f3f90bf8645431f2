#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds musl from the lock's tarball and prints its prefix (bin/musl-cc, include, lib). The host's own
# musl may be 1.2.3, which has no DNS over TCP, and one libc everywhere makes the build reproducible.
# bin/musl-cc is a C compiler that knows this musl and links a static PIE when told -static-pie.
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
prefix=$(cache_folder musl "$(lock_row musl)" "$(cat "$0" ${zig:+"$here/zig-cc.sh"})" "${zig:-$(compiler_id "$gcc")}" "$target")

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

# musl-gcc's specs know no -static-pie: it would silently make a dynamic program. The specs get what gcc's own have.
install_gcc_wrapper() {
    sed -e "s,%{!shared: \([^ ]*\)/Scrt1.o},%{static-pie:\1/rcrt1.o; !shared:\1/Scrt1.o}," \
        -e 's,^\(-dynamic-linker .*\)$,%{static-pie:-static -pie --no-dynamic-linker -z text;:\1},' \
        "$prefix/lib/musl-gcc.specs" >"$prefix/lib/musl-cc.specs"
    grep -q rcrt1.o "$prefix/lib/musl-cc.specs" && grep -q no-dynamic-linker "$prefix/lib/musl-cc.specs"
    printf '#!/bin/sh\nexec %s "$@" -specs "%s"\n' "$gcc" "$prefix/lib/musl-cc.specs" >"$prefix/bin/musl-cc"
}

install_zig_wrapper() {
    mkdir -p "$prefix/bin"
    sed -e "s,@ZIG@,$zig," -e "s,@TARGET@,$target," -e "s,@PREFIX@,$prefix," "$here/zig-cc.sh" >"$prefix/bin/musl-cc"
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
    if [ -n "$zig" ]; then install_zig_wrapper; else install_gcc_wrapper; fi
    chmod 755 "$prefix/bin/musl-cc"
    install -m 644 COPYRIGHT "$prefix/COPYRIGHT"
}

[ "$1" = --where ] || once "$prefix" build "$1"
echo "$prefix"
