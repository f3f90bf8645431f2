#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A C compiler for another processor: zig compiles, its lld links, and the libc is the musl that build-musl.sh made (zig
# would use the one it brings). build-musl.sh installs a copy as bin/musl-cc with the three values filled in.
# With -static-pie it links a static PIE; `zig cc` itself refuses packed relocations and --wrap.
set -eu

zig='@ZIG@'
target='@TARGET@'
prefix='@PREFIX@'
export ZIG_GLOBAL_CACHE_DIR="${zig%/zig/zig}-cache"
export ZIG_LOCAL_CACHE_DIR="$ZIG_GLOBAL_CACHE_DIR"

linking=yes
for argument; do
    case $argument in -c | -S | -E | -fsyntax-only | -v | --version) linking= ;; esac
done
if [ -z "$linking" ]; then
    # In spite of -nostdinc zig puts the headers of its own libc in front of every -isystem, but not of -I. (Without a libc,
    # -nostdlib, it refuses the stack protector.) So they are no system headers, and -w says nothing of them; the native
    # build says what there is to say of ours.
    exec "$zig" cc -target "$target" -nostdinc -I "$prefix/include" "$@" -w
fi

# Code is generated when the program is linked. The objects carry -Oz, but not for inlining and for arm's floats.
set -- -static -pie --no-dynamic-linker -z text --lto-O2 -mllvm -inline-threshold=5 \
    "$prefix/lib/rcrt1.o" "$prefix/lib/crti.o" "$@" "$prefix/lib/libc.a" "$prefix/lib/libcompiler_rt.a" "$prefix/lib/crtn.o"

# Compiler flags to linker flags: -Wl,a,b is a b; what only compiles is dropped.
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    count=$((count - 1))
    case $argument in
    -Wl,*)
        IFS=,
        # shellcheck disable=SC2086  # split at the commas
        set -- "$@" ${argument#-Wl,}
        unset IFS
        ;;
    -f* | -m[!l]* | -W* | -D* | -I* | -U* | -std=* | -g* | -O* | -static-pie) ;;
    *) set -- "$@" "$argument" ;;
    esac
done
case $target in
s390x-*) set -- -u _GLOBAL_OFFSET_TABLE_ "$@" ;; # code that is generated later needs it, and lld must know before
thumb-*) set -- -mllvm -float-abi=hard "$@" ;;
esac
exec "$zig" ld.lld "$@"
