#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The cross compiler: zig, as the Python package ziglang brings it, in the cache. Prints its path; with
# --where without installing it. --version prints its version.
set -eu

version=0.16.0
cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
prefix=$cache/zig-$version

install_zig() {
    rm -rf "$prefix.new"
    python3 -m venv "$prefix.new" >&2
    "$prefix.new/bin/pip" install --quiet "ziglang==$version" >&2
    folder=$(echo "$prefix.new"/lib/python3*/site-packages/ziglang)
    # The program itself is wanted, not its Python wrapper, at a path that any Python version has.
    ln -s "${folder#"$prefix.new/"}" "$prefix.new/zig"
    rm -rf "$prefix"
    mv "$prefix.new" "$prefix"
}

if [ "${1:-}" = --version ]; then
    echo "$version"
    exit
fi
if [ "${1:-}" != --where ] && [ ! -x "$prefix/zig/zig" ]; then
    mkdir -p "$cache"
    (
        flock 9
        [ -x "$prefix/zig/zig" ] || install_zig
    ) 9>"$prefix.lock"
fi
echo "$prefix/zig/zig"
